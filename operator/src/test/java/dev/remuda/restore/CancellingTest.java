package dev.remuda.restore;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.JobView;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.CleanUpResult;
import dev.remuda.task.CleanUpTask;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/** A Restore that is deleted while it is under way. */
class CancellingTest {
    private static final String CANCEL = "back-cancel";

    private RestoreWorld world = new RestoreWorld();
    private final Map<String, JobView> known = new HashMap<>();
    private Instant deleted;

    @Test
    void whereNothingWasBegunItGoesAtOnceAndASafetyBackupIsLeftToFinish() {
        world.reconcileUntilItRests();
        delete();
        assertThat(look().again()).isEmpty();
        world.restore.getMetadata().setDeletionTimestamp(null);
        world.until(StepName.SafetyBackup);
        delete();
        assertThat(look()).isEqualTo(new Cancelling(world.status(), List.of(), Optional.empty()));
        assertThat(world.backups).containsKey(RestoreWorld.SAFETY);
        assertThat(world.deleted).isEmpty();
    }

    @Test
    void itsJobIsStoppedThenWhatItLeftIsDroppedThenItGoes() {
        world.until(StepName.Restore);
        world.pod(Pods::running);
        delete();
        look();
        assertThat(world.deleted).containsExactly("back-restore-1");
        assertThat(world.reason()).isEqualTo("Cancelling");
        assertThat(world.message()).isEqualTo("it is being deleted: Job back-restore-1 is being stopped");

        world.jobs.put("back-restore-1", new JobView("back-restore-1", Optional.empty(), Optional.of(Pods.deletedAt(Pods.running(job("back-restore-1")), world.now))));
        assertThat(look().again()).as("its Pod still works").isPresent();
        assertThat(world.created).doesNotContain(CANCEL);

        world.jobs.remove("back-restore-1");
        assertThat(look().again()).as("a Job may have been on its way").isPresent();
        assertThat(world.created).doesNotContain(CANCEL);
        world.later(Duration.ofSeconds(5));
        look();
        assertThat(world.created).endsWith(CANCEL);
        CleanUpTask task = (CleanUpTask) RestoreWorld.task(job(CANCEL));
        assertThat(task).isEqualTo(new CleanUpTask("back", Samples.UID, task.target(), "horses_before_back"));
        assertThat(job(CANCEL).getMetadata().getOwnerReferences()).as("else it may be collected first").isEmpty();

        finish(CANCEL, job -> Pods.reported(job, new CleanUpResult(false, Samples.TARGET_OID, List.of(), null)));
        assertThat(look().again()).as("it may go").isEmpty();
        assertThat(world.deleted).endsWith(CANCEL);
        assertThat(world.told).isEmpty();
    }

    @Test
    void aWorkerThatHasEndedNeedNotBeStopped() {
        world.until(StepName.Switch);
        world.pod(job -> Pods.reported(job, Samples.switched(5L)));
        delete();
        look();
        assertThat(world.created).endsWith(CANCEL);
        finish(CANCEL, job -> Pods.reported(job, new CleanUpResult(true, Samples.TARGET_OID, List.of(), Samples.switched(5L))));
        assertThat(look().again()).isEmpty();
        assertThat(world.told).singleElement().satisfies(told -> assertThat(told.message()).contains("the old one is kept as horses_before_back"));
    }

    @Test
    void aRecreateWhoseTargetIsGoneSaysWhereItsDataIs() {
        world = new RestoreWorld(Map.of("strategy", "Recreate"));
        world.until(StepName.Switch);
        world.pod(job -> Pods.ended(job, 137, "Error", null));
        delete();
        look();
        finish(CANCEL, job -> Pods.reported(job, new CleanUpResult(false, null, List.of("x"), null)));
        assertThat(look().again()).isEmpty();
        assertThat(world.told).singleElement().satisfies(told -> {
            assertThat(told.reason()).isEqualTo("TargetGone");
            assertThat(told.message()).contains("its data is in Backup back-safety; create a Restore with source.backupRef: back-safety, strategy: Create");
        });
    }

