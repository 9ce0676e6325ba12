package dev.remuda.worker;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.StorageClass;

import dev.remuda.support.AgeKey;
import dev.remuda.support.MotoServer;
import dev.remuda.support.Racing;
import dev.remuda.support.SeaweedServer;
import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.CatalogueResult;
import dev.remuda.task.CatalogueTask;
import dev.remuda.task.Claimant;
import dev.remuda.task.Compression;
import dev.remuda.task.CopyResult;
import dev.remuda.task.CopyTask;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.StoreLock;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.S3ObjectStore;
import dev.remuda.worker.store.VolumeObjectStore;

import static org.assertj.core.api.Assertions.assertThat;

/** Backups that are copied into a further store, from where they come back when the first is lost. */
class CopyIT {
    private static final Claimant CLAIMANT = new Claimant("policy-1", "cluster-1", null);

    private final Bench bench = new Bench();
    private final String database = Racing.create(bench.postgres);
    private final List<String> before = Racing.checksums(bench.postgres, database);
    private final Place bucket = Place.bucket(bench.bucket, bench.access());
    private final Place volume = Place.volume();
    private final String root = "copies/" + bench.prefix + "horse-racing/";
    private final String copy = root + "b-1/";

    private Place place(String name) {
        return name.equals("bucket") ? bucket : volume;
    }

    private BackupResult backup(Place place) {
        return bench.completed(bench.withGlobals(bench.backup(bench.database(database), place.access())));
    }

    private CopyTask task(Place from, Place to, BackupResult backup) {
        return task(from.access(), to.access(), backup);
    }

    private CopyTask task(StoreAccess from, StoreAccess to, BackupResult backup) {
        return new CopyTask(from, to, root, CLAIMANT, List.of(new CopyTask.Item("u", "b", bench.prefix, copy, backup.checksum())));
    }

    private CopyResult copied(CopyTask task) {
        CopyResult result = (CopyResult) bench.run(task);
        assertThat(result.failed()).isEmpty();
        assertThat(result.copied()).containsExactly("u");
        return result;
    }

    private RestoreTask restore(StoreAccess store) {
        return bench.at(bench.restore(database + "_back", RestoreStrategy.Create, null), store, copy);
    }

