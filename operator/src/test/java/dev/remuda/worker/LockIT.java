package dev.remuda.worker;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;
import software.amazon.awssdk.services.s3.model.ObjectLockRetentionMode;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Exception;

import dev.remuda.support.Racing;
import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.FailureResult;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.StoreLock;
import dev.remuda.task.VerifyResult;
import dev.remuda.task.VerifyTask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Backups that a store with Object Lock keeps, whoever has the key that wrote them. */
class LockIT {
    static final String LOCKED = "remuda-locked";
    static final Instant UNTIL = Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS);

    private final Bench bench = new Bench();
    private final String database = Racing.create(bench.postgres);
    private final List<String> before = Racing.checksums(bench.postgres, database);
    private final S3Client thief = bench.bucket.client();
    private final StoreAccess store = new StoreAccess(LOCKED, null, bench.endpoint, true, bench.named("s3"), StoreAccess.Tagging.Auto).locking(new StoreLock("COMPLIANCE", UNTIL));

    /** Made once. */
    static synchronized void bucket(S3Client client) {
        if (client.listBuckets().buckets().stream().noneMatch(known -> known.name().equals(LOCKED))) {
            client.createBucket(request -> request.bucket(LOCKED).objectLockEnabledForBucket(true));
        }
    }

    private BackupResult backup() {
        bucket(thief);
        BackupTask task = bench.withGlobals(bench.backup(bench.database(database), store));
        return bench.completed(task);
    }

    @Test
    void allThatMakesABackupIsLocked() {
        BackupResult backup = backup();
        for (String name : List.of(backup.dataKey(), bench.prefix + "manifest.json", bench.prefix + "globals.sql")) {
            HeadObjectResponse head = thief.headObject(request -> request.bucket(LOCKED).key(name));
            assertThat(head.objectLockMode().toString()).as(name).isEqualTo("COMPLIANCE");
            assertThat(head.objectLockRetainUntilDate()).as(name).isEqualTo(UNTIL);
        }
    }

    /** With the key of the workers, and all that it may do. */
    @Test
    void aStolenKeyCannotDestroyIt() {
        BackupResult backup = backup();
        List<ObjectVersion> versions = versions();
        assertThat(versions).hasSize(3);
        for (ObjectVersion version : versions) {
            assertThatThrownBy(() -> thief.deleteObject(request -> request.bucket(LOCKED).key(version.key()).versionId(version.versionId()))).as("deleting " + version.key())
                    .isInstanceOf(S3Exception.class);
            assertThatThrownBy(() -> thief.deleteObject(request -> request.bucket(LOCKED).key(version.key()).versionId(version.versionId()).bypassGovernanceRetention(true)))
                    .isInstanceOf(S3Exception.class);
            assertThatThrownBy(() -> thief.putObjectRetention(request -> request.bucket(LOCKED).key(version.key()).versionId(version.versionId())
                    .retention(retention -> retention.mode(ObjectLockRetentionMode.COMPLIANCE).retainUntilDate(UNTIL.minusSeconds(3000))))).as("shortening").isInstanceOf(S3Exception.class);
            thief.putObject(request -> request.bucket(LOCKED).key(version.key()), RequestBody.fromString("garbage"));
            thief.deleteObject(request -> request.bucket(LOCKED).key(version.key()));
        }
        assertThat(((VerifyResult) bench.run(new VerifyTask(store, List.of(new VerifyTask.Item("u", "b", bench.prefix, backup.checksum())), null))).damaged()).singleElement()
                .satisfies(damaged -> assertThat(damaged.reason()).as("it is hidden").isEqualTo(Reason.ObjectMissing));

        // As docs/storage.md says: what lies over the locked versions goes, and they are there again.
        thief.listObjectVersionsPaginator(request -> request.bucket(LOCKED).prefix(bench.prefix)).stream().forEach(page -> {
            page.deleteMarkers().forEach(marker -> thief.deleteObject(request -> request.bucket(LOCKED).key(marker.key()).versionId(marker.versionId())));
            page.versions().stream().filter(version -> versions.stream().noneMatch(locked -> locked.versionId().equals(version.versionId())))
                    .forEach(version -> thief.deleteObject(request -> request.bucket(LOCKED).key(version.key()).versionId(version.versionId())));
        });
        bench.restored(bench.of(bench.restore(database + "_back", RestoreStrategy.Create, null), store));
        assertThat(Racing.checksums(bench.postgres, database + "_back")).isEqualTo(before);
    }

    private List<ObjectVersion> versions() {
        return thief.listObjectVersionsPaginator(request -> request.bucket(LOCKED).prefix(bench.prefix)).versions().stream().toList();
    }

    @Test
    void aBucketWithoutLockFailsTheBackupInsteadOfLeavingItUnlocked() {
        StoreAccess plain = bench.access().locking(new StoreLock("GOVERNANCE", UNTIL));
        FailureResult failure = bench.failed(bench.backup(bench.database(database), plain));

        assertThat(failure.reason()).as(failure.message()).isEqualTo(Reason.InvalidSpec);
        assertThat(failure.message()).contains("Object Lock");
    }

    @Test
    void whatIsPinnedIsHeldUntilItIsNot() {
        BackupResult backup = backup();
        maintain(backup, true);
        assertThat(hold(backup.dataKey())).isEqualTo(ObjectLockLegalHoldStatus.ON);
        assertThat(hold(bench.prefix + "manifest.json")).isEqualTo(ObjectLockLegalHoldStatus.ON);
        maintain(backup, true);
        maintain(backup, false);
        assertThat(hold(backup.dataKey())).isNotEqualTo(ObjectLockLegalHoldStatus.ON);

        thief.putObjectLegalHold(request -> request.bucket(LOCKED).key(backup.dataKey()).legalHold(hold -> hold.status(ObjectLockLegalHoldStatus.ON)));
        maintain(backup, false);
        assertThat(hold(backup.dataKey())).as("a lawyer's is not ours to lift").isEqualTo(ObjectLockLegalHoldStatus.ON);
    }

    private void maintain(BackupResult backup, boolean pinned) {
        String root = bench.prefix.substring(0, bench.prefix.lastIndexOf('/', bench.prefix.length() - 2) + 1);
        MaintainTask task = new MaintainTask(
                store.locking(null), root, null, List.of(new MaintainTask.Kept("b", backup.dataKey(), backup.sizeBytes(), pinned)), List.of(), List.of(), null, true);
        assertThat(bench.run(task)).extracting("failed").isEqualTo(List.of());
    }

    private ObjectLockLegalHoldStatus hold(String key) {
        return thief.headObject(request -> request.bucket(LOCKED).key(key)).objectLockLegalHoldStatus();
    }
}
