package dev.remuda.restore;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.api.Phase;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.Result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Steps that fail, whose worker left no word, or whose Job cannot be had: what is tried again, how often, and what is not. */
class RestoreLossTest {
    private final RestoreWorld world = new RestoreWorld();

    static Stream<Arguments> losses() {
        return Stream.of(
                loss("killed", "PodLost", w -> w.pod(job -> Pods.ended(job, 137, "Error", null))),
                loss("evicted", "Evicted", w -> w.pod(job -> Pods.because(Pods.of(job), "Evicted", "disk"))),
                loss("Pod deleted", "PodLost", w -> w.job(job -> Pods.with(job, "Failed", "BackoffLimitExceeded"))),
                loss("Job deleted", "JobMissing", w -> w.jobs.clear()),
                loss("foreign Job", "JobMissing", w -> w.job(job -> new JobBuilder(job).editMetadata().withOwnerReferences().endMetadata().build())),
                loss("reported", "DatabaseUnreachable", w -> w.pod(job -> Pods.reported(job, failure(Reason.DatabaseUnreachable)))));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void aCauseThatCanPassIsTriedAgainFiveTimesInAllEachLaterThanTheOneBefore(String reason, Consumer<RestoreWorld> loss) {
        world.until(StepName.Restore);
        for (int seconds : new int[] {10, 20, 40, 80}) {
            loss.accept(world);
            assertThat(world.reconcile().again()).contains(Duration.ofSeconds(seconds));
            assertThat(world.reason()).isEqualTo(reason);
            assertThat(world.message()).startsWith("restoring beside database horses (Job back-restore-").contains("the one before failed: " + reason + ": ");
            world.later(Duration.ofSeconds(seconds - 1));
            assertThat(world.reconcile().again()).contains(Duration.ofSeconds(1));
            world.later(Duration.ofSeconds(1));
            world.reconcileUntilItRests();
        }
        assertThat(world.steps()).endsWith("Restore-4 " + reason, "Restore-5");
        assertThat(world.told).hasSize(4).allSatisfy(told -> assertThat(told.warning()).isTrue());
        loss.accept(world);
        world.reconcileUntilItRests();
        assertThat(world.step().name()).isEqualTo(StepName.CleanUp);
        assertThat(world.created).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void onlyWhatCanPassIsTriedAgain(Reason reason) {
        world.until(StepName.Restore);
        world.says(failure(reason));
        assertThat(world.step().name()).isEqualTo(reason.canPass() ? StepName.Restore : StepName.CleanUp);
    }

    @Test
    void aPreflightIsTriedThreeTimes() {
        world.reconcileUntilItRests();
        for (int seconds : new int[] {10, 20}) {
            world.says(failure(Reason.StorageUnreachable));
            world.later(Duration.ofSeconds(seconds));
            world.reconcileUntilItRests();
        }
        world.says(failure(Reason.StorageUnreachable));
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.message()).isEqualTo("no answer. Nothing was touched");
        assertThat(world.created).containsExactly("back-preflight-1", "back-preflight-2", "back-preflight-3");
        assertThat(world.told).extracting(Step.Tell::message).startsWith(
                "Preflight failed in attempt 1 of 3 and is tried again in 10s: no answer", "Preflight failed in attempt 2 of 3 and is tried again in 20s: no answer");
    }

    @Test
    void aSwitchIsTriedAgainToo() {
        world.until(StepName.Switch);
        world.says(failure(Reason.TargetInUse));
        world.later(Duration.ofSeconds(10));
        world.reconcileUntilItRests();
        assertThat(world.created).endsWith("back-switch-1", "back-switch-2");
        world.says(Samples.switched(5L));
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
    }

    @Test
    void aWrongResultIsAFaultOfRemudaItself() {
        world.until(StepName.Restore);
        world.says(Samples.backedUp());
        assertThat(world.steps()).endsWith("Restore-1 InternalError", "CleanUp-1");
    }

    @Test
    void aPodThatDoesNotStartInTimeIsStoppedBeforeTheStepIsOver() {
        world.reconcileUntilItRests();
        world.pod(job -> Pods.unschedulable(job, "0/3 nodes are available"));
        assertThat(world.reconcile().again()).contains(Duration.ofSeconds(15));
        assertThat(world.message()).endsWith("(Job back-preflight-1): Unschedulable: 0/3 nodes are available");
        world.later(RestoreWorld.LIMITS.start());
        world.reconcile();
        assertThat(world.step().reason()).isEqualTo(Reason.Unschedulable);
        assertThat(world.step().finishedAt()).isNull();
        assertThat(world.deleted).as("the status comes first").isEmpty();
        world.reconcile();
        assertThat(world.deleted).containsExactly("back-preflight-1");
        assertThat(world.status().phase()).as("until it is gone").isEqualTo(Phase.Pending);
        world.reconcileUntilItRests();
        assertThat(world.steps()).containsExactly("Preflight-1 Unschedulable", "Preflight-2");
        while (!world.status().hasEnded()) {
            world.later(RestoreWorld.LIMITS.start());
            world.reconcileUntilItRests();
            if (world.jobs.containsKey(world.step().job())) {
                world.pod(job -> Pods.unschedulable(job, "0/3 nodes are available"));
            }
        }
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.steps()).hasSize(3);
        assertThat(world.message()).isEqualTo("the Pod did not start within 600 s: Unschedulable: 0/3 nodes are available. Nothing was touched");
    }