    private void requireItComesBack(RestoreTask restore) {
        bench.restored(restore);
        assertThat(Racing.checksums(bench.postgres, database + "_back")).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"bucket, volume", "volume, bucket", "bucket, bucket"})
    void theCopyAloneBringsTheDatabaseBack(String one, String other) {
        Place from = place(one);
        Place to = place(other);
        BackupResult backup = backup(from);
        Map<String, String> original = from.contents(bench.prefix);

        CopyResult result = copied(task(from, to, backup));

        assertThat(result.lockedUntil()).isNull();
        assertThat(from.contents(bench.prefix)).as("which is only read").isEqualTo(original);
        assertThat(to.keys(copy)).containsExactly(copy + "data.dump.zst", copy + "globals.sql", copy + "manifest.json");
        for (String name : List.of("data.dump.zst", "globals.sql", "manifest.json")) {
            assertThat(to.read(copy + name)).as(name).isEqualTo(from.read(bench.prefix + name));
        }
        from.keys(bench.prefix).forEach(from::delete);
        requireItComesBack(restore(to.access()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bucket", "volume"})
    void aSecondRunChangesNothing(String name) {
        Place to = place(name);
        CopyTask task = task(bucket, to, backup(bucket));
        copied(task);
        Map<String, String> first = to.contents(root);

        assertThat(copied(task).copied()).containsExactly("u");
        assertThat(to.contents(root)).isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bucket", "volume"})
    void itIsFoundByWhoeverLooksThere(String name) {
        Place to = place(name);
        copied(task(bucket, to, backup(bucket)));

        CatalogueResult found = (CatalogueResult) bench.run(new CatalogueTask(to.access(), root, CLAIMANT, null, 10));
        assertThat(found).isEqualTo(new CatalogueResult(1, copy, false, null, List.of()));
    }

    @Test
    void itIsLabelledAsTheBackupIsButInNoTier() {
        BackupTask t = bench.backup(database);
        BackupResult backup = bench.completed(new BackupTask(
                t.backup(), t.namespace(), t.policy(), t.attempt(), t.database(), t.store(), t.prefix(), t.earlier(), t.compression(), t.labels(), "daily", List.of("daily"), null, null, null, false));

        copied(task(bucket, bucket, backup));

        String key = copy + "data.dump.zst";
        assertThat(bench.bucket.tags(bench.prefix + "data.dump.zst")).contains("tier=daily");
        assertThat(bench.bucket.tags(key)).containsExactly("database=" + database, "namespace=production", "policy=horse-racing");
        HeadObjectResponse head = bench.bucket.client().headObject(request -> request.bucket(SeaweedServer.BUCKET).key(key));
        assertThat(head.contentType()).isEqualTo("application/zstd");
        assertThat(head.metadata()).containsEntry("remuda-policy", "horse-racing").containsEntry("remuda-database", database);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bucket", "volume"})
    void anEncryptedOneIsCopiedByWhoeverCannotReadIt(String name) {
        AgeKey key = AgeKey.generate();
        BackupResult backup = bench.completed(bench.encrypted(bench.withGlobals(bench.backup(database)), key.recipient()));
        Place to = place(name);

        copied(task(bucket, to, backup));

        assertThat(to.keys(copy)).containsExactly(copy + "data.dump.zst.age", copy + "globals.sql.age", copy + "manifest.json");
        assertThat(to.read(copy + "globals.sql.age")).isEqualTo(bucket.read(bench.prefix + "globals.sql.age"));
        SecretFiles identity = bench.secret("identity", Map.of("identity", key.file()));
        RestoreTask task = restore(to.access());
        assertThat(bench.failed(task).reason()).isEqualTo(Reason.DecryptionFailed);
        requireItComesBack(bench.opened(task, identity));
    }

    @Test
    void theOtherStoreLocksAllThatMakesIt() {
        Instant until = LockIT.UNTIL.plus(Duration.ofHours(1));
        S3Client client = bench.bucket.client();
        LockIT.bucket(client);
        StoreAccess locked = new StoreAccess(LockIT.LOCKED, null, bench.endpoint, true, bench.named("s3"), StoreAccess.Tagging.Auto).locking(new StoreLock("COMPLIANCE", until));

        CopyResult result = copied(task(bucket.access(), locked, backup(bucket)));

        assertThat(result.lockedUntil()).isEqualTo(until);
        for (String name : List.of("data.dump.zst", "manifest.json", "globals.sql")) {
            HeadObjectResponse head = client.headObject(request -> request.bucket(LockIT.LOCKED).key(copy + name));
            assertThat(head.objectLockMode().toString()).as(name).isEqualTo("COMPLIANCE");
            assertThat(head.objectLockRetainUntilDate()).as(name).isEqualTo(until);
        }
        requireItComesBack(restore(locked.locking(null)));
    }

    @Test
    void aBucketWithoutLockFailsTheCopyInsteadOfLeavingItUnlocked() {
        StoreAccess plain = bench.access().locking(new StoreLock("GOVERNANCE", LockIT.UNTIL));

        CopyResult result = (CopyResult) bench.run(task(bucket.access(), plain, backup(bucket)));

        assertThat(result.copied()).isEmpty();
        assertThat(result.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.reason()).isEqualTo(Reason.InvalidSpec);
            assertThat(failed.message()).startsWith("where it is copied to: ").contains("Object Lock");
        });
        assertThat(bucket.keys(copy)).isEmpty();
    }

    /** As of a dump of 40 MB, whose parts are of 16 MiB; how far it has come is told. */
    @ParameterizedTest
    @CsvSource({"bucket, volume", "volume, bucket"})
    void oneOfSeveralPartsIsTheSameByteForByte(String one, String other) {
        Place from = place(one);
        Place to = place(other);
        String padded = Racing.padded(bench.postgres, 20);
        BackupResult backup = bench.completed(bench.backup(bench.database(padded), from.access(), new Compression(Compression.Algorithm.None, 0)));
        assertThat(backup.sizeBytes()).isGreaterThan(32L << 20);
        AtomicLong told = new AtomicLong();
        Journal journal = new Journal() {
            @Override
            synchronized void begin(String name, Long ofBytes, Integer ofTables) {
                assertThat(name).isEqualTo("Copy");
                assertThat(ofBytes).isEqualTo(backup.sizeBytes());
                told.set(0);
            }

            @Override
            synchronized void bytes(long more) {
                told.addAndGet(more);
            }
        };
        CopyTask task = task(from, to, backup);
        try (ObjectStore source = open(task.from()); ObjectStore target = open(task.to())) {
            assertThat(new CopyRun(task, source, target, journal, new Stop()).run().copied()).containsExactly("u");
        }

        assertThat(to.read(copy + "data.dump")).isEqualTo(from.read(bench.prefix + "data.dump"));
        assertThat(told).hasValue(backup.sizeBytes());
    }

    static ObjectStore open(StoreAccess access) {
        return access.directory() == null ? new S3ObjectStore(access, new Stop()) : new VolumeObjectStore(Path.of(access.directory()), access.bucket(), new Stop());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bucket", "volume"})
    void inTheStoreOfAnotherClusterNothingIsWritten(String name) {
        Place to = place(name);
        CopyTask task = task(bucket, to, backup(bucket));
        try (ObjectStore store = open(to.access())) {
            Claim.require(store, root, new Claimant("policy-2", "cluster-2", null));
        }

        FailureResult failure = bench.failed(task);

        assertThat(failure.reason()).isEqualTo(Reason.NotOwner);
        assertThat(failure.message()).startsWith("where it is copied to: ").contains("belongs to the BackupPolicy of another cluster", "remuda.dev/take-over=policy-2");
        assertThat(to.keys(root)).isEmpty();
    }

    /** moto keeps no checksums, so the backup is made elsewhere and carried over. */
    @Test
    void oneThatLiesInAnArchiveIsCopiedWhenItIsBack() {
        MotoServer moto = MotoServer.shared();
        SecretFiles secret = bench.secret("moto", Map.of("AWS_ACCESS_KEY_ID", MotoServer.KEY_ID, "AWS_SECRET_ACCESS_KEY", MotoServer.KEY));
        StoreAccess archives = new StoreAccess(MotoServer.BUCKET, "us-east-1", moto.endpoint(), true, secret, StoreAccess.Tagging.Auto);
        BackupResult backup = backup(bucket);
        bucket.keys(bench.prefix).forEach(key -> moto.bucket().client().putObject(
                request -> request.bucket(MotoServer.BUCKET).key(key).storageClass(key.endsWith(".zst") ? StorageClass.GLACIER : StorageClass.STANDARD), RequestBody.fromBytes(bucket.read(key))));
        CopyTask task = task(archives, volume.access(), backup);

        CopyResult result = (CopyResult) bench.run(task);

        assertThat(result.copied()).isEmpty();
        assertThat(result.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.reason()).isEqualTo(Reason.ObjectArchived);
            assertThat(failed.message()).startsWith("where it is copied from: ").contains(backup.dataKey() + " lies in GLACIER and was not asked back", "restore-object");
        });
        assertThat(moto.bucket().head(backup.dataKey()).restore()).as("which costs").isNull();
        assertThat(volume.keys(root)).isEmpty();

        moto.restoreAtOnce();
        moto.bucket().client().restoreObject(request -> request.bucket(MotoServer.BUCKET).key(backup.dataKey()).restoreRequest(restore -> restore.days(1)));
        copied(task);
        assertThat(volume.read(copy + "data.dump.zst")).isEqualTo(bucket.read(backup.dataKey()));
    }
}
