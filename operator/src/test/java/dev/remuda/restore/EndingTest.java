package dev.remuda.restore;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.NameRef;
import dev.remuda.api.Occasion;
import dev.remuda.api.Phase;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.Labels;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.CleanUpResult;
import dev.remuda.task.CleanUpTask;
import dev.remuda.task.ConnectionTask;
import dev.remuda.task.DropResult;
import dev.remuda.task.DropTask;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.task.Result;
import dev.remuda.task.Task;

import static org.assertj.core.api.Assertions.assertThat;

/** The safety backup, migrations, the clean-up after the last failure, and what becomes of the old database. */
class EndingTest {
    private static final String SIDE = "remuda_restore_6f1c2a34000040008000000000000001";

    private RestoreWorld world = new RestoreWorld();

    @Test
    void theTargetIsBackedUpAsItsOwnDatabaseAndBelongsToNobody() {
        world.until(StepName.SafetyBackup);
        Backup made = world.backups.get(RestoreWorld.SAFETY);
        assertThat(made.getSpec()).isEqualTo(new BackupSpec(new NameRef("horses"), null, null, null, new BackupSpec.Safety("back", Samples.database())));
        assertThat(made.getMetadata().getOwnerReferences()).isEmpty();
        assertThat(made.getMetadata().getFinalizers()).isEmpty();
        assertThat(world.step().job()).isEqualTo("back-safety");
        assertThat(world.message()).isEqualTo("backing up database horses as it is now (Backup back-safety)");

        world.safety(Phase.Running, "Running", "Job back-safety-1 is dumping");
        assertThat(world.reconcile().again()).contains(Duration.ofSeconds(15));
        assertThat(world.message()).endsWith("(Backup back-safety): Backup back-safety: Running: Job back-safety-1 is dumping");
        assertThat(world.status().phase()).isEqualTo(Phase.Running);

        world.safety(Phase.Completed, "Completed", "m");
        world.reconcileUntilItRests();
        assertThat(world.status().safetyBackup()).isEqualTo("back-safety");
        assertThat(world.created).endsWith("back-restore-1");
    }

    @Test
    void withoutASafetyBackupNothingIsRestoredUnlessItIsWaived() {
        world.until(StepName.SafetyBackup);
        world.safety(Phase.Failed, "StorageFull", "the bucket is full");
        world.reconcileUntilItRests();
        failed("SafetyBackupFailed", "Backup back-safety of database horses is Failed: StorageFull: the bucket is full. Nothing was touched; set safetyBackup: false if the "
                + "target's present data is not worth keeping");

        world = new RestoreWorld();
        world.until(StepName.SafetyBackup).backups.remove(RestoreWorld.SAFETY);
        world.reconcileUntilItRests();
        assertThat(world.message()).startsWith("Backup back-safety was deleted before it was completed. Nothing was touched");

        world = new RestoreWorld(Map.of("safetyBackup", false));
        world.until(StepName.Restore);
        assertThat(world.steps()).containsExactly("Preflight-1", "Restore-1");
    }

    @Test
    void anotherBackupOfThatNameIsNotTakenForIt() {
        world.completed(RestoreWorld.SAFETY, Samples.CREATED);
        world.backups.get(RestoreWorld.SAFETY).getMetadata().setLabels(Map.of(Labels.OWNER_UID, "of-an-earlier-restore"));
        world.reconcileUntilItRests();
        world.says(Samples.looked(true));
        assertThat(world.reason()).isEqualTo("NameTaken");
        assertThat(world.message()).startsWith("a Backup named back-safety exists and is not this Restore's").contains("Nothing was touched");
    }

    @Test
    void aCreateAndATargetThatIsNotThereNeedNone() {
        world = new RestoreWorld(Map.of("strategy", "Create"));
        world.until(StepName.Restore);
        assertThat(world.steps()).containsExactly("Preflight-1", "Restore-1");
    }

    @Test
    void migrationsRunInTheSideDatabaseBeforeTheSwitch() {
        migrating();
        var pod = world.job().getSpec().getTemplate().getSpec();
        ConnectionTask task = (ConnectionTask) Json.read(pod.getInitContainers().getFirst().getEnv().getFirst().getValue(), Task.class);
        assertThat(task.target().name()).isEqualTo(SIDE);
        assertThat(pod.getContainers().getFirst().getCommand()).endsWith("migrate", "up");
        world.pod(job -> Pods.program(job, 0));
        world.reconcileUntilItRests();
        assertThat(world.steps()).endsWith("Migrations-1", "Switch-1");
    }

