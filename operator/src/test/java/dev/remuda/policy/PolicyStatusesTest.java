package dev.remuda.policy;

import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;

class PolicyStatusesTest {
    private static final Instant T = Samples.CREATED;

    @Test
    void aPolicyWithoutACompletedBackupHasNoLastOne() {
        assertThat(of()).isEqualTo(new BackupPolicyStatus(1L, null));
        assertThat(of(Samples.backup(), backup("a", Phase.Failed, T), backup("b", Phase.Running, T)).lastBackup()).isNull();
    }

    @Test
    void theLastBackupIsTheOneWithTheNewestSnapshot() {
        var status = of(backup("old", Phase.Completed, T), backup("new", Phase.Completed, T.plusSeconds(9)), backup("failed", Phase.Failed, T.plusSeconds(99)));
        assertThat(status.lastBackup()).isEqualTo(
                new BackupPolicyStatus.LastBackup("new", Samples.backedUp().finishedAt(), T.plusSeconds(9), 1_468_006L, "1.4 MiB"));
    }

    @Test
    void theOrderInWhichBackupsAreSeenChangesNothing() {
        Backup one = backup("one", Phase.Completed, T);
        Backup two = backup("two", Phase.Completed, T);
        assertThat(of(one, two)).isEqualTo(of(two, one));
    }

    private static BackupPolicyStatus of(Backup... backups) {
        return PolicyStatuses.of(Samples.policy(), List.of(backups));
    }

    private static Backup backup(String name, Phase phase, Instant snapshotAt) {
        Backup backup = Samples.backup();
        backup.getMetadata().setName(name);
        backup.setStatus(new BackupStatus(
                phase, null, null, T, Samples.backedUp().finishedAt(), null, null, null, null, null, snapshotAt, 1_468_006L, "1.4 MiB", null, null, null, null,
                null, null, null, null));
        return backup;
    }
}
