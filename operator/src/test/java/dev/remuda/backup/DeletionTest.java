package dev.remuda.backup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.DeletionPolicy;
import dev.remuda.api.Phase;
import dev.remuda.api.StorageSpec;
import dev.remuda.api.VolumeSpec;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;
import dev.remuda.job.Labels;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.status.DeletionMark;
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
    private final List<String> restores = new ArrayList<>();

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
        assertThat(Labels.isDeletedWithData(world.backup)).isFalse();
        assertThat(world.backup.getMetadata().getFinalizers()).isEmpty();
        assertThat(world.backup.getMetadata().getOwnerReferences()).isEmpty();
    }

    @Test
    void withDeleteItBelongsToItsPolicyAndIsPurgedBeforeItGoes() {
        policy(DeletionPolicy.Delete);
        assertThat(Labels.isDeletedWithData(world.backup)).isTrue();
        assertThat(world.backup.getMetadata().getOwnerReferences()).singleElement().satisfies(owner -> {
            assertThat(owner.getKind()).isEqualTo("BackupPolicy");
            assertThat(owner.getName()).isEqualTo("horses");
            assertThat(owner.getUid()).isEqualTo(Samples.UID);
        });
        look();
        assertThat(world.status().phase()).isEqualTo(Phase.Deleting);
        MaintainTask task = (MaintainTask) world.task(PURGE);
        assertThat(task.root()).isEqualTo("stables/stable/horses/");
        assertThat(task.purges()).containsExactly(new MaintainTask.Purge(Samples.UID, "monday", "stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/", null));
        assertThat(world.jobs.get(PURGE).job().orElseThrow().getMetadata().getOwnerReferences()).as("else it may be collected first").isEmpty();

        world.pod(PURGE, job -> Pods.reported(job, purged()));
        assertThat(look().again()).as("it may go").isEmpty();
        assertThat(world.deleted).contains(PURGE);
    }

    @Test
    void itsCopiesGoOneAfterTheOtherBeforeItGoes() {
        policy(DeletionPolicy.Delete);
        StorageSpec volume = new StorageSpec(null, new VolumeSpec("local-backups", null));
        world.backup.setStatus(world.status().copied(new BackupStatus.Copy("local", volume, "volume://local-backups/stable/horses/monday-1/", "stable/horses/monday-1/", Samples.CREATED, null), List.of()));
        look();
        MaintainTask task = (MaintainTask) world.task(PURGE + "-local");
        assertThat(task.store().bucket()).isEqualTo("local-backups");
        assertThat(task.root()).isEqualTo("stable/horses/");
        assertThat(task.purges()).extracting(MaintainTask.Purge::prefix).containsExactly("stable/horses/monday-1/");
        assertThat(world.status().conditions().getFirst().getMessage()).isEqualTo("Job monday-purge-local purges it from its copy local");
        assertThat(world.created).doesNotContain(PURGE);

        world.pod(PURGE + "-local", job -> Pods.reported(job, purged()));
        assertThat(look().again()).as("the backup itself is left").isPresent();
        assertThat(world.status().copies()).isEmpty();
        look();
        world.pod(PURGE, job -> Pods.reported(job, purged()));
        assertThat(look().again()).as("it may go").isEmpty();
    }

    @Test
    void withoutItsPolicyItIsPurgedAllTheSame() {
        policy(DeletionPolicy.Delete);
        world.policy = Optional.empty();
        look();
        assertThat(world.created).contains(PURGE);
    }

    @Test
    void aChangeOfMindLetsItGoWithItsData() {
        policy(DeletionPolicy.Delete);
        world.backup.getMetadata().setFinalizers(List.of("example.com/theirs", Labels.PURGE));
        policy(DeletionPolicy.Retain);
        assertThat(world.backup.getMetadata().getFinalizers()).as("another's stays").containsExactly("example.com/theirs");
        assertThat(Labels.isDeletedWithData(world.backup)).isFalse();
        assertThat(world.backup.getMetadata().getOwnerReferences()).isEmpty();

        assertThat(look().again()).isEmpty();
        assertThat(world.created).doesNotContain(PURGE);
    }

    @Test
    void aRefusedChangeOfMetadataChangesNothingElse() {
        world.policy.orElseThrow().setSpec(spec(world.policy.get(), DeletionPolicy.Delete));
        world.now = world.now.plus(Duration.ofDays(1));
        for (int code : new int[] {403, 422, 503}) {
            BackupPlan plan = BackupPlan.refused(world.seen(), new Refusal(code, "no"), BackupWorld.START_DEADLINE);
            assertThat(plan.status()).isEqualTo(world.status());
            assertThat(plan.again()).isPresent();
        }
        BackupWorld fresh = new BackupWorld();
        fresh.policy.orElseThrow().setSpec(spec(fresh.policy.get(), DeletionPolicy.Delete));
        assertThat(BackupPlan.refused(fresh.seen(), new Refusal(503, "no"), BackupWorld.START_DEADLINE).again()).isPresent();
    }

    @Test
    void aMarkOfAPolicyThatIsGoneIsTakenBack() {
        world.backup.setStatus(DeletionMark.mark(world.status(), "daily: older than 2d", 1, world.now));
        world.policy = Optional.empty();
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        world.backup.setStatus(DeletionMark.take(world.status(), "horses-maintain-1", 1, world.now));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).as("it may be half gone").isEqualTo(Phase.Deleting);
    }

    @Test
    void oneThatRunsIsNotHeldUp() {
        BackupWorld running = new BackupWorld();
        running.policy.orElseThrow().setSpec(spec(running.policy.get(), DeletionPolicy.Delete));
        running.reconcileUntilItRests();
        assertThat(Labels.isDeletedWithData(running.backup)).isFalse();
        assertThat(running.backup.getMetadata().getOwnerReferences()).hasSize(1);
    }

    @Test
    void whatARestoreReadsIsPurgedAfterIt() {
        policy(DeletionPolicy.Delete);
        restores.add("back");
        assertThat(look().again()).isPresent();
        assertThat(world.created).doesNotContain(PURGE);
        assertThat(world.message()).isEqualTo("it is purged when Restore back has ended, which reads it");
        restores.clear();
        look();
        assertThat(world.created).contains(PURGE);
    }

    @Test
    void aPurgeThatFailsIsSaidAndTriedAgain() {
        policy(DeletionPolicy.Delete);
        look();
        world.pod(PURGE, job -> Pods.reported(job, new FailureResult(Reason.StorageUnreachable, "the store is away", false)));
        assertThat(look().again()).isPresent();
        assertThat(world.reason()).isEqualTo("PurgeFailed");
        assertThat(world.message()).contains("StorageUnreachable: the store is away", "set deletionPolicy: Retain in BackupPolicy horses");
        assertThat(world.deleted).doesNotContain(PURGE);

        world.now = world.now.plus(Duration.ofMinutes(5));
        look();
        assertThat(world.deleted).contains(PURGE);
        look();
        assertThat(world.jobs).containsKey(PURGE);
        assertThat(world.reason()).as("until the next try has ended").isEqualTo("PurgeFailed");
        world.pod(PURGE, job -> Pods.reported(job, new FailureResult(Reason.StorageUnreachable, "the store is away", false)));
        look();
        assertThat(world.told).as("once").singleElement().isEqualTo(new Step.Tell(true, "PurgeFailed", world.message()));
        world.pod(PURGE, job -> Pods.reported(job, purged()));
        assertThat(look().again()).isEmpty();
    }

    @Test
    void aForeignJobOfTheNameIsNamed() {
        policy(DeletionPolicy.Delete);
        var foreign = new JobBuilder().withNewMetadata().withName(PURGE).endMetadata().build();
        world.jobs.put(PURGE, new JobView(PURGE, Optional.of(foreign), Optional.empty()));
        assertThat(look().again()).isPresent();
        assertThat(world.message()).isEqualTo("it cannot be purged: a Job named monday-purge exists and is not this Backup's; delete that Job");
    }

    @Test
    void aNamespaceThatIsBeingDeletedNeverHangs() {
        policy(DeletionPolicy.Delete);
        assertThat(Deletion.refused(world.seen(), new Refusal(403, "forbidden: being terminated", true)).again()).isEmpty();
        Deletion other = Deletion.refused(world.seen(), new Refusal(403, "quota"));
        assertThat(other.again()).isPresent();
        assertThat(other.status().conditions().getFirst().getMessage()).contains("quota");
    }

    /** One look at the Backup while it is being deleted. */
    private Deletion look() {
        Observed seen = new Observed(world.backup, world.policy, world.jobs, world.now);
        Deletion plan = Deletion.of(seen, restores, new BackupJobs(new JobBuilding(Samples.CONFIG)), BackupWorld.START_DEADLINE);
        world.act(new BackupPlan(plan.status(), plan.steps(), plan.again()));
        world.write(new BackupPlan(plan.status(), plan.steps(), plan.again()));
        return plan;
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
}