    @Test
    void migrationsThatFailLeaveTheTargetAsItWas() {
        migrating();
        world.pod(job -> Pods.program(job, 3));
        world.reconcileUntilItRests();
        assertThat(world.step().name()).isEqualTo(StepName.CleanUp);
        assertThat(world.message()).isEqualTo("dropping what is left of it on the server, because Migrations failed: MigrationFailed: the migrations ended with exit code 3; kubectl logs "
                + "job/back-migrations-1 -c migrations -n stable has what they said (Job back-cleanup-1)");
        world.says(new CleanUpResult(false, Samples.TARGET_OID, List.of(SIDE), null));
        failed("MigrationFailed", "the migrations ended with exit code 3; kubectl logs job/back-migrations-1 -c migrations -n stable has what they said. Database horses is as it was");
    }

    @Test
    void migrationsThatCouldNotBeginSayWhy() {
        migrating();
        FailureResult word = new FailureResult(Reason.SecretMissing, "Secret horses-db does not exist", false);
        world.pod(job -> Pods.connection(job, Pods.reported(job, word).getStatus().getContainerStatuses().getFirst().getState()));
        world.reconcileUntilItRests();
        assertThat(world.steps()).endsWith("Migrations-1 MigrationFailed", "CleanUp-1");
        assertThat(world.message()).contains("the migrations did not run to their end: SecretMissing: Secret horses-db does not exist");
    }

    @Test
    void afterTheLastFailureTheServerIsCleanedUpAndTheTargetTold() {
        restoreFails(true, new CleanUpResult(false, Samples.TARGET_OID, List.of(SIDE), null));
        assertThat(((CleanUpTask) RestoreWorld.task(world.jobs.get("back-cleanup-1").job().orElseThrow())).replaced()).isEqualTo("horses_before_back");
        failed("CheckFailed", "rows differ. Database horses is as it was");
        restoreFails(false, new CleanUpResult(false, null, List.of(SIDE), null));
        failed("CheckFailed", "rows differ. Database horses does not exist, as before");
    }

    @Test
    void aRecreateThatHasLostItsTargetSaysWhereTheDataIs() {
        world = new RestoreWorld(Map.of("strategy", "Recreate"));
        restoreFailsNow(true, new CleanUpResult(false, null, null, null));
        failed("CheckFailed", "rows differ. Database horses does not exist now: its data is in Backup back-safety; create a Restore with source.backupRef: back-safety, strategy: Create");

        world = new RestoreWorld(Map.of("strategy", "Recreate", "safetyBackup", false));
        restoreFailsNow(true, new CleanUpResult(false, null, null, null));
        failed("CheckFailed", "rows differ. Database horses does not exist now: its data was not backed up before (safetyBackup: false); mend the cause and create another Restore of "
                + "Backup monday with strategy: Create");
    }

    @Test
    void aDatabaseThatSomebodyElseMadeMeanwhileIsNotTakenForTheOldOne() {
        world = new RestoreWorld(Map.of("strategy", "Recreate"));
        restoreFailsNow(true, new CleanUpResult(false, 99L, null, null));
        failed("CheckFailed", "rows differ. There is a database horses that was made by somebody else meanwhile, and was left alone. The one that there was is gone: its data is in "
                + "Backup back-safety; create a Restore with source.backupRef: back-safety, strategy: Create");
    }

    @Test
    void whenTheWorkHadSucceededAfterAllItIsCompleted() {
        world.until(StepName.Switch);
        for (int i = 0; i < 5; i++) {
            world.pod(job -> Pods.ended(job, 137, "Error", null));
            world.reconcileUntilItRests();
            world.later(Duration.ofMinutes(2));
            world.reconcileUntilItRests();
        }
        assertThat(world.created).endsWith("back-cleanup-1");
        world.says(new CleanUpResult(true, Samples.TARGET_OID, null, Samples.switched(16_384L)));
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.status().replaced().database()).isEqualTo("horses_before_back");

