package dev.remuda.restore;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.Phase;
import dev.remuda.api.SecretRef;
import dev.remuda.api.Target;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;

import static dev.remuda.restore.RestoreWorld.JOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class RestorePlanTest {
    private RestoreWorld world = new RestoreWorld();

    @Test
    void withoutItsBackupARestoreWaitsAMinuteForItAndThenFails() {
        world.backup = Optional.empty();
        assertThat(world.reconcile().again()).contains(Duration.ofSeconds(55));
        assertThat(world.status().phase()).isEqualTo(Phase.Pending);
        world.now = Samples.CREATED.plusSeconds(60);
        failed("BackupMissing", "Backup monday does not exist in namespace stable; kubectl get backups lists those that do");
    }

    @Test
    void aBackupThatIsStillMadeIsWaitedFor() {
        for (Phase phase : new Phase[] {null, Phase.Pending, Phase.Running}) {
            world.backup = Optional.of(RestoreWorld.backup(phase));
            assertThat(world.reconcile().again()).contains(Duration.ofSeconds(15));
            assertThat(world.reason()).isEqualTo("BackupNotCompleted");
        }
        world.backup = Optional.of(Samples.backup());
        assertThat(world.reconcile().steps()).isEmpty();
        world.backup = Optional.of(RestoreWorld.completedBackup());
        world.reconcileUntilItRests();
        assertThat(world.created).isOne();
    }

    @Test
    void aFailedBackupIsNotRestored() {
        world.backup = Optional.of(RestoreWorld.backup(Phase.Failed));
        failed("BackupNotCompleted", "Backup monday is Failed, so there is nothing to restore; choose a completed one");
        assertThat(world.created).isZero();
    }

    @Test
    void aRecreateMustNameTheDatabaseWhoseDataWouldBeReplaced() {
        world = new RestoreWorld(Samples.restore(RestoreStrategy.Recreate, null, "other"));
        failed("NotConfirmed", "confirm is 'other' but the database whose data would be replaced is 'horses'; create the Restore again with confirm: horses "
                + "if that is meant");
        assertThat(world.created).isZero();
    }

    @Test
    void aTargetWhoseNameStandsInASecretIsConfirmedByTheWorker() {
        Target elsewhere = new Target("other.host", null, null, null, new SecretRef("other-db", null), null);
        world = new RestoreWorld(Samples.restore(RestoreStrategy.Recreate, elsewhere, "whatever"));
        world.reconcileUntilItRests();
        assertThat(world.created).isOne();
        assertThat(world.status().databaseName()).isNull();
        assertThat(world.task().confirm()).isEqualTo("whatever");
    }

    @Test
    void aCreateNeedsNoConfirmation() {
        world = new RestoreWorld(Samples.restore(RestoreStrategy.Create, new Target(null, null, "copy", null, null, null), null));
        world.reconcileUntilItRests();
        assertThat(world.task().strategy()).isEqualTo(RestoreStrategy.Create);
        assertThat(world.task().target().name()).isEqualTo("copy");
        assertThat(world.status().databaseName()).isEqualTo("copy");
    }

    @Test
    void firstThePlanIsWrittenDownThenTheJobIsCreated() {
        RestorePlan planned = world.reconcile();
        assertThat(planned.steps()).isEmpty();
        assertThat(planned.again()).contains(Duration.ZERO);
        assertThat(world.status().job()).isEqualTo(JOB);
        assertThat(world.status().startedAt()).isNull();
        assertThat(world.status().source()).isEqualTo("s3://backups/stables/stable/horses/monday-6f1c2a34-1/");

        world.reconcile();
        assertThat(world.created).isOne();
        assertThat(world.status().startedAt()).isEqualTo(world.now);
        assertThat(world.task().prefix()).isEqualTo("stables/stable/horses/monday-6f1c2a34-1/");
        assertThat(world.task().target().host()).isEqualTo("db.stable.svc");
    }

    @Test
    void aJobThatExistsIsAdoptedAndLookedAtAtOnce() {
        world.reconcile();
        world.act(world.plan());
        RestorePlan adopted = world.reconcile();
        assertThat(adopted.steps()).isEmpty();
        assertThat(adopted.again()).contains(Duration.ZERO);
    }

    @Test
    void theJobIsGivenWhatThePolicysJobsAreGivenAndWithoutAPolicyWhatTheBackupsJobWas() {
        world.policy = Optional.of(Samples.policy(new JobTemplateSpec(null, "writer", Map.of("disk", "ssd"), null, null, null)));
        world.reconcileUntilItRests();
        assertThat(world.job.orElseThrow().job().orElseThrow().getSpec().getTemplate().getSpec().getServiceAccountName()).isEqualTo("writer");

        world = new RestoreWorld();
        world.policy = Optional.empty();
        world.reconcileUntilItRests();
        assertThat(world.job.orElseThrow().job().orElseThrow().getSpec().getTemplate().getSpec().getServiceAccountName()).isEqualTo("backed-up-as");
    }

    @Test
    void aGoodResultCompletesTheRestoreWithAllItsFacts() {
        world.reconcileUntilItRests();
        world.pod(Pods::running);
        world.reconcile();
        assertThat(world.status().phase()).isEqualTo(Phase.Running);
        assertThat(world.message()).isEqualTo("Job back-restore is restoring");

        world.pod(job -> Pods.reported(job, Samples.restored()));
        assertThat(world.reconcile().again()).isEmpty();
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.status().conditions().getFirst().getStatus()).isEqualTo("True");
        assertThat(world.status().conditions().getFirst().getObservedGeneration()).isOne();
        assertThat(world.message())
                .isEqualTo("horses is as it was at 2026-03-01T02:00:11Z: 4 tables and 2,000,000 rows compared with the manifest, in 1m7s");
        assertThat(world.status().tables()).isEqualTo(4);
        assertThat(world.status().bytes()).isEqualTo(1_468_006);
        assertThat(world.told).containsExactly(new Step.Tell(false, "Completed", world.message()));
    }

    @Test
    void aFailureIsToldInTheWorkersWordsAndNotTriedAgain() {
        world.reconcileUntilItRests();
        world.pod(job -> Pods.reported(job, new FailureResult(Reason.TargetExists, "database copy exists", false)));
        failed("TargetExists", "database copy exists");
        assertThat(world.created).isOne();
        assertThat(world.deleted).isEmpty();
    }

    static Stream<Arguments> losses() {
        return Stream.of(
                loss("killed", "PodLost", w -> w.pod(job -> Pods.ended(job, 137, "Error", null))),
                loss("evicted", "Evicted", w -> w.pod(job -> Pods.because(Pods.of(job), "Evicted", "disk"))),
                loss("Pod deleted", "PodLost", w -> w.job(job -> Pods.with(job, "Failed", "BackoffLimitExceeded"))),
                loss("Job deleted", "JobMissing", w -> w.job = Optional.empty()),
                loss("foreign Job", "JobMissing", w -> w.job(job -> new JobBuilder(job).editMetadata().withOwnerReferences().endMetadata().build())),
                loss("wrong result", "InternalError", w -> w.pod(job -> Pods.reported(job, Samples.backedUp()))));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void afterALossTheUserIsToldToLookFirst(String reason, Consumer<RestoreWorld> loss) {
        world.reconcileUntilItRests();
        loss.accept(world);
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo(reason);
        assertThat(world.message()).contains("look at database horses before you trust it").contains("The backup is untouched");
        assertThat(world.created).isOne();
    }

    @Test
    void aDatabaseWhoseNameIsNotKnownIsNotCalledNull() {
        Target elsewhere = new Target("other.host", null, null, null, new SecretRef("other-db", null), null);
        world = new RestoreWorld(Samples.restore(RestoreStrategy.Create, elsewhere, null));
        world.reconcileUntilItRests();
        world.job = Optional.empty();
        world.reconcileUntilItRests();
        assertThat(world.message()).contains("look at the target database before").doesNotContain("null");
    }

    @Test
    void aPodThatDoesNotStartInTimeFailsTheRestoreWithItsCauseAndThenItsJobIsRemoved() {
        world.reconcileUntilItRests();
        world.pod(job -> Pods.unschedulable(job, "0/3 nodes are available"));
        assertThat(world.reconcile().again()).contains(Duration.ofSeconds(15));
        world.now = world.now.plus(RestoreWorld.START_DEADLINE);
        world.reconcile();
        assertThat(world.message())
                .isEqualTo("the Pod did not start within 600 s: Unschedulable: 0/3 nodes are available. Nothing was touched");
        assertThat(world.deleted).as("the status comes first").isEmpty();
        world.reconcileUntilItRests();
        assertThat(world.deleted).containsExactly(JOB);
    }

    @Test
    void aJobThatIsNotOursIsLeftAloneAndOneOfADeletedRestoreIsWaitedOut() {
        world.reconcile();
        world.act(world.plan());
        world.job(job -> new JobBuilder(job).editMetadata().editFirstOwnerReference().withUid("0a").endOwnerReference().endMetadata().build());
        assertThat(world.reconcile().again()).contains(Duration.ofSeconds(1));
        assertThat(world.message()).contains("earlier Restore of this name");

        world.job(job -> new JobBuilder(job).editMetadata().withOwnerReferences().endMetadata().build());
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("NameTaken");
        assertThat(world.deleted).isEmpty();
    }

    @Test
    void aBackupThatIsDeletedBeforeTheJobIsMadeFailsTheRestoreAndAfterwardsChangesNothing() {
        world.reconcile();
        RestoreWorld other = new RestoreWorld();
        other.reconcileUntilItRests();
        other.backup = Optional.empty();
        other.pod(Pods::running);
        other.reconcile();
        assertThat(other.status().phase()).isEqualTo(Phase.Running);

        world.backup = Optional.empty();
        failed("BackupMissing", "Backup monday was deleted before the Restore began; nothing was touched");
    }

    @Test
    void aBackupMadeAnewUnderTheSameNameIsNotTheOneThatWasPlanned() {
        world.reconcile();
        Backup another = RestoreWorld.completedBackup();
        BackupStatus s = another.getStatus();
        another.setStatus(new BackupStatus(
                s.phase(), s.conditions(), null, s.startedAt(), s.completedAt(), s.duration(), s.database(), s.storage(), s.jobTemplate(),
                new BackupStatus.Location("s3://backups/another/", "another/", "another/data.dump"), s.snapshotAt(), s.sizeBytes(), s.size(), null, null,
                s.databaseName(), null, null, null, null, null));
        world.backup = Optional.of(another);
        failed("BackupMissing", "Backup monday was deleted before the Restore began, and another has its name now; nothing was touched");
    }

    @Test
    void whatTheWorkerSaidOfTheTargetIsToldWhenTheClusterEndedIt() {
        world.reconcileUntilItRests();
        FailureResult word = new FailureResult(Reason.PodLost, "the worker was told to stop (SIGTERM): x. Database horses does not exist, as before", false);
        world.pod(job -> Pods.condition(Pods.reported(job, word), "DisruptionTarget", "True", "EvictionByEvictionAPI", "drained"));
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("Evicted");
        assertThat(world.message()).contains("drained", "Database horses does not exist, as before").doesNotContain("How far it came is not known");
    }

    @Test
    void aRefusedJobFailsTheRestoreAtOnceWhenItIsInvalidAndLaterWhenItIsForbidden() {
        world.reconcile();
        assertThat(refused(422).status().conditions().getFirst().getReason()).isEqualTo("InvalidSpec");
        assertThat(refused(403).status().phase()).isEqualTo(Phase.Pending);
        assertThat(refused(409).status()).isEqualTo(world.status());
        world.now = Samples.CREATED.plus(RestoreWorld.START_DEADLINE);
        assertThat(refused(403).status().conditions().getFirst().getReason()).isEqualTo("Unschedulable");
    }

    @Test
    void whatIsFinalStaysAsItIs() {
        world.reconcileUntilItRests();
        world.pod(job -> Pods.reported(job, Samples.restored()));
        world.reconcile();
        var completed = world.status();
        world.backup = Optional.empty();
        world.pod(Pods::running);
        assertThat(world.reconcile()).isEqualTo(new RestorePlan(completed, List.of(), Optional.empty()));
    }

    private RestorePlan refused(int code) {
        return RestorePlan.refused(world.seen(), new Refusal(code, "no"), RestoreWorld.START_DEADLINE);
    }

    private void failed(String reason, String message) {
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo(reason);
        assertThat(world.message()).isEqualTo(message);
        assertThat(world.told).containsExactly(new Step.Tell(true, reason, message));
    }

    private static Arguments loss(String name, String reason, Consumer<RestoreWorld> loss) {
        return arguments(reason, Named.of(name, loss));
    }
}
