package dev.remuda.restore;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.Occasion;
import dev.remuda.api.Phase;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.api.SecretRef;
import dev.remuda.api.Target;
import dev.remuda.job.Labels;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.PreflightResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.SwitchResult;
import dev.remuda.task.SwitchTask;

import static org.assertj.core.api.Assertions.assertThat;

/** The life of a Restore whose workers leave their word. */
class RestorePlanTest {
    private RestoreWorld world = new RestoreWorld();

    @Test
    void withoutItsBackupARestoreWaitsAMinuteForItAndThenFails() {
        world.backups.clear();
        assertThat(world.reconcile().again()).contains(Duration.ofSeconds(55));
        assertThat(world.status().phase()).isEqualTo(Phase.Pending);
        world.now = Samples.CREATED.plusSeconds(60);
        failed("BackupMissing", "Backup monday does not exist in namespace stable; kubectl get backups lists those that do");
    }

    @Test
    void aBackupThatIsStillMadeIsWaitedFor() {
        for (Phase phase : new Phase[] {null, Phase.Pending, Phase.Running}) {
            world.backups.put("monday", RestoreWorld.backup("monday", phase));
            assertThat(world.reconcile().again()).contains(Duration.ofSeconds(15));
            assertThat(world.reason()).isEqualTo("BackupNotCompleted");
        }
        world.backups.put("monday", Samples.backup());
        assertThat(world.reconcile().steps()).isEmpty();
        world.backups.put("monday", RestoreWorld.backup("monday", Phase.Completed));
        world.reconcileUntilItRests();
        assertThat(world.created).containsExactly("back-preflight-1");
    }

    @Test
    void aFailedBackupAndOneThatIsBeingDeletedAreNotRestored() {
        world.backups.put("monday", RestoreWorld.backup("monday", Phase.Failed));
        failed("BackupNotCompleted", "Backup monday is Failed, so there is nothing to restore; choose a completed one");
        world = new RestoreWorld();
        world.backups.put("monday", RestoreWorld.backup("monday", Phase.Deleting));
        failed("BackupNotCompleted", "Backup monday is being deleted; choose another one");
        assertThat(world.created).isEmpty();
    }

    @Test
    void whatIsReplacedMustBeNamed() {
        for (RestoreStrategy strategy : List.of(RestoreStrategy.Swap, RestoreStrategy.Recreate)) {
            world = new RestoreWorld(Samples.restore(strategy, null, "other"));
            failed("NotConfirmed", "confirm is 'other' but the database whose data would be replaced is 'horses'; create the Restore again with confirm: horses "
                    + "if that is meant");
            assertThat(world.created).isEmpty();
        }
    }

    @Test
    void aTargetWhoseNameStandsInASecretIsConfirmedByTheWorkerAndThenKnown() {
        Target elsewhere = new Target("other.host", null, null, null, new SecretRef("other-db", null), null);
        world = new RestoreWorld(Samples.restore(RestoreStrategy.Swap, elsewhere, "whatever"));
        world.reconcileUntilItRests();
        assertThat(world.status().databaseName()).isNull();
        assertThat(world.message()).contains("the target database").doesNotContain("null");
        RestoreTask task = world.task(RestoreTask.class);
        assertThat(task.confirm()).isEqualTo("whatever");
        assertThat(task.target().name()).isNull();
        assertThat(task.replaced()).isNull();

        world.until(StepName.Restore);
        assertThat(world.task(RestoreTask.class).target().name()).isEqualTo("horses");
        assertThat(world.task(RestoreTask.class).replaced()).isEqualTo("horses_before_back");
    }

    @Test
    void aCreateNeedsNoConfirmation() {
        world = new RestoreWorld(Samples.restore(RestoreStrategy.Create, new Target(null, null, "copy", null, null, null), null));
        world.reconcileUntilItRests();
        assertThat(world.task(RestoreTask.class).strategy()).isEqualTo(RestoreStrategy.Create);
        assertThat(world.task(RestoreTask.class).target().name()).isEqualTo("copy");
        assertThat(world.status().databaseName()).isEqualTo("copy");
    }

