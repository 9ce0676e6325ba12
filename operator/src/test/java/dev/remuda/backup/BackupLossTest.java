package dev.remuda.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.api.Phase;
import dev.remuda.job.JobView;
import dev.remuda.job.Outcome;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.SettleResult;
import dev.remuda.task.SettleTask;

import static dev.remuda.backup.BackupWorld.JOB;
import static dev.remuda.backup.BackupWorld.SETTLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** A Backup whose worker left no word, or left something behind, or whose Job cannot be had. */
class BackupLossTest {
    private static final String NEXT_LOOK = "monday-1-settle-";

    private final BackupWorld world = new BackupWorld();

    @BeforeEach
    void oneAttemptIsAll() {
        world.retry(0, "1m");
    }

    static Stream<Arguments> losses() {
        return Stream.of(
                loss("killed", Reason.PodLost, w -> w.pod(JOB, job -> Pods.ended(job, 137, "Error", null))),
                loss("out of memory", Reason.OutOfMemory, w -> w.pod(JOB, job -> Pods.ended(job, 137, "OOMKilled", null))),
                loss("evicted", Reason.Evicted, w -> w.pod(JOB, job -> Pods.because(Pods.of(job), "Evicted", "disk"))),
                loss("too slow", Reason.TimedOut, w -> w.pod(JOB, job -> Pods.because(Pods.of(job), "DeadlineExceeded", ""))),
                loss("Pod deleted", Reason.PodLost, w -> w.job(JOB, job -> Pods.with(job, "Failed", "BackoffLimitExceeded"))),
                loss("Job deleted", Reason.JobMissing, w -> w.lose(JOB)),
                loss("leftovers", Reason.StorageFull, w -> w.pod(JOB, job -> Pods.reported(job, new FailureResult(Reason.StorageFull, "full", true)))),
                loss("wrong result", Reason.InternalError, w -> w.pod(JOB, job -> Pods.reported(job, Samples.restored()))));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void aLostWorkersStoreIsLookedAtByASecondJobBeforeTheBackupIsCalledFailed(Reason reason, Consumer<BackupWorld> loss) {
        started();
        loss.accept(world);
        world.reconcileUntilItRests();

        assertThat(world.created).containsExactly(JOB, SETTLE);
        assertThat(world.status().phase()).isEqualTo(Phase.Running);
        assertThat(world.reason()).isEqualTo(reason.name());
        assertThat(world.message()).endsWith("What it left in the store is being looked at");
        assertThat(world.task(SETTLE)).isInstanceOfSatisfying(SettleTask.class, task -> assertThat(task.prefix()).isEqualTo(world.status().location().prefix()));

        Instant lostAt = world.now;
        world.now = world.now.plusSeconds(30);
        world.pod(SETTLE, job -> Pods.reported(job, new SettleResult(null, 2, 1)));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo(reason.name());
        assertThat(world.message()).endsWith("Nothing of it is left in the store (2 objects and 1 unfinished uploads removed)");
        assertThat(world.attempt().reason()).isEqualTo(reason);
        assertThat(world.attempt().finishedAt()).isEqualTo(lostAt);
        assertThat(world.attempt().settledBy()).isEqualTo(SETTLE);
        assertThat(world.told).hasSize(1);
        assertThat(world.deleted).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("losses")
    void aManifestThatIsFoundMeansTheBackupIsCompleteAfterAll(Reason reason, Consumer<BackupWorld> loss) {
        started();
        loss.accept(world);
        world.reconcileUntilItRests();
        world.pod(SETTLE, Pods::running);
        assertThat(world.reconcile().steps()).isEmpty();
        world.pod(SETTLE, job -> Pods.reported(job, new SettleResult(Samples.backedUp(), 0, 0)));
        world.reconcileUntilItRests();

        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.status().checksum()).isEqualTo(Samples.backedUp().checksum());
        assertThat(world.attempt().reason()).isNull();
        assertThat(world.attempt().settledBy()).isEqualTo(SETTLE);
    }

    static Stream<Arguments> failedSettles() {
        return Stream.of(
                settle("key refused", w -> w.pod(SETTLE, job -> Pods.reported(job, new FailureResult(Reason.StorageAccessDenied, "no", false)))),
                settle("wrong result", w -> w.pod(SETTLE, job -> Pods.reported(job, Samples.backedUp()))),
                settle("foreign Job", w -> w.job(SETTLE, BackupLossTest::foreign)));
    }

    @ParameterizedTest
    @MethodSource("failedSettles")
    void whenTheStoreCannotBeLookedAtTheUserIsToldWhereToLook(Consumer<BackupWorld> failure) {
        started();
        world.lose(JOB);
        world.reconcileUntilItRests();
        failure.accept(world);
        world.reconcileUntilItRests();

        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.created).as("nothing that can pass by itself").containsExactly(JOB, SETTLE);
        assertThat(world.reason()).isEqualTo("JobMissing");
        assertThat(world.message())
                .contains("could not be looked at (")
                .contains("look under s3://backups/stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/ before you delete it");
    }

