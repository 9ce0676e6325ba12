package dev.remuda.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.remuda.support.Folders;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.support.SeaweedServer;
import dev.remuda.support.Started;
import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.Claimant;
import dev.remuda.task.Compression;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.Result;
import dev.remuda.task.StorageClass;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.S3ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;

/** What a backup leaves in the store. */
class BackupIT {
    private final Bench bench = new Bench();

    @Test
    void storesTheDumpAndThenAManifestThatDescribesIt() throws Exception {
        String database = Racing.create(bench.postgres);
        Instant before = Instant.now();

        BackupResult result = bench.completed(bench.backup(database));

        assertThat(bench.files()).containsExactly("data.dump.zst", "manifest.json");
        assertThat(bench.bucket.unfinished(bench.prefix)).isEmpty();
        byte[] dump = bench.bucket.read(result.dataKey());
        String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(dump));
        assertThat(result.checksum()).isEqualTo("sha256:" + sha256);
        assertThat(result.sizeBytes()).isEqualTo(dump.length);
        assertThat(result.databaseName()).isEqualTo(database);
        assertThat(result.snapshotAt()).isBetween(before, result.finishedAt());
        assertThat(result.lsn()).matches("[0-9A-F]+/[0-9A-F]+");
        assertThat(result.extensions()).containsKey("plpgsql");
        assertThat(result.note()).isNull();
        Manifest manifest = bench.manifest();
        assertThat(manifest.tables()).containsExactlyElementsOf(Racing.TABLES);
        assertThat(result.rows()).isEqualTo(Racing.ROWS);
        assertThat(result.tables()).isEqualTo(Racing.TABLES.size());
        assertThat(manifest.dump().sha256()).isEqualTo(sha256);
        assertThat(manifest.snapshot().lsn()).isEqualTo(result.lsn());
        assertThat(manifest.database().owner()).isEqualTo("postgres");
        assertThat(manifest.database().roles()).contains("postgres");
    }

    @Test
    void labelsTheDumpInTagsAndInMetadata() {
        String database = Racing.create(bench.postgres);

        BackupResult result = bench.completed(bench.backup(database));

        assertThat(bench.bucket.tags(result.dataKey()))
                .containsExactly("database=" + database, "namespace=production", "policy=horse-racing");
        assertThat(bench.bucket.client().headObject(request -> request.bucket(SeaweedServer.BUCKET).key(result.dataKey())).metadata())
                .containsEntry("remuda-policy", "horse-racing")
                .containsEntry("remuda-database", database);
    }

    @Test
    void goesToTheClassOfItsTierAndTellsItsTiers() {
        Instant slot = Instant.parse("2026-01-01T02:00:00Z");

        BackupResult result = bench.completed(scheduled(slot, StorageClass.STANDARD_IA));

        assertThat(bench.bucket.head(result.dataKey()).storageClassAsString()).isEqualTo("STANDARD_IA");
        assertThat(bench.bucket.tags(result.dataKey())).contains("tier=weekly", "policy=horse-racing");
        assertThat(bench.bucket.head(result.dataKey()).metadata()).doesNotContainKey("remuda-tier");
        assertThat(bench.bucket.head(bench.prefix + "manifest.json").storageClassAsString()).isIn(null, "STANDARD");
        Manifest manifest = bench.manifest();
        assertThat(manifest.labels()).containsEntry("tier", "weekly").containsEntry("policy", "horse-racing");
        assertThat(manifest.tiers()).containsExactly("weekly", "monthly");
        assertThat(manifest.slot()).isEqualTo(slot);
    }

    @Test
    void inTheStoreOfAnotherClusterNothingIsWritten() {
        BackupTask task = bench.backup("no-such-database-is-asked-for");
        String root = bench.prefix + "production/horse-racing/";
        try (ObjectStore store = new S3ObjectStore(task.store(), new Stop())) {
            Claim.require(store, root, new Claimant("policy-2", "cluster-2", null));
        }

        Result result = bench.run(new BackupTask(
                task.backup(), task.namespace(), task.policy(), task.attempt(), task.database(), task.store(), root + "b-1/", task.earlier(), task.compression(),
                task.labels(), null, null, null, null, null, false, new Claimant("policy-1", "cluster-1", null), null, null, 0, null));

        assertThat(result).isInstanceOfSatisfying(FailureResult.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.NotOwner));
        assertThat(bench.bucket.keys(root)).isEmpty();
    }

    private BackupTask scheduled(Instant slot, StorageClass storageClass) {
        BackupTask task = bench.backup(Racing.create(bench.postgres));
        return new BackupTask(
                task.backup(), task.namespace(), task.policy(), task.attempt(), task.database(), task.store(), task.prefix(), task.earlier(), task.compression(),
                task.labels(), "weekly", List.of("weekly", "monthly"), slot, storageClass, null, false);
    }

    @ParameterizedTest
    @CsvSource({"Zstd, 3, zstd -dc", "Gzip, 6, gzip -dc", "Lz4, 1, lz4 -dc", "Lz4, 9, lz4 -dc", "None, 0, cat"})
    void isRestoredByHandWithTheCommandsOfTheManifest(Compression.Algorithm algorithm, int level, String command) throws Exception {
        String database = Racing.create(bench.postgres);
        bench.run(bench.backup(bench.database(database), bench.access(), new Compression(algorithm, level)));
        Manifest manifest = bench.manifest();
        String fresh = bench.postgres.createDatabase();

        byHand(manifest, fresh);

        assertThat(manifest.howToRestore().getLast()).startsWith(command);
        assertThat(Racing.checksums(bench.postgres, fresh)).isEqualTo(Racing.checksums(bench.postgres, database));
    }

    /** In a shell, as a person without Remuda would. */
    private void byHand(Manifest manifest, String fresh) throws IOException, InterruptedException {
        Path folder = Folders.temporary("by-hand");
        Files.write(folder.resolve(manifest.dump().file()), bench.bucket.read(manifest.dataKey(bench.prefix)));
        String restore = manifest.howToRestore().getLast().replace("NEW_DATABASE", fresh);
        Started.run(
                List.of("env", "PGHOST=" + bench.postgres.host(), "PGPORT=" + bench.postgres.port(), "PGUSER=postgres",
                        "PGPASSWORD=" + PostgresServer.PASSWORD, "bash", "-euo", "pipefail", "-c", restore),
                folder);
    }

    @Test
    void isOfOneMomentThoughRowsAreWrittenMeanwhile() {
        String database = Racing.create(bench.postgres);
        try (Racing.Writer _ = new Racing.Writer(bench.postgres, database)) {
            bench.completed(bench.backup(database));
        }

        Result result = bench.restored(bench.restore(database + "_copy", RestoreStrategy.Create, null));

        assertThat(result).as("the restore compares all counts with those of the manifest").isInstanceOf(RestoreResult.class);
        assertThat(Racing.checksums(bench.postgres, database)).as("rows were written").isNotEqualTo(Racing.checksums(bench.postgres, database + "_copy"));
    }

    @Test
    void countsPartitionsEachAndInheritedRowsOnce() {
        String database = bench.postgres.createDatabase();
        bench.postgres.run(
                database,
                "CREATE TABLE part (id int) PARTITION BY RANGE (id)",
                "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10)",
                "CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (20)",
                "INSERT INTO part SELECT generate_series(0, 14)",
                "CREATE TABLE parent (id int)",
                "CREATE TABLE child () INHERITS (parent)",
                "INSERT INTO parent VALUES (1)",
                "INSERT INTO child VALUES (2), (3)",
                "CREATE MATERIALIZED VIEW seen AS SELECT * FROM parent",
                "CREATE UNLOGGED TABLE quick (id int)",
                "INSERT INTO quick VALUES (1)",
                "CREATE SCHEMA \"Odd \"\"name\"\"\"",
                "CREATE TABLE \"Odd \"\"name\"\"\".\"T able\" (id int)");

        bench.completed(bench.backup(database));

        Manifest manifest = bench.manifest();
        assertThat(manifest.tables().stream().map(t -> t.schema() + "." + t.name() + "=" + t.rows()))
                .containsExactlyInAnyOrder(
                        "public.part_1=10", "public.part_2=5", "public.parent=1", "public.child=2", "public.quick=1", "Odd \"name\".T able=0");
    }

    @Test
    void ofAnEmptyDatabaseIsABackupToo() {
        BackupResult result = bench.completed(bench.backup(bench.postgres.createDatabase()));

        assertThat(result.tables()).isZero();
        assertThat(result.sizeBytes()).isPositive();
    }
}