        world = new RestoreWorld(Map.of("strategy", "Existing", "include", Map.of("schemas", List.of("racing"))));
        restoreFailsNow(true, new CleanUpResult(true, Samples.TARGET_OID, null, null));
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.message()).isEqualTo("what include names in horses is as it was at 2026-03-01T02:00:11Z, in 0s");
    }

    @Test
    void aCleanUpThatCannotBeDoneNamesWhatMayBeLeft() {
        restoreFails(true, new FailureResult(Reason.DatabaseAuthenticationFailed, "password refused", false));
        failed("CheckFailed", "rows differ. What it has left on the server could not be looked at (password refused): look at database horses before you trust it. If there is a database "
                + "horses_before_back, it is the old one. Databases " + SIDE + " and remuda_rehearsal_6f1c2a34000040008000000000000001 may be left; drop them by hand");
        world = new RestoreWorld(Map.of("strategy", "Recreate"));
        restoreFailsNow(true, new FailureResult(Reason.DatabaseAuthenticationFailed, "password refused", false));
        assertThat(world.message()).contains("if it does not exist, its data is in Backup back-safety; create a Restore with source.backupRef: back-safety, strategy: Create");
    }

    @Test
    void theOldDatabaseIsDroppedWhenItsTimeIsOver() {
        complete();
        assertThat(world.reconcile().again()).as("also by an operator that was started anew").contains(Duration.between(world.now, world.status().replaced().until()));
        world.now = world.status().replaced().until().minusSeconds(1);
        assertThat(world.reconcileUntilItRests().again()).contains(Duration.ofSeconds(1));
        assertThat(world.created).doesNotContain("back-drop-1");

        world.later(Duration.ofSeconds(1));
        world.policies.clear();
        world.backups.clear();
        world.reconcileUntilItRests();
        DropTask task = world.task(DropTask.class);
        assertThat(task).isEqualTo(new DropTask("back", task.target(), "horses_before_back", 16_384));
        assertThat(task.target().host()).isEqualTo("db.stable.svc");
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(Labels.isUnderWay(world.restore)).isFalse();

        world.told.clear();
        assertThat(world.says(new DropResult(true)).again()).isEmpty();
        assertThat(world.status().replaced().droppedAt()).isEqualTo(world.now);
        assertThat(world.status().replaced().goBack()).isNull();
        assertThat(world.message()).endsWith("The old database horses_before_back was dropped at " + world.now);
        assertThat(world.told).containsExactly(new Step.Tell(false, "OldDatabaseDropped", "the old database horses_before_back was dropped: its time was over"));
        world.later(Duration.ofDays(1));
        assertThat(world.reconcile().again()).isEmpty();
    }

    @Test
    void aDropThatFailsIsTriedEveryHourAndNothingElseChanges() {
        complete();
        String message = world.message();
        world.now = world.status().replaced().until();
        world.reconcileUntilItRests();
        for (int attempt = 1; attempt < 30; attempt++) {
            assertThat(world.step().attempt()).isEqualTo(attempt);
            assertThat(world.says(new FailureResult(Reason.DatabaseUnreachable, "no answer", false)).again()).contains(Duration.ofHours(1));
            assertThat(world.steps()).hasSize(5);
            assertThat(world.status().phase()).isEqualTo(Phase.Completed);
            assertThat(world.message()).isEqualTo(message);
            world.later(Duration.ofHours(1));
            world.reconcileUntilItRests();
        }
        world.pod(job -> Pods.unschedulable(job, "no room"));
        world.later(RestoreWorld.LIMITS.start());
        world.reconcileUntilItRests();
        world.later(Duration.ofSeconds(1));
        assertThat(world.reconcileUntilItRests().again()).contains(Duration.ofHours(1));
        world.later(Duration.ofHours(1));
        world.reconcileUntilItRests();
        world.says(new DropResult(false));
        assertThat(world.told).contains(new Step.Tell(false, "OldDatabaseDropped", "the old database horses_before_back was not there any more when its time was over"));
    }

    @Test
    void anOldDatabaseThatIsNotWantedIsDroppedAtOnce() {
        world = new RestoreWorld(Map.of("keepReplaced", "0s"));
        world.now = Samples.CREATED.plusSeconds(100);
        complete();
        assertThat(world.created).endsWith("back-drop-1");
    }

    private void migrating() {
        world = new RestoreWorld(Map.of("migrations", Map.of("image", "i", "command", List.of("migrate"), "args", List.of("up"))));
        world.until(StepName.Migrations);
    }

    private void complete() {
        world.until(StepName.Switch).says(Samples.switched(16_384L));
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
    }

    private void restoreFails(boolean existed, Result cleanUp) {
        world = new RestoreWorld();
        restoreFailsNow(existed, cleanUp);
    }

    private void restoreFailsNow(boolean existed, Result cleanUp) {
        world.until(StepName.Restore, w -> w.says(Samples.looked(existed)));
        world.says(new FailureResult(Reason.CheckFailed, "rows differ", false));
        world.says(cleanUp);
    }

    private void failed(String reason, String message) {
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo(reason);
        assertThat(world.message()).isEqualTo(message);
        assertThat(world.told).contains(new Step.Tell(true, reason, message, Occasion.RestoreFinished));
        assertThat(Labels.isUnderWay(world.restore)).isFalse();
        assertThat(world.restore.getMetadata().getFinalizers()).isEmpty();
    }
}