    @Test
    void firstThePlanIsWrittenDownThenTheRestoreIsMarkedThenTheJobIsCreated() {
        RestorePlan planned = world.reconcile();
        assertThat(planned.steps()).as("said, not done").allMatch(Step.Tell.class::isInstance);
        assertThat(planned.again()).contains(Duration.ZERO);
        assertThat(world.step().job()).isEqualTo("back-preflight-1");
        assertThat(world.step().startedAt()).isNull();
        assertThat(world.status().backup()).isEqualTo("monday");
        assertThat(world.status().source()).isEqualTo("s3://backups/stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/");
        assertThat(world.status().target()).isEqualTo(Samples.database());

        world.reconcile();
        assertThat(world.created).isEmpty();
        assertThat(Labels.isUnderWay(world.restore)).isTrue();
        assertThat(world.restore.getMetadata().getFinalizers()).containsExactly(Labels.CLEAN_UP);

        world.reconcile();
        assertThat(world.created).containsExactly("back-preflight-1");
        assertThat(world.step().startedAt()).isEqualTo(world.now);
        RestoreTask task = world.task(RestoreTask.class);
        assertThat(task.stage()).isEqualTo(RestoreTask.Stage.Preflight);
        assertThat(task.uid()).isEqualTo(Samples.UID);
        assertThat(task.source()).isEqualTo(new RestoreTask.Source("stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/", "sha256:00", null, 3, "Standard"));
        assertThat(task.target().host()).isEqualTo("db.stable.svc");
        assertThat(task.replaced()).isEqualTo("horses_before_back");
        assertThat(world.message()).isEqualTo("looking whether s3://backups/stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/ can be restored into database horses "
                + "(Job back-preflight-1)");
    }

    @Test
    void aJobThatExistsIsAdoptedAndLookedAtAtOnce() {
        world.reconcile();
        world.reconcile();
        world.act(world.plan().steps());
        RestorePlan adopted = world.reconcile();
        assertThat(adopted.steps()).isEmpty();
        assertThat(adopted.again()).contains(Duration.ZERO);
    }

