package dev.remuda.backup;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.remuda.api.BackupSpec;
import dev.remuda.api.NameRef;
import dev.remuda.api.Phase;
import dev.remuda.api.TierSpec;
import dev.remuda.job.Labels;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.BackupTask;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.SettleResult;
import dev.remuda.task.StorageClass;

import static org.assertj.core.api.Assertions.assertThat;

/** Backups of tiers, and those that a newer one replaces. */
class ReplacedTest {
    private static final TierSpec DAILY = new TierSpec("daily", "@daily", null, StorageClass.STANDARD_IA);
    private static final TierSpec MONTHLY = new TierSpec("monthly", "@monthly", null, StorageClass.GLACIER);

    private final BackupWorld world = new BackupWorld();

    @Test
    void oneThatRunsIsStoppedAndWhatItLeftIsLookedAtWhenItsPodIsGone() {
        world.reconcileUntilItRests();
        world.pod(BackupWorld.JOB, Pods::running);
        world.reconcile();
        replace();

        world.reconcileUntilItRests();
        assertThat(world.deleted).containsExactly(BackupWorld.JOB);
        world.reconcileUntilItRests();
        assertThat(world.created).containsExactly(BackupWorld.JOB, BackupWorld.SETTLE);
        world.pod(BackupWorld.SETTLE, job -> Pods.reported(job, new SettleResult(null, 1, 1)));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("Replaced");
        assertThat(world.message()).startsWith("Backup tuesday was due and took its place (concurrencyPolicy Replace). Nothing of it is left in the store");
    }

    @Test
    void oneThatHasJustCompletedIsCompleted() {
        world.reconcileUntilItRests();
        replace();
        world.pod(BackupWorld.JOB, job -> Pods.reported(job, Samples.backedUp()));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
    }

    @Test
    void oneThatFailsMeanwhileIsReplaced() {
        world.reconcileUntilItRests();
        replace();
        world.pod(BackupWorld.JOB, job -> Pods.reported(job, new FailureResult(Reason.PodLost, "told to stop", false)));
        world.reconcileUntilItRests();
        world.pod(BackupWorld.SETTLE, job -> Pods.reported(job, new SettleResult(null, 0, 0)));
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("Replaced");
    }

    @Test
    void oneThatHasNotBegunNeverBegins() {
        replace();
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("Replaced");
        assertThat(world.created).isEmpty();
    }

    @Test
    void theWorkerIsToldTierSlotAndClass() {
        Instant slot = Instant.parse("2026-03-01T02:00:00Z");
        world.policy.orElseThrow().setSpec(Samples.with(world.policy.get().getSpec(), DAILY, MONTHLY));
        world.backup.setSpec(new BackupSpec(new NameRef("horses"), List.of("monthly", "daily"), slot, null));
        world.reconcileUntilItRests();
        BackupTask task = (BackupTask) world.task(BackupWorld.JOB);
        assertThat(task.tier()).as("the hottest").isEqualTo("daily");
        assertThat(task.tiers()).containsExactly("monthly", "daily");
        assertThat(task.slot()).isEqualTo(slot);
        assertThat(task.storageClass()).isEqualTo(StorageClass.STANDARD_IA);
        assertThat(world.status().tier()).isEqualTo("daily");
    }

    @Test
    void noneBeginsItsLifeInAnArchive() {
        world.policy.orElseThrow().setSpec(Samples.with(world.policy.get().getSpec(), MONTHLY));
        world.backup.setSpec(new BackupSpec(new NameRef("horses"), List.of("monthly"), null, null));
        world.reconcileUntilItRests();
        assertThat(((BackupTask) world.task(BackupWorld.JOB)).storageClass()).isEqualTo(StorageClass.STANDARD);
    }

    @Test
    void aTierThatThePolicyDoesNotHaveIsNamed() {
        world.policy.orElseThrow().setSpec(Samples.with(world.policy.get().getSpec(), DAILY, MONTHLY));
        world.backup.setSpec(new BackupSpec(new NameRef("horses"), List.of("dayly"), null, null));
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("InvalidSpec");
        assertThat(world.message()).startsWith("BackupPolicy horses has no tier dayly; it has daily, monthly. Create another Backup with one of those, or without tiers");
    }

    @Test
    void aTierThatIsGoneWhenTheSchedulesBackupBeginsStopsNothing() {
        world.backup.setSpec(new BackupSpec(new NameRef("horses"), List.of("daily"), Samples.CREATED, null));
        world.reconcileUntilItRests();
        assertThat(world.created).containsExactly(BackupWorld.JOB);
    }

    private void replace() {
        world.backup.getMetadata().setAnnotations(Map.of(Labels.REPLACED_BY, "tuesday"));
    }
}