    @Test
    void aPodThatStartedAtTheLastMomentAndDidItsWorkIsBelieved() {
        world.until(StepName.Switch);
        world.pod(job -> Pods.waiting(job, "ErrImagePull", "not found"));
        world.later(RestoreWorld.LIMITS.start());
        world.reconcile();
        assertThat(world.step().reason()).isEqualTo(Reason.ImagePullFailed);
        world.says(Samples.switched(7L));
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.steps()).endsWith("Switch-1");
    }

    @Test
    void aJobThatIsNotOursIsLeftAloneAndOneOfADeletedRestoreIsWaitedOut() {
        world.reconcile();
        world.reconcile();
        world.act(world.plan().steps());
        world.job(job -> new JobBuilder(job).editMetadata().editFirstOwnerReference().withUid("0a").endOwnerReference().endMetadata().build());
        assertThat(world.reconcile().again()).contains(Duration.ofSeconds(1));
        assertThat(world.message()).contains("earlier Restore of this name");

        world.job(job -> new JobBuilder(job).editMetadata().withOwnerReferences().endMetadata().build());
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("NameTaken");
        assertThat(world.deleted).isEmpty();
    }

    @Test
    void whatTheWorkerSaidOfTheTargetIsToldWhenTheClusterEndedIt() {
        world.until(StepName.Restore);
        world.pod(job -> Pods.condition(Pods.reported(job, failure(Reason.PodLost)), "DisruptionTarget", "True", "EvictionByEvictionAPI", "drained"));
        world.reconcile();
        assertThat(world.steps()).contains("Restore-1 Evicted");
        assertThat(world.message()).contains("drained", "no answer");
    }

    @Test
    void aRefusedJobFailsTheRestoreAtOnceWhenItIsInvalidAndLaterWhenItIsForbidden() {
        world.reconcile();
        world.reconcile();
        assertThat(refused(422).status().conditions().getFirst().getReason()).isEqualTo("InvalidSpec");
        assertThat(refused(422).status().conditions().getFirst().getMessage()).isEqualTo("the API server refuses to create the Job: no; correct jobTemplate of the BackupPolicy and "
                + "create another Restore. Nothing was touched");
        assertThat(refused(403).status().phase()).isEqualTo(Phase.Pending);
        assertThat(refused(403).status().conditions().getFirst().getReason()).isEqualTo("PodNotCreated");
        assertThat(refused(409).status()).isEqualTo(world.status());
        world.later(RestoreWorld.LIMITS.start());
        assertThat(refused(403).status().steps()).extracting(step -> step.reason()).containsExactly(Reason.PodNotCreated, null);
    }

    @Test
    void aRefusedMarkIsToldAndTriedAgain() {
        world.reconcile();
        RestorePlan plan = refused(403);
        assertThat(plan.status().conditions().getFirst().getReason()).isEqualTo("Refused");
        assertThat(plan.status().steps()).isEqualTo(world.status().steps());
        assertThat(plan.again()).isPresent();
    }

    @Test
    void aRefusedJobOfALaterStepIsCleanedUpAfter() {
        world.until(StepName.Restore);
        world.pod(job -> Pods.reported(job, Samples.restored()));
        world.reconcile();
        assertThat(world.step().startedAt()).isNull();
        assertThat(refused(422).status().steps().getLast().name()).isEqualTo(StepName.CleanUp);
        assertThat(refused(403).status().steps().getLast().name()).isEqualTo(StepName.Switch);
        world.later(RestoreWorld.LIMITS.start());
        assertThat(refused(403).status().steps().getLast()).satisfies(step -> {
            assertThat(step.name()).isEqualTo(StepName.Switch);
            assertThat(step.attempt()).isEqualTo(2);
        });
    }

    @Test
    void aMarkThatSomebodyTookOffComesBack() {
        world.until(StepName.Restore);
        world.restore.getMetadata().setLabels(null);
        RestorePlan plan = world.reconcile();
        assertThat(plan.steps()).singleElement().isInstanceOf(Step.Amend.class);
        assertThat(world.isMarked()).isTrue();
        assertThat(world.reconcileUntilItRests().steps()).isEmpty();
    }

    @Test
    void migrationsAreNotTriedAgainWhateverHappened() {
        RestoreWorld migrating = new RestoreWorld(Map.of("migrations", Map.of("image", "i", "command", List.of("migrate"))));
        migrating.until(StepName.Migrations);
        migrating.pod(job -> Pods.because(Pods.of(job), "Evicted", "disk"));
        migrating.reconcileUntilItRests();
        assertThat(migrating.steps()).endsWith("Migrations-1 MigrationFailed", "CleanUp-1");
    }

    private RestorePlan refused(int code) {
        return RestorePlan.refused(world.seen(), new Refusal(code, "no"), RestoreWorld.LIMITS);
    }

    private static Result failure(Reason reason) {
        return new FailureResult(reason, "no answer", false);
    }

    private static Arguments loss(String name, String reason, Consumer<RestoreWorld> loss) {
        return arguments(reason, Named.of(name, loss));
    }
}
