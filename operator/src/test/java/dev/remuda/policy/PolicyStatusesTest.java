package dev.remuda.policy;

import java.time.Instant;

import org.junit.jupiter.api.Test;

import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/** What a policy tells of its last backup. */
class PolicyStatusesTest {
    private static final Instant T = Samples.CREATED;

    private final PolicyWorld world = new PolicyWorld();

    @Test
    void aPolicyWithoutACompletedBackupHasNoLastOne() {
        world.onDemand("waits");
        world.onDemand("runs");
        world.run("runs");
        world.onDemand("failed");
        world.fail("failed");
        assertThat(last()).isNull();
        assertThat(world.status().observedGeneration()).isEqualTo(1L);
    }

    @Test
    void theLastBackupIsTheOneWithTheNewestSnapshot() {
        completed("new", T.plusSeconds(9));
        completed("old", T);
        world.onDemand("failed");
        world.fail("failed");
        assertThat(last()).isEqualTo(new BackupPolicyStatus.LastBackup("new", T.plusSeconds(39), T.plusSeconds(9), 1_468_006L, "1.4 MiB"));
    }

    @Test
    void ofTwoOfOneMomentTheLaterNameIsTheLast() {
        completed("two", T);
        completed("one", T);
        assertThat(last().name()).isEqualTo("two");
    }

    private void completed(String name, Instant snapshotAt) {
        world.onDemand(name);
        world.complete(name, snapshotAt);
    }

    private BackupPolicyStatus.LastBackup last() {
        world.reconcileUntilItRests();
        return world.status().lastBackup();
    }
}
