package dev.remuda.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.support.Folders;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.support.Started;
import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.CatalogueResult;
import dev.remuda.task.CatalogueTask;
import dev.remuda.task.Claimant;
import dev.remuda.task.Compression;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.FailureResult;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.SettleResult;
import dev.remuda.task.SettleTask;
import dev.remuda.task.StorageClass;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.VerifyResult;
import dev.remuda.task.VerifyTask;

import static org.assertj.core.api.Assertions.assertThat;

/** All that is done with a bucket, done with a folder of a volume. */
class VolumeIT {
    private final Bench bench = new Bench();
    private final PostgresServer postgres = bench.postgres;
    private final String database = Racing.create(postgres);
    private final List<String> before = Racing.checksums(postgres, database);
    private final Path folder = Folders.temporary("volume");
    private final StoreAccess store = StoreAccess.volume("local-backups", folder.toString());

    private BackupResult backup(Compression.Algorithm algorithm) {
        return bench.completed(bench.withGlobals(bench.backup(bench.database(database), store, new Compression(algorithm, 1))));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.Algorithm.class)
    void aBackupIsThereWholeAndComesBack(Compression.Algorithm algorithm) throws IOException {
        BackupResult backup = backup(algorithm);
        assertThat(files()).containsExactlyInAnyOrder(backup.dataKey(), bench.prefix + "globals.sql", bench.prefix + "manifest.json");

        bench.restored(bench.of(bench.restore(database, RestoreStrategy.Recreate, database), store));
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
    }

    @Test
    void whatWasCutShortIsNoBackupAndIsRemoved() throws IOException {
        FailureResult failure = bench.failed(bench.backup(new DatabaseAccess(postgres.host(), postgres.port(), "no_such", null, bench.named("db"), null), store));
        assertThat(failure.reason()).isEqualTo(Reason.DatabaseNotFound);
        assertThat(files()).isEmpty();

        Path half = Files.createDirectories(folder.resolve(bench.prefix)).resolve("data.dump.zst.remuda-partial-" + UUID.randomUUID());
        Files.write(half, new byte[10]);
        SettleResult settled = (SettleResult) bench.run(new SettleTask(store, bench.prefix));
        assertThat(settled.completed()).isNull();
        assertThat(settled.abortedUploads()).isEqualTo(1);
        assertThat(files()).isEmpty();
    }

    @Test
    void withoutRoomForAnotherOneNothingIsBegun() throws IOException {
        BackupTask task = bench.expecting(bench.backup(bench.database(database), store, new Compression(Compression.Algorithm.Zstd, 1)), 1L << 60);
        FailureResult failure = bench.failed(task);
        assertThat(failure.reason()).isEqualTo(Reason.StorageFull);
        assertThat(failure.message()).contains("volume local-backups has", "bytes left, and 1152921504606846976 are needed; make room on it");
        assertThat(files()).isEmpty();
    }

    /** A real one, of a quarter of a MiB. */
    @Test
    void aDiskThatGetsFullIsLeftAsItWas() throws Exception {
        Started.run(List.of("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder.toString()), folder);
        try {
            FailureResult failure = bench.failed(bench.backup(bench.database(database), store, new Compression(Compression.Algorithm.None, 0)));
            assertThat(failure.reason()).isEqualTo(Reason.StorageFull);
            assertThat(failure.message()).contains("volume local-backups failed while storing", "No space left on device", "let the tiers keep fewer");
            assertThat(files()).isEmpty();
        } finally {
            Started.run(List.of("umount", folder.toString()), folder.getParent());
        }
    }

    @Test
    void oneWrongByteIsFound() throws IOException {
        BackupResult backup = backup(Compression.Algorithm.Zstd);
        assertThat(verified(backup).whole()).containsExactly("u");
        Path file = folder.resolve(backup.dataKey());
        byte[] dump = Files.readAllBytes(file);
        dump[dump.length / 2] ^= 1;
        Files.write(file, dump);
        assertThat(verified(backup).damaged()).singleElement().satisfies(damaged -> assertThat(damaged.reason()).isEqualTo(Reason.ChecksumMismatch));
    }

    private VerifyResult verified(BackupResult backup) {
        return (VerifyResult) bench.run(new VerifyTask(store, List.of(new VerifyTask.Item("u", "b", bench.prefix, backup.checksum())), null));
    }

    @Test
    void itIsFoundKeptMovedAndPurged() throws IOException {
        BackupResult backup = backup(Compression.Algorithm.Zstd);
        String root = bench.prefix.substring(0, bench.prefix.lastIndexOf('/', bench.prefix.length() - 2) + 1);
        CatalogueResult found = (CatalogueResult) bench.run(new CatalogueTask(store, root, new Claimant("u", "c", null), null, 10));
        assertThat(found.told()).isEqualTo(1);

        MaintainTask.Kept kept = new MaintainTask.Kept("b", backup.dataKey(), backup.sizeBytes(), true);
        MaintainResult moved = (MaintainResult) bench.run(new MaintainTask(store, root, null, List.of(kept), List.of(new MaintainTask.Move("u", "b", bench.prefix, "weekly", null)), List.of(), null));
        assertThat(moved.failed()).isEmpty();
        assertThat(moved.moved()).containsExactly(new MaintainResult.Moved("u", "weekly", StorageClass.STANDARD));
        assertThat(files()).contains(bench.prefix + "labels.json", bench.prefix + "pinned");

        MaintainResult purged = (MaintainResult) bench.run(new MaintainTask(store, root, null, List.of(), List.of(), List.of(new MaintainTask.Purge("u", "b", bench.prefix, null)), null));
        assertThat(purged.purged()).containsExactly("u");
        assertThat(files()).as("whose the folder is").containsExactly("backups.owner.json");
        assertThat(folder.resolve(bench.prefix)).as("nor an empty folder").doesNotExist();
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        FailureResult failure = bench.failed(bench.backup(bench.database(database), StoreAccess.volume("local-backups", folder + "/missing")));
        assertThat(failure.reason()).isEqualTo(Reason.BucketNotFound);
        assertThat(failure.message()).contains("volume local-backups has no folder", "storage.volume.path");
    }
}
