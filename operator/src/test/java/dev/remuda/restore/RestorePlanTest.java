package dev.remuda.restore;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.Phase;
import dev.remuda.api.SecretRef;
import dev.remuda.api.Target;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;

import static dev.remuda.restore.RestoreWorld.JOB;
import static org.assertj.core.api.Assertions.assertThat;

/** The life of a Restore whose worker leaves its word. */
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
        assertThat(world.status().source()).isEqualTo("s3://backups/stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/");

        world.reconcile();
        assertThat(world.created).isOne();
        assertThat(world.status().startedAt()).isEqualTo(world.now);
        assertThat(world.task().prefix()).isEqualTo("stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/");
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
                new BackupStatus.Location("s3://backups/another/", "another/", "another/data.dump"), null, null, null, null, s.snapshotAt(), s.sizeBytes(), s.size(), null, null,
                s.databaseName(), null, null, null, null, null));
        world.backup = Optional.of(another);
        failed("BackupMissing", "Backup monday was deleted before the Restore began, and another has its name now; nothing was touched");
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

    private void failed(String reason, String message) {
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo(reason);
        assertThat(world.message()).isEqualTo(message);
        assertThat(world.told).containsExactly(new Step.Tell(true, reason, message));
    }
}