    @Test
    void aCleanUpThatFailsIsTriedAgainForTenMinutes() {
        cancelling();
        finish(CANCEL, job -> Pods.reported(job, new FailureResult(Reason.DatabaseUnreachable, "no answer", false)));
        look();
        assertThat(world.message()).contains("could not be dropped (DatabaseUnreachable: no answer); this is tried until " + deleted.plus(Duration.ofMinutes(10)));
        assertThat(world.deleted).doesNotContain(CANCEL);
        world.later(Duration.ofMinutes(1));
        look();
        assertThat(world.deleted).endsWith(CANCEL);
        look();
        assertThat(world.created).endsWith(CANCEL, CANCEL);

        world.now = deleted.plus(Duration.ofMinutes(10));
        assertThat(look().again()).isEmpty();
        assertThat(world.told).singleElement().satisfies(told -> assertThat(told.message()).contains(
                "look at that database before you trust it", "remuda_restore_6f1c2a34000040008000000000000001 and remuda_rehearsal_", "Backup back-safety holds its data"));
    }

    @Test
    void inANamespaceThatEndsNothingIsWaitedFor() {
        cancelling();
        assertThat(Cancelling.refused(world.seen(), new Refusal(403, "ends", true)).again()).isEmpty();
        assertThat(Cancelling.refused(world.seen(), new Refusal(403, "quota")).again()).isPresent();
        assertThat(Cancelling.refused(world.seen(), new Refusal(409, "exists")).status()).isEqualTo(world.status());
    }

    @Test
    void anotherJobOfThatNameIsLeftAlone() {
        cancelling();
        JobView view = world.jobs.get(CANCEL);
        Job foreign = new JobBuilder(view.job().orElseThrow()).editMetadata().withLabels(null).endMetadata().build();
        world.jobs.put(CANCEL, new JobView(CANCEL, Optional.of(foreign), Optional.empty()));
        world.later(Duration.ofMinutes(5));
        look();
        assertThat(world.message()).contains("a Job named back-cancel exists and is not this Restore's; delete that Job");
        assertThat(world.deleted).doesNotContain(CANCEL);
    }

    @Test
    void oneThatHasEndedGoesAtOnce() {
        world.until(StepName.Switch).says(Samples.switched(5L));
        delete();
        assertThat(look().again()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void anOperatorThatDiesMeanwhileIsContinued(int lastWrite) {
        world.until(StepName.Restore);
        world.pod(Pods::running);
        delete();
        world.writesLeft = lastWrite;
        boolean gone = false;
        for (int look = 0; look < 20 && !gone; look++) {
            try {
                gone = look().again().isEmpty();
            } catch (RestoreWorld.Died death) {
                world.writesLeft = Integer.MAX_VALUE;
            }
            world.jobs.computeIfPresent(CANCEL, (name, view) -> new JobView(
                    name, view.job(), Optional.of(Pods.reported(view.job().orElseThrow(), new CleanUpResult(false, Samples.TARGET_OID, List.of(), null)))));
            world.later(Duration.ofSeconds(2));
        }
        assertThat(gone).isTrue();
        assertThat(world.deleted).contains("back-restore-1", CANCEL);
        assertThat(world.created).containsOnlyOnce(CANCEL);
        assertThat(world.told).isEmpty();
    }

    private void cancelling() {
        world.until(StepName.Restore);
        world.jobs.remove("back-restore-1");
        delete();
        world.later(Duration.ofSeconds(5));
        look();
        assertThat(world.created).endsWith(CANCEL);
    }

    private void delete() {
        deleted = world.now;
        world.restore.getMetadata().setDeletionTimestamp(deleted.toString());
    }

    private Cancelling look() {
        Cancelling plan = Cancelling.of(world.seen(), Optional.ofNullable(world.jobs.get(CANCEL)), world.making, RestoreWorld.LIMITS);
        known.putAll(world.jobs);
        world.act(plan.steps());
        world.write(plan.status());
        known.putAll(world.jobs);
        return plan;
    }

    private Job job(String name) {
        return known.get(name).job().orElseThrow();
    }

    private void finish(String name, Function<Job, Pod> pod) {
        world.jobs.put(name, new JobView(name, Optional.of(job(name)), Optional.of(pod.apply(job(name)))));
    }
}
