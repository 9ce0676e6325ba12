package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.NameRef;
import dev.remuda.api.Phase;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.TierSpec;
import dev.remuda.support.Changes;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/** Backups that Restores made of what they replace lie in a policy's store and are none of its business. */
class SafetyTest {
    private static final TierSpec DAILY = new TierSpec("daily", "0 2 * * *", new RetentionSpec("2d", 1, 1), null);

    private final PolicyWorld world = new PolicyWorld();

    @BeforeEach
    void aPolicyWithASafetyBackup() {
        world.now = Instant.parse("2026-03-01T01:00:00Z");
        world.policy.getMetadata().setCreationTimestamp(world.now.toString());
        world.spec(spec -> Samples.with(spec, DAILY));
        Backup safety = world.onDemand("back-safety");
        safety.setSpec(new BackupSpec(new NameRef("horses"), null, null, null, new BackupSpec.Safety("back", Samples.database())));
    }

    @Test
    void oneThatRunsHoldsNoScheduledBackupUp() {
        world.run("back-safety");
        go(Duration.ofHours(1));
        assertThat(world.created).containsExactly("horses-20260301-0200");
    }

    @Test
    void itIsNeitherTheLastBackupNorKeptNorLetGo() {
        world.complete("back-safety");
        Backup before = world.backups.get("back-safety");
        String prefix = before.getStatus().location().prefix();
        assertThat(world.status() == null || world.status().lastBackup() == null).isTrue();
        for (int day = 0; day < 10; day++) {
            go(Duration.ofHours(1));
            world.underWay().forEach(world::complete);
            go(Duration.ofHours(23));
        }
        assertThat(world.status().lastBackup().name()).startsWith("horses-2026");
        assertThat(world.status().retention().kept()).isOne();
        assertThat(world.backups.get("back-safety").getStatus().phase()).isEqualTo(Phase.Completed);
        assertThat(world.backups.get("back-safety").getStatus().retainedBy()).isNull();
        assertThat(world.store).containsKey(prefix);
        assertThat(world.tasks).isNotEmpty().allSatisfy(task -> {
            assertThat(task.kept()).noneMatch(kept -> kept.backup().equals("back-safety"));
            assertThat(task.purges()).noneMatch(purge -> purge.backup().equals("back-safety"));
        });
        assertThat(world.tasks).filteredOn(task -> task.sweep() != null).isNotEmpty().allSatisfy(task -> assertThat(task.sweep().busy()).contains(prefix));
    }

    @Test
    void oneThatFailedIsNotCountedAmongThePolicysFailedOnes() {
        world.spec(spec -> Changes.in(spec, Map.of("failedBackupsHistoryLimit", 0)));
        world.fail("back-safety");
        go(Duration.ofHours(1));
        assertThat(world.backups).containsKey("back-safety");
    }

    private void go(Duration time) {
        world.now = world.now.plus(time);
        world.reconcileUntilItRests();
    }
}
