package dev.remuda.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.StorageClass;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.support.Detour;
import dev.remuda.support.FaultyLink;
import dev.remuda.support.MotoServer;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;
import dev.remuda.task.Reason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a store does for a backup on a real cluster: it locks it, encrypts it, keeps it in an archive; and what is noticed of one that lacks much. */
class TrustIT {
    private static final Stage STAGE = Stage.shared();
    private static final String LOCKED = "locked-backups";

    private static void policy(String name, String database, String s3, String more) {
        STAGE.apply("""
                apiVersion: remuda.dev/v1beta1
                kind: BackupPolicy
                metadata: {name: %s}
                spec:
                  database: {host: postgres, name: %s, secretRef: {name: horse-racing-db}}
                  storage: {s3: {%s}}
                %s
                """.formatted(name, database, s3, more.indent(2)));
    }

    private static String seaweed(String bucket) {
        return "bucket: " + bucket + ", endpoint: 'http://seaweedfs:8333', forcePathStyle: true, secretRef: {name: backup-s3}";
    }

    private static Backup completed(String name) {
        Backup ended = STAGE.ended(name);
        assertThat(ended.getStatus().phase()).as(STAGE.events("Backup", name)).isEqualTo(Phase.Completed);
        return ended;
    }

    private static boolean has(Backup backup, String type, String status) {
        return backup.getStatus().conditions().stream().anyMatch(condition -> condition.getType().equals(type) && condition.getStatus().equals(status));
    }

    @Test
    void aLockedBackupOutlivesAThiefWithTheKeyAndAPolicyThatIsMadeStricter() {
        S3Client thief = STAGE.bucket().client();
        thief.createBucket(request -> request.bucket(LOCKED).objectLockEnabledForBucket(true));
        String database = Racing.create(STAGE.postgres());
        List<String> before = Racing.checksums(STAGE.postgres(), database);
        String lock = seaweed(LOCKED) + ", transitions: None, objectLock: {mode: COMPLIANCE}";
        policy("locked", database, lock, "tiers: [{name: daily, schedule: '0 2 * * *', retention: {maxAge: 6h, minCount: 0}}]\n");
        STAGE.backup("locked-1", "locked", "daily");
        Backup first = completed("locked-1");
        Instant until = first.getStatus().location().lockedUntil();
        assertThat(until).isBetween(Instant.now().plus(Duration.ofHours(5)), Instant.now().plus(Duration.ofHours(6)));

        String prefix = first.getStatus().location().prefix();
        List<ObjectVersion> versions = thief.listObjectVersions(request -> request.bucket(LOCKED).prefix(prefix)).versions();
        assertThat(versions).extracting(ObjectVersion::key).contains(prefix + "manifest.json", first.getStatus().location().dataKey());
        for (ObjectVersion version : versions) {
            assertThatThrownBy(() -> thief.deleteObject(request -> request.bucket(LOCKED).key(version.key()).versionId(version.versionId()))).isInstanceOf(S3Exception.class);
            thief.deleteObject(request -> request.bucket(LOCKED).key(version.key())); // a delete marker over it
        }
        STAGE.postgres().run(database, "DELETE FROM entries");
        STAGE.restore("locked-hidden", "locked-1", "strategy: Swap\nconfirm: " + database);
        assertThat(STAGE.endedRestore("locked-hidden").getStatus().steps().getFirst().reason()).isEqualTo(Reason.ObjectMissing);
        thief.listObjectVersions(request -> request.bucket(LOCKED).prefix(prefix)).deleteMarkers()
                .forEach(marker -> thief.deleteObject(request -> request.bucket(LOCKED).key(marker.key()).versionId(marker.versionId())));
        STAGE.restore("locked-back", "locked-1", "strategy: Swap\nconfirm: " + database);
        assertThat(STAGE.endedRestore("locked-back").getStatus().phase()).as(STAGE.events("Restore", "locked-back")).isEqualTo(Phase.Completed);
        assertThat(Racing.checksums(STAGE.postgres(), database)).isEqualTo(before);

        policy("locked", database, lock, "tiers: [{name: daily, schedule: '0 2 * * *', retention: {maxCount: 1}}]\n");
        STAGE.backup("locked-2", "locked", "daily");
        completed("locked-2");
        STAGE.await("locked-1", backup -> List.of("locked in the store until " + until).equals(backup.getStatus().retainedBy()));
    }

