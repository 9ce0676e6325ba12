package dev.remuda.backup;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.DeletionPolicy;
import dev.remuda.api.Phase;
import dev.remuda.job.Labels;
import dev.remuda.job.Refusal;
import dev.remuda.support.Changes;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of a Backup that is deleted. */
class DeletionTest {
    private static final String PURGE = "monday-purge";

    private final BackupWorld world = new BackupWorld();

    @BeforeEach
    void complete() {
        world.reconcileUntilItRests();
        world.pod(BackupWorld.JOB, job -> Pods.reported(job, Samples.backedUp()));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        world.told.clear();
    }

    @Test
    void withRetainThereIsNothingThatHoldsItUp() {
        assertThat(world.backup.getMetadata().getFinalizers()).isEmpty();
        assertThat(world.backup.getMetadata().getOwnerReferences()).isEmpty();
    }

    @Test
    void withDeleteItBelongsToItsPolicyAndIsPurgedBeforeItGoes() {
        policy(DeletionPolicy.Delete);
        assertThat(world.backup.getMetadata().getFinalizers()).containsExactly(Labels.PURGE);
        assertThat(world.backup.getMetadata().getOwnerReferences()).singleElement().satisfies(owner -> {
            assertThat(owner.getKind()).isEqualTo("BackupPolicy");
            assertThat(owner.getName()).isEqualTo("horses");
            assertThat(owner.getUid()).isEqualTo(Samples.UID);
        });
        delete();
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Deleting);
        MaintainTask task = (MaintainTask) world.task(PURGE);
        assertThat(task.root()).isEqualTo("stables/stable/horses/");
        assertThat(task.purges()).containsExactly(new MaintainTask.Purge(Samples.UID, "monday", "stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/", null));
        assertThat(world.jobs.get(PURGE).job().orElseThrow().getMetadata().getOwnerReferences()).as("else it may be collected first").isEmpty();

        world.pod(PURGE, job -> Pods.reported(job, purged()));
        world.reconcileUntilItRests();
        assertThat(world.backup.getMetadata().getFinalizers()).isEmpty();
        assertThat(world.deleted).contains(PURGE);
    }

    @Test
    void withoutItsPolicyItIsPurgedAllTheSame() {
        policy(DeletionPolicy.Delete);
        world.policy = Optional.empty();
        delete();
        world.reconcileUntilItRests();
        assertThat(world.created).contains(PURGE);
    }

    @Test
    void aChangeOfMindLetsItGoWithItsData() {
        policy(DeletionPolicy.Delete);
        policy(DeletionPolicy.Retain);
        withRetainThereIsNothingThatHoldsItUp();

        policy(DeletionPolicy.Delete);
        delete();
        policy(DeletionPolicy.Retain);
        assertThat(world.backup.getMetadata().getFinalizers()).isEmpty();
        assertThat(world.created).doesNotContain(PURGE);
    }

    @Test
    void oneThatRunsHasNoFinalizer() {
        BackupWorld running = new BackupWorld();
        running.policy.orElseThrow().setSpec(spec(running.policy.get(), DeletionPolicy.Delete));
        running.reconcileUntilItRests();
        assertThat(running.backup.getMetadata().getFinalizers()).isEmpty();
        assertThat(running.backup.getMetadata().getOwnerReferences()).hasSize(1);
    }

    @Test
    void whatARestoreReadsIsPurgedAfterIt() {
        policy(DeletionPolicy.Delete);
        delete();
        world.restores.add("back");
        world.reconcileUntilItRests();
        assertThat(world.created).doesNotContain(PURGE);
        assertThat(world.message()).isEqualTo("it is purged when Restore back has ended, which reads it");
        world.restores.clear();
        world.reconcileUntilItRests();
        assertThat(world.created).contains(PURGE);
    }

    @Test
    void aPurgeThatFailsIsSaidAndTriedAgain() {
        policy(DeletionPolicy.Delete);
        delete();
        world.reconcileUntilItRests();
        world.pod(PURGE, job -> Pods.reported(job, new FailureResult(Reason.StorageUnreachable, "the store is away", false)));
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("PurgeFailed");
        assertThat(world.message()).contains("StorageUnreachable: the store is away", "set deletionPolicy: Retain in BackupPolicy horses");
        assertThat(world.backup.getMetadata().getFinalizers()).containsExactly(Labels.PURGE);

        world.now = world.now.plus(Duration.ofMinutes(5));
        world.reconcile();
        assertThat(world.deleted).contains(PURGE);
        world.reconcileUntilItRests();
        assertThat(world.jobs).containsKey(PURGE);
        world.pod(PURGE, job -> Pods.reported(job, purged()));
        world.reconcileUntilItRests();
        assertThat(world.backup.getMetadata().getFinalizers()).isEmpty();
    }

    @Test
    void aNamespaceThatIsBeingDeletedNeverHangs() {
        policy(DeletionPolicy.Delete);
        delete();
        BackupPlan plan = BackupPlan.refused(world.seen(), new Refusal(403, "forbidden: being terminated", true), BackupWorld.START_DEADLINE);
        world.act(plan);
        assertThat(world.backup.getMetadata().getFinalizers()).isEmpty();
        BackupPlan other = BackupPlan.refused(world.seen(), new Refusal(403, "quota"), BackupWorld.START_DEADLINE);
        assertThat(other.status().conditions().getFirst().getMessage()).contains("quota");
    }

    @Test
    void anothersFinalizerIsLeftAlone() {
        policy(DeletionPolicy.Delete);
        world.backup.getMetadata().setFinalizers(List.of("example.com/theirs", Labels.PURGE));
        delete();
        world.reconcileUntilItRests();
        world.pod(PURGE, job -> Pods.reported(job, purged()));
        world.reconcileUntilItRests();
        assertThat(world.backup.getMetadata().getFinalizers()).containsExactly("example.com/theirs");
    }

    private static MaintainResult purged() {
        return new MaintainResult(0, null, List.of(Samples.UID), null, null, null, 0, 0);
    }

    private void policy(DeletionPolicy wanted) {
        world.policy.orElseThrow().setSpec(spec(world.policy.get(), wanted));
        world.reconcileUntilItRests();
    }

    private static BackupPolicySpec spec(BackupPolicy policy, DeletionPolicy wanted) {
        return Changes.in(policy.getSpec(), Map.of("deletionPolicy", wanted.name()));
    }

    private void delete() {
        world.backup.getMetadata().setDeletionTimestamp(world.now.toString());
    }
}
