package dev.remuda.e2e;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.support.NodeFolder;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;

import static org.assertj.core.api.Assertions.assertThat;

/** Copies in a volume and in another part of the object store, on a real cluster: made, aged out, read when the backup itself is lost, deleted with it. */
class CopiesIT {
    private static final Stage STAGE = Stage.shared();
    private static final String CLAIM = NodeFolder.of(STAGE).claim("copies");

    private static void policy(String name, String database, String more) {
        STAGE.policy(name, database, """
                copies:
                  - {name: local, storage: {volume: {claimName: %s}}, retention: {maxCount: 1}}
                  - name: second
                    storage: {s3: {bucket: %s, prefix: second, endpoint: 'http://seaweedfs:8333', forcePathStyle: true, secretRef: {name: backup-s3}, transitions: None}}
                """.formatted(CLAIM, STAGE.bucket().name()) + more);
    }

    private static Backup copied(String name, String policy) {
        STAGE.backup(name, policy);
        assertThat(STAGE.ended(name).getStatus().phase()).as(STAGE.events("Backup", name)).isEqualTo(Phase.Completed);
        return STAGE.await(name, backup -> backup.getStatus().copies().size() == 2);
    }

    private static List<String> copies(String backup) {
        return STAGE.backup(backup).getStatus().copies().stream().map(BackupStatus.Copy::name).sorted().toList();
    }

    private static String condition(BackupPolicy policy, String type) {
        return policy.getStatus().conditions().stream().filter(condition -> condition.getType().equals(type))
                .map(condition -> condition.getStatus() + " " + condition.getReason() + ": " + condition.getMessage()).findFirst().orElse("");
    }

    @Test
    void aBackupThatIsLostInItsOwnStoreComesBackFromItsCopies() {
        String database = Racing.create(STAGE.postgres());
        List<String> before = Racing.checksums(STAGE.postgres(), database);
        policy("copied", database, "");
        Backup first = copied("copied-1", "copied");
        BackupStatus.Copy second = first.getStatus().copy("second").orElseThrow();
        assertThat(second.url()).isEqualTo("s3://" + STAGE.bucket().name() + "/" + second.prefix());
        assertThat(STAGE.bucket().keys(second.prefix())).contains(second.prefix() + "manifest.json", second.prefix() + "data.dump.zst");
        assertThat(STAGE.bucket().read(second.prefix() + "manifest.json")).isEqualTo(STAGE.bucket().read(first.getStatus().location().prefix() + "manifest.json"));
        BackupPolicy policy = STAGE.awaitPolicy("copied", seen -> condition(seen, "Copied").startsWith("True Copied: local: 1 there; second: 1 there"));
        assertThat(condition(policy, "ThreeTwoOne")).startsWith("False NothingOffSite: 4 copies with the database itself (database, s3://").contains("3 kinds of media", "0 off-site");

        STAGE.bucket().keys(first.getStatus().location().prefix()).forEach(STAGE.bucket()::delete);
        STAGE.postgres().run(database, "DELETE FROM entries");
        STAGE.restore("copied-back", "copied-1", "strategy: Swap\nconfirm: " + database);
        Restore back = STAGE.endedRestore("copied-back");
        assertThat(back.getStatus().phase()).as(STAGE.events("Restore", "copied-back")).isEqualTo(Phase.Completed);
        assertThat(back.getStatus().copy()).isEqualTo("local");
        assertThat(back.getStatus().source()).startsWith("volume://" + CLAIM + "/");
        assertThat(STAGE.events("Restore", "copied-back")).contains("Warning ObjectMissing Backup copied-1 cannot be read from its own store", "so it is read from its copy local, volume://" + CLAIM);
        assertThat(Racing.checksums(STAGE.postgres(), database)).isEqualTo(before);

        STAGE.apply("""
                apiVersion: remuda.dev/v1beta1
                kind: Restore
                metadata: {name: copied-second}
                spec:
                  source: {backupRef: {name: copied-1}, copy: second}
                  strategy: Create
                  target: {name: %s_second}
                """.formatted(database));
        assertThat(STAGE.endedRestore("copied-second").getStatus().phase()).as(STAGE.events("Restore", "copied-second")).isEqualTo(Phase.Completed);
        assertThat(Racing.checksums(STAGE.postgres(), database + "_second")).isEqualTo(before);
    }

    @Test
    void aCopyAgesOutByItsOwnRuleAndGoesWithItsBackup() {
        policy("aging", Racing.create(STAGE.postgres()), "deletionPolicy: Delete\n");
        copied("aging-1", "aging");
        copied("aging-2", "aging");
        STAGE.await("aging-1", backup -> backup.getStatus().copies().size() == 1);
        assertThat(copies("aging-1")).as("one is kept in the volume, the newest").containsExactly("second");
        assertThat(STAGE.events("BackupPolicy", "aging")).contains("Normal Purged purged from copy local: aging-1");

        String prefix = STAGE.backup("aging-2").getStatus().copy("second").orElseThrow().prefix();
        STAGE.kubectl("delete", "backup", "aging-2", "--wait=false");
        STAGE.awaitGone("aging-2");
        assertThat(STAGE.bucket().keys(prefix)).isEmpty();
    }

    @Test
    void aStoreThatIsNotThereIsNamedAndHindersNoOther() {
        STAGE.policy("lonely", Racing.create(STAGE.postgres()), """
                copies:
                  - name: nowhere
                    storage: {s3: {bucket: no-such-bucket, endpoint: 'http://seaweedfs:8333', forcePathStyle: true, secretRef: {name: backup-s3}, transitions: None}}
                  - {name: local, storage: {volume: {claimName: %s}}}
                """.formatted(CLAIM));
        STAGE.backup("lonely-1", "lonely");
        STAGE.await("lonely-1", backup -> backup.getStatus() != null && backup.getStatus().copy("local").isPresent());
        STAGE.awaitPolicy("lonely", seen -> condition(seen, "Copied").matches("False BucketNotFound: copy nowhere: .*bucket no-such-bucket does not exist.*"));
        assertThat(STAGE.kubectl("describe", "backuppolicy", "lonely")).contains("BucketNotFound", "copy nowhere: ");
    }
}