    @Test
    void aStoreThatEncryptsIsAskedToAndGivesBackWhatItWasGiven() {
        String database = Racing.create(STAGE.postgres());
        List<String> before = Racing.checksums(STAGE.postgres(), database);
        policy("sse", database, seaweed(STAGE.bucket().name()) + ", prefix: sse, serverSideEncryption: {type: AES256}", "");
        STAGE.backup("sse-1", "sse");
        Backup backup = completed("sse-1");
        assertThat(STAGE.bucket().head(backup.getStatus().location().dataKey()).serverSideEncryptionAsString()).isEqualTo("AES256");
        STAGE.postgres().run(database, "DELETE FROM entries");
        STAGE.restore("sse-back", "sse-1", "strategy: Swap\nconfirm: " + database);
        assertThat(STAGE.endedRestore("sse-back").getStatus().phase()).as(STAGE.events("Restore", "sse-back")).isEqualTo(Phase.Completed);
        assertThat(Racing.checksums(STAGE.postgres(), database)).isEqualTo(before);
    }

    @Test
    void aBackupThatLacksMuchIsFlaggedAndTakesNoNormalOnesPlaceUntilAPersonAcceptsIt() {
        String database = Racing.create(STAGE.postgres());
        policy("odd", database, seaweed(STAGE.bucket().name()) + ", prefix: odd", "tiers: [{name: daily, schedule: '0 2 * * *', retention: {maxCount: 1}}]\n");
        STAGE.backup("odd-1", "odd", "daily");
        completed("odd-1");
        STAGE.awaitPolicy("odd", policy -> policy.getStatus().baseline() != null && policy.getStatus().baseline().backup().equals("odd-1"));
        STAGE.postgres().run(database, "DELETE FROM entries");
        STAGE.backup("odd-2", "odd", "daily");
        assertThat(has(completed("odd-2"), "Suspicious", "True")).isTrue();
        assertThat(STAGE.events("Backup", "odd-2")).contains("Warning Suspicious", "public.entries has 0 rows instead of 3000");
        STAGE.awaitPolicy("odd", policy -> policy.getStatus().lastBackup().name().equals("odd-2"));
        assertThat(STAGE.policy("odd").getStatus().baseline().backup()).isEqualTo("odd-1");
        assertThat(STAGE.backup("odd-1").getStatus().phase()).as("though one alone is to be kept").isEqualTo(Phase.Completed);

        STAGE.kubectl("annotate", "backup", "odd-2", "remuda.dev/accept=yes");
        STAGE.await("odd-2", backup -> has(backup, "Suspicious", "False"));
        STAGE.awaitGone("odd-1");
    }

    /** In a store that really refuses to read what lies in GLACIER. */
    @Test
    void aDumpInAnArchiveIsAskedBackWaitedForAndRestored() {
        MotoServer moto = MotoServer.shared();
        STAGE.secret("moto", Map.of("AWS_ACCESS_KEY_ID", MotoServer.KEY_ID, "AWS_SECRET_ACCESS_KEY", MotoServer.KEY));
        String database = Racing.create(STAGE.postgres());
        List<String> before = Racing.checksums(STAGE.postgres(), database);
        try (FaultyLink way = FaultyLink.to("127.0.0.1", moto.port(), Detour.here())) {
            STAGE.cluster().setOperator("REMUDA_ARCHIVE_POLL_SECONDS=3");
            policy("cold", database, seaweed(STAGE.bucket().name()) + ", prefix: cold", "");
            STAGE.backup("cold-1", "cold");
            byte[] dump = STAGE.bucket().read(completed("cold-1").getStatus().location().dataKey());
            moto.bucket().client().putObject(request -> request.bucket(MotoServer.BUCKET).key("cold/old.dump.zst").storageClass(StorageClass.GLACIER), RequestBody.fromBytes(dump));
            moto.restoreInSteps();
            STAGE.apply("""
                    apiVersion: remuda.dev/v1beta1
                    kind: Restore
                    metadata: {name: cold-back}
                    spec:
                      source:
                        object:
                          storage: {s3: {bucket: %s, region: us-east-1, endpoint: 'http://%s:%d', forcePathStyle: true, secretRef: {name: moto}}}
                          key: cold/old.dump.zst
                      target: {host: postgres, name: %s_back, secretRef: {name: horse-racing-db}}
                      strategy: Create
                    """.formatted(MotoServer.BUCKET, way.host(), way.port(), database));
            Restore back = STAGE.endedRestore("cold-back");
            assertThat(back.getStatus().phase()).as(STAGE.events("Restore", "cold-back")).isEqualTo(Phase.Completed);
            assertThat(back.getStatus().conditions()).anySatisfy(condition -> {
                assertThat(condition.getType()).isEqualTo("SourceAvailable");
                assertThat(condition.getReason()).isEqualTo("Available");
            });
            assertThat(Racing.checksums(STAGE.postgres(), database + "_back")).isEqualTo(before);
        } finally {
            STAGE.cluster().setOperator("REMUDA_ARCHIVE_POLL_SECONDS-");
        }
    }
}
