package dev.remuda.e2e;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.support.NodeFolder;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;

import static org.assertj.core.api.Assertions.assertThat;

/** A PersistentVolumeClaim as the store, on a real cluster: a folder of the node, which the kubelet mounts into the Jobs. */
class OnVolumeIT {
    private static final Stage STAGE = Stage.shared();
    private static final String CLAIM = NodeFolder.of(STAGE).claim("local-backups");

    private static void policy(String name, String database, String path, String more) {
        STAGE.apply("""
                apiVersion: remuda.dev/v1beta1
                kind: BackupPolicy
                metadata: {name: %s}
                spec:
                  database: {host: postgres, name: %s, secretRef: {name: horse-racing-db}}
                  storage: {volume: {claimName: %s, path: %s}}
                %s
                """.formatted(name, database, CLAIM, path, more.indent(2)));
    }

    @Test
    void backupsAreMadeProvedAgedOutAndComeBack() {
        String database = Racing.create(STAGE.postgres());
        List<String> before = Racing.checksums(STAGE.postgres(), database);
        policy("on-volume", database, "production", "tiers: [{name: daily, schedule: '0 2 * * *', retention: {maxCount: 1}}]\n");
        completed("on-volume-1");
        assertThat(STAGE.backup("on-volume-1").getStatus().location().url()).startsWith("volume://local-backups/" + STAGE.namespace() + "/on-volume/on-volume-1-");
        STAGE.kubectl("annotate", "backup", "on-volume-1", "remuda.dev/verify=now");
        STAGE.await("on-volume-1", backup -> isTrue(backup, "Intact"));

        completed("on-volume-2");
        STAGE.awaitGone("on-volume-1");
        assertThat(STAGE.events("BackupPolicy", "on-volume")).contains("Normal Purged purged from the store: on-volume-1");

        STAGE.postgres().run(database, "DELETE FROM entries");
        STAGE.restore("on-volume-back", "on-volume-2", "strategy: Swap\nconfirm: " + database);
        assertThat(STAGE.endedRestore("on-volume-back", Duration.ofMinutes(5)).getStatus().phase()).as(STAGE.events("Restore", "on-volume-back")).isEqualTo(Phase.Completed);
        assertThat(Racing.checksums(STAGE.postgres(), database)).isEqualTo(before);
        assertThat(STAGE.backup("on-volume-back-safety").getStatus().location().url()).as("what was replaced lies there too").startsWith("volume://local-backups/");
    }

    @Test
    void aFolderThatIsNotThereIsNamedWithTheCure() {
        policy("on-nothing", Racing.create(STAGE.postgres()), "nowhere", "retry: {limit: 0}\n");
        STAGE.backup("on-nothing-1", "on-nothing");
        Backup failed = STAGE.ended("on-nothing-1");
        assertThat(failed.getStatus().phase()).isEqualTo(Phase.Failed);
        assertThat(STAGE.kubectl("describe", "backup", "on-nothing-1")).contains("BucketNotFound", "volume local-backups has no folder /store/nowhere: correct storage.volume.path, or make it");
    }

    private static void completed(String name) {
        STAGE.backup(name, "on-volume", "daily");
        assertThat(STAGE.ended(name).getStatus().phase()).as(STAGE.events("Backup", name)).isEqualTo(Phase.Completed);
    }

    private static boolean isTrue(Backup backup, String type) {
        return backup.getStatus().conditions().stream().anyMatch(condition -> condition.getType().equals(type) && condition.getStatus().equals("True"));
    }
}