    @Test
    void aSwapGoesStepByStepToItsEndAndKeepsTheOldDatabase() {
        world.until(StepName.Restore);
        assertThat(world.task(RestoreTask.class).stage()).isEqualTo(RestoreTask.Stage.Restore);
        assertThat(world.job().getSpec().getTemplate().getSpec().getActiveDeadlineSeconds()).isEqualTo(Duration.ofHours(24).toSeconds());
        assertThat(world.message()).isEqualTo("restoring beside database horses (Job back-restore-1)");
        world.pod(Pods::running);
        world.reconcile();
        assertThat(world.status().phase()).isEqualTo(Phase.Running);

        world.until(StepName.Switch);
        SwitchTask task = world.task(SwitchTask.class);
        assertThat(task).isEqualTo(new SwitchTask("back", Samples.UID, task.target(), "horses_before_back"));
        assertThat(task.target().name()).isEqualTo("horses");
        world.says(Samples.switched(16_384L));

        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.steps()).containsExactly("Preflight-1", "SafetyBackup-1", "Restore-1", "Switch-1");
        assertThat(world.status().conditions().getFirst().getStatus()).isEqualTo("True");
        assertThat(world.status().conditions().getFirst().getObservedGeneration()).isOne();
        assertThat(world.message()).isEqualTo("horses is as it was at 2026-03-01T02:00:11Z: 4 tables and 2,000,000 rows compared with the manifest, in 1m7s. The old database "
                + "is kept as horses_before_back until 2026-03-04T02:01:12Z; status.replaced.goBack has the command that puts it back");
        assertThat(world.status().replaced().goBack()).isEqualTo("ALTER DATABASE …");
        assertThat(world.status().replaced().oid()).isEqualTo(16_384L);
        assertThat(world.status().bytes()).isEqualTo(1_468_006);
        assertThat(world.status().safetyBackup()).isEqualTo("back-safety");
        assertThat(world.told).containsExactly(new Step.Tell(false, "Completed", world.message(), Occasion.RestoreFinished));
        assertThat(world.begun).containsExactly("asked for by somebody of whom the API does not tell: Swap of " + world.status().source() + " into database horses");
        assertThat(Labels.isUnderWay(world.restore)).isFalse();
        assertThat(world.restore.getMetadata().getLabels()).doesNotContainKey(Labels.UNDER_WAY);
        assertThat(world.restore.getMetadata().getFinalizers()).isEmpty();
    }

    @Test
    void whereNothingWasThereNothingIsBackedUpNorKept() {
        world.until(StepName.Switch, w -> w.says(Samples.looked(false)));
        assertThat(world.steps()).containsExactly("Preflight-1", "Restore-1", "Switch-1");
        assertThat(world.task(SwitchTask.class).replaced()).as("for what somebody may make meanwhile").isEqualTo("horses_before_back");
        world.says(Samples.switched(null));
        assertThat(world.status().replaced()).isNull();
        assertThat(world.message()).doesNotContain("old database");
        assertThat(world.reconcile().again()).isEmpty();
    }

    @Test
    void aRecreateKeepsNothingBesideItsSafetyBackup() {
        world = new RestoreWorld(Map.of("strategy", "Recreate"));
        world.until(StepName.Switch);
        assertThat(world.task(SwitchTask.class).replaced()).as("for what somebody may make meanwhile").isEqualTo("horses_before_back");
        world.says(Samples.switched(null));
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.status().replaced()).isNull();
    }

    @Test
    void whatTheSwitchHasToTellIsTold() {
        world.until(StepName.Switch);
        world.says(new SwitchResult("horses", null, null, 40, "TimescaleDB's jobs are off", Samples.CREATED.plusSeconds(72)));
        assertThat(world.status().note()).isEqualTo("TimescaleDB's jobs are off");
        assertThat(world.message()).contains("TimescaleDB's jobs are off");
    }

    @Test
    void aCreateReplacesNothing() {
        world = new RestoreWorld(Map.of("strategy", "Create"));
        world.until(StepName.Switch, w -> w.says(Samples.looked(false)));
        assertThat(world.task(SwitchTask.class).replaced()).isNull();
    }

    @Test
    void anExistingDatabaseIsCompleteWhenItsPartsAreRestored() {
        world = new RestoreWorld(Map.of("strategy", "Existing", "include", Map.of("tables", List.of("racing.races"))));
        world.until(StepName.Restore);
        assertThat(world.task(RestoreTask.class).include().tables()).hasSize(1);
        world.says(Samples.restored());
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.message()).startsWith("what include names in horses is as it was at 2026-03-01T02:00:11Z");
    }

    @Test
    void aDumpByItsKeyNeedsNoBackup() {
        Map<String, Object> object = Map.of("storage", Map.of("s3", Map.of("bucket", "other", "prefix", "not/used")), "key", "dumps/old.sql.gz");
        world = new RestoreWorld(Map.of(
                "source", Map.of("object", object, "archive", Map.of("days", 7, "speed", "Bulk")), "safetyBackup", false, "target", Map.of("secretRef", Map.of("name", "db"))));
        world.reconcileUntilItRests();
        RestoreTask task = world.task(RestoreTask.class);
        assertThat(task.source()).isEqualTo(new RestoreTask.Source(null, null, "dumps/old.sql.gz", 7, "Bulk"));
        assertThat(task.store().bucket()).isEqualTo("other");
        assertThat(world.status().source()).isEqualTo("s3://other/dumps/old.sql.gz");
        assertThat(world.status().backup()).isNull();
        world.until(StepName.Switch, w -> w.says(new PreflightResult("horses", Samples.TARGET_OID, "17.5", null, null, "a plain dump", w.now)));
        world.says(Samples.switched(null));
        assertThat(world.message()).isEqualTo("horses is restored from s3://other/dumps/old.sql.gz: 4 tables and 2,000,000 rows, in 1m7s. a plain dump");
    }

    @Test
    void theJobsAreGivenWhatThePolicyThatIsNamedGivesElseTheBackupsElseWhatWasNoted() {
        world.policies.put("horses", Samples.policy(template("writer")));
        world.until(StepName.Restore);
        assertThat(account()).isEqualTo("writer");

        world = new RestoreWorld(Map.of("policyRef", Map.of("name", "other")));
        world.policies.put("other", Samples.policy(template("another")));
        world.until(StepName.Restore);
        assertThat(account()).isEqualTo("another");

        world = new RestoreWorld(Map.of("safetyBackup", false));
        world.policies.put("horses", Samples.policy(template("writer")));
        world.reconcile();
        world.policies.clear();
        world.until(StepName.Restore);
        assertThat(account()).as("as was noted when it began").isEqualTo("writer");
    }

    @Test
    void scratchIsSetAsideForTheWholeDump() {
        world = new RestoreWorld(Map.of("scratch", "20Gi", "jobs", 4));
        world.until(StepName.Restore);
        assertThat(world.task(RestoreTask.class).scratchBytes()).isEqualTo(20L << 30);
        assertThat(world.task(RestoreTask.class).jobs()).isEqualTo(4);
        var pod = world.job().getSpec().getTemplate().getSpec();
        assertThat(pod.getContainers().getFirst().getResources().getRequests().get("ephemeral-storage")).hasToString("20Gi");
        assertThat(pod.getVolumes()).anySatisfy(volume -> assertThat(volume.getEmptyDir()).isNotNull().satisfies(dir -> assertThat(dir.getSizeLimit()).hasToString("20Gi")));
    }

    @Test
    void aFailureThatCannotPassIsToldInTheWorkersWordsAndNotTriedAgain() {
        world.reconcileUntilItRests();
        world.pod(job -> Pods.reported(job, new FailureResult(Reason.ExtensionMismatch, "timescaledb is missing", false)));
        failed("ExtensionMismatch", "timescaledb is missing. Nothing was touched");
        assertThat(world.created).containsExactly("back-preflight-1");
        assertThat(Labels.isUnderWay(world.restore)).isFalse();
    }

    @Test
    void aBackupThatIsDeletedBeforeTheRestoreStepBeginsFailsTheRestore() {
        world.reconcileUntilItRests();
        world.backups.remove("monday");
        world.says(Samples.looked(false));
        failed("BackupMissing", "Backup monday was deleted before the Restore began. Nothing was touched");

        world = new RestoreWorld();
        world.until(StepName.Restore);
        world.backups.remove("monday");
        world.says(Samples.restored());
        assertThat(world.step().name()).as("afterwards it is not needed").isEqualTo(StepName.Switch);
    }

    @Test
    void aBackupMadeAnewUnderTheSameNameIsNotTheOneThatWasPlanned() {
        world.reconcile();
        Backup another = world.completed("monday", Instant.parse("2026-03-02T00:00:00Z"));
        assertThat(another.getStatus().location().url()).isNotEqualTo(world.status().source());
        failed("BackupMissing", "Backup monday was deleted before the Restore began, and another has its name now. Nothing was touched");
    }

    @Test
    void whatIsFinalStaysAsItIs() {
        world.until(StepName.Switch, w -> w.says(Samples.looked(false))).says(Samples.switched(null));
        var completed = world.status();
        world.backups.clear();
        assertThat(world.reconcile()).isEqualTo(new RestorePlan(completed, List.of(), Optional.empty()));
    }

    private void failed(String reason, String message) {
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo(reason);
        assertThat(world.message()).isEqualTo(message);
        assertThat(world.told).containsExactly(new Step.Tell(true, reason, message, Occasion.RestoreFinished));
    }

    private String account() {
        return world.job().getSpec().getTemplate().getSpec().getServiceAccountName();
    }

    private static JobTemplateSpec template(String account) {
        return new JobTemplateSpec(null, account, null, null, null, null);
    }
}