    static Stream<Arguments> passingSettles() {
        return Stream.of(
                look("store unreachable", (w, look) -> w.pod(look, job -> Pods.reported(job, new FailureResult(Reason.StorageUnreachable, "no answer", false)))),
                look("killed", (w, look) -> w.pod(look, job -> Pods.ended(job, 137, "Error", null))),
                look("too slow", (w, look) -> w.pod(look, job -> Pods.because(Pods.ended(job, 143, "Error", null), "DeadlineExceeded", ""))),
                look("never started", (w, look) -> w.now = w.now.plus(BackupWorld.START_DEADLINE)));
    }

    @ParameterizedTest
    @MethodSource("passingSettles")
    void theStoreIsLookedAtAgainWhenTheCauseCanPassAndAtLastItIsGivenUp(BiConsumer<BackupWorld, String> failure) {
        started();
        world.lose(JOB);
        world.reconcileUntilItRests();
        List<Duration> rests = new ArrayList<>();
        for (int look = 1; look < 5; look++) {
            failure.accept(world, look == 1 ? SETTLE : NEXT_LOOK + look);
            rests.add(world.reconcile().again().orElseThrow());
            assertThat(world.status().phase()).isEqualTo(Phase.Running);
            assertThat(world.message()).contains("could not be looked at, which is tried again in");
            assertThat(world.reconcile().steps()).as("not before its time").isEmpty();
            world.now = world.now.plus(rests.getLast());
            world.reconcile();
        }
        failure.accept(world, NEXT_LOOK + 5);
        world.reconcileUntilItRests();

        assertThat(rests).containsExactly(Duration.ofMinutes(1), Duration.ofMinutes(2), Duration.ofMinutes(4), Duration.ofMinutes(8));
        assertThat(world.created).containsExactly(JOB, SETTLE, NEXT_LOOK + 2, NEXT_LOOK + 3, NEXT_LOOK + 4, NEXT_LOOK + 5);
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.message()).contains("could not be looked at (").contains("look under s3://");
    }

    @Test
    void aLaterLookFindsWhatTheFirstCouldNot() {
        started();
        world.lose(JOB);
        world.reconcileUntilItRests();
        world.pod(SETTLE, job -> Pods.ended(job, 137, "Error", null));
        world.reconcileUntilItRests();
        world.now = world.now.plusSeconds(60);
        world.reconcileUntilItRests();
        world.pod(NEXT_LOOK + 2, job -> Pods.reported(job, new SettleResult(Samples.backedUp(), 0, 0)));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.attempt().settledBy()).isEqualTo(NEXT_LOOK + 2);
        assertThat(world.attempt().looks()).isEqualTo(2);
    }

    @Test
    void aSettlingJobThatNeverStartedIsRemovedBeforeTheNextAndTheLastWhenAllIsOver() {
        started();
        world.lose(JOB);
        world.reconcileUntilItRests();
        while (!world.status().hasEnded()) {
            world.now = world.now.plus(BackupWorld.START_DEADLINE);
            world.reconcileUntilItRests();
        }
        assertThat(world.deleted).containsExactly(SETTLE, NEXT_LOOK + 2, NEXT_LOOK + 3, NEXT_LOOK + 4, NEXT_LOOK + 5);
    }

    @Test
    void aJobThatIsNotOursIsLeftAlone() {
        world.reconcile();
        world.act(world.plan());
        world.job(JOB, BackupLossTest::foreign);
        world.reconcileUntilItRests();

        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("NameTaken");
        assertThat(world.deleted).isEmpty();
    }

    @Test
    void aJobThatTookThePlaceOfOursAfterItsCreationIsNotOurs() {
        started();
        world.job(JOB, BackupLossTest::foreign);
        world.pod(JOB, job -> Pods.reported(job, Samples.backedUp()));
        world.reconcile();
        assertThat(world.status().phase()).isEqualTo(Phase.Running);
        assertThat(world.attempt().reason()).isEqualTo(Reason.JobMissing);
    }

    @Test
    void theJobOfADeletedBackupOfTheSameNameIsWaitedOut() {
        world.reconcile();
        world.act(world.plan());
        world.job(JOB, BackupLossTest::earlier);
        world.pod(JOB, job -> Pods.reported(job, Samples.backedUp()));
        assertThat(world.reconcile().again()).contains(Duration.ofSeconds(1));
        assertThat(world.status().phase()).isEqualTo(Phase.Pending);
        assertThat(world.message()).isEqualTo("Job monday-1 of an earlier Backup of this name is being removed");

        world.lose(JOB);
        world.reconcile();
        assertThat(world.created).containsExactly(JOB, JOB);
        assertThat(world.attempt().startedAt()).isNotNull();
    }

    /** The Job's name is free again, though its Pod still stops. */
    @Test
    void aPodThatIsLeftOfADeletedBackupOfTheSameNameIsInNobodysWay() {
        world.reconcile();
        world.act(world.plan());
        Job job = world.jobs.get(JOB).job().orElseThrow();
        job.getSpec().getTemplate().getMetadata().getLabels().put("remuda.dev/owner-uid", "0a0a0a0a");
        world.jobs.put(JOB, new JobView(JOB, Optional.empty(), Optional.of(Pods.running(job))));
        assertThat(world.plan().steps()).hasOnlyElementsOfType(Step.CreateJob.class).hasSize(1);
    }

    @Test
    void butNotForEver() {
        world.reconcile();
        world.act(world.plan());
        world.job(JOB, BackupLossTest::earlier);
        world.now = Samples.CREATED.plus(BackupWorld.START_DEADLINE);
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("NameTaken");
        assertThat(world.deleted).isEmpty();
    }

    @Test
    void aJobThatTheApiServerCallsInvalidFailsTheBackupWithItsWords() {
        world.reconcile();
        world.write(refused(422, "requests.memory: must be less than or equal to memory limit"));
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("InvalidSpec");
        assertThat(world.message()).contains("must be less than or equal to memory limit").contains("correct jobTemplate of BackupPolicy horses");
    }

    @Test
    void aJobThatIsForbiddenIsTriedAgainUntilTheStartDeadline() {
        world.reconcile();
        world.write(refused(403, "exceeded quota"));
        assertThat(world.status().phase()).isEqualTo(Phase.Pending);
        assertThat(world.message()).isEqualTo("the API server refuses to create the Job: exceeded quota");
        assertThat(world.plan().steps()).hasOnlyElementsOfType(Step.CreateJob.class).hasSize(1);

        world.now = world.now.plus(BackupWorld.START_DEADLINE);
        world.write(refused(403, "exceeded quota"));
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("PodNotCreated");
    }

    @Test
    void aPodThatTheJobControllerIsRefusedSaysWhy() {
        started();
        world.jobs.computeIfPresent(JOB, (same, view) -> new JobView(same, view.job(), Optional.empty(), Optional.of(new Outcome.Waiting("FailedCreate", "exceeded quota: none"))));
        world.now = world.now.plus(BackupWorld.START_DEADLINE);
        world.reconcileUntilItRests();
        assertThat(world.deleted).containsExactly(JOB);
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("PodNotCreated");
        assertThat(world.message()).startsWith("the Pod did not start within 600 s: FailedCreate: exceeded quota: none");
    }

    @Test
    void aNameThatTurnsOutToExistIsLookedAtAgain() {
        world.reconcile();
        BackupPlan plan = refused(409, "exists");
        assertThat(plan.status()).isEqualTo(world.status());
        assertThat(plan.again()).contains(Duration.ofSeconds(1));
    }

    @Test
    void aSettlingJobThatIsRefusedIsTriedAgainAndThenGivenUp() {
        started();
        world.lose(JOB);
        world.reconcile();
        assertThat(refused(403, "quota").status()).isEqualTo(world.status());
        assertThat(refused(422, "bad").status().conditions().getFirst().getMessage()).contains("could not be looked at (the API server refuses");
        for (int look = 1; look < 5; look++) {
            world.now = world.now.plus(BackupWorld.START_DEADLINE);
            world.write(refused(403, "quota"));
            assertThat(world.message()).contains("could not be looked at, which is tried again in");
            world.now = world.attempt().nextLookAt();
            assertThat(refused(503, "webhook").status()).as("each look has its own time").isEqualTo(world.status());
        }
        world.now = world.now.plus(BackupWorld.START_DEADLINE);
        assertThat(refused(403, "quota").status().phase()).isEqualTo(Phase.Failed);
    }

    @Test
    void restsBetweenLooksAreNotThoseOfThePolicy() {
        world.retry(3, "1h");
        started();
        world.lose(JOB);
        world.reconcileUntilItRests();
        world.pod(SETTLE, job -> Pods.ended(job, 137, "Error", null));
        assertThat(world.reconcile().again()).contains(Duration.ofMinutes(1));
    }

    @Test
    void aClockThatWasSetBackProlongsNoRestBetweenLooks() {
        started();
        world.lose(JOB);
        world.reconcileUntilItRests();
        world.pod(SETTLE, job -> Pods.ended(job, 137, "Error", null));
        world.reconcile();
        world.now = world.now.minus(Duration.ofDays(2));
        world.reconcile();
        assertThat(world.created).containsExactly(JOB, SETTLE, NEXT_LOOK + 2);
    }

    private BackupPlan refused(int code, String message) {
        return BackupPlan.refused(world.seen(), new Refusal(code, message), BackupWorld.START_DEADLINE);
    }

    private void started() {
        world.reconcileUntilItRests();
    }

    private static Job foreign(Job job) {
        return new JobBuilder(job).editMetadata().withOwnerReferences().endMetadata().build();
    }

    private static Job earlier(Job job) {
        return new JobBuilder(job).editMetadata().editFirstOwnerReference().withUid("0a0a0a0a").endOwnerReference().endMetadata().build();
    }

    private static Arguments loss(String name, Reason reason, Consumer<BackupWorld> loss) {
        return arguments(reason, Named.of(name, loss));
    }

    private static Arguments look(String name, BiConsumer<BackupWorld, String> failure) {
        return arguments(Named.of(name, failure));
    }

    private static Arguments settle(String name, Consumer<BackupWorld> failure) {
        return arguments(Named.of(name, failure));
    }
}
