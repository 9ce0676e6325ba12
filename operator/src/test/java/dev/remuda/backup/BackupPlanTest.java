package dev.remuda.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.DatabaseSpec;
import dev.remuda.api.DumpSpec;
import dev.remuda.api.Exclusion;
import dev.remuda.api.NameRef;
import dev.remuda.api.Occasion;
import dev.remuda.api.Phase;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.SecretRef;
import dev.remuda.api.Selection;
import dev.remuda.api.TierSpec;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.BackupTask;
import dev.remuda.task.Compression;
import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.task.StoreLock;

import static dev.remuda.backup.BackupWorld.JOB;
import static org.assertj.core.api.Assertions.assertThat;

/** The life of a Backup whose worker leaves its word. */
class BackupPlanTest {
    private BackupWorld world = new BackupWorld();

    @Test
    void withoutItsPolicyABackupWaitsAMinuteForItAndThenFails() {
        world.policy = Optional.empty();

        BackupPlan plan = world.reconcile();
        assertThat(plan.again()).contains(Duration.ofSeconds(55));
        assertThat(world.status().phase()).isEqualTo(Phase.Pending);
        assertThat(world.reason()).isEqualTo("PolicyMissing");
        assertThat(world.message()).isEqualTo("BackupPolicy horses does not exist in namespace stable; create it, or name another one");

        world.now = Samples.CREATED.plusSeconds(60);
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("PolicyMissing");
        assertThat(world.status().attempts()).isEmpty();
        assertThat(world.told).hasSize(1).allMatch(Step.Tell::warning);
        assertThat(world.created).isEmpty();
    }

    @Test
    void aPolicyThatComesWithinTheMinuteIsUsed() {
        world.policy = Optional.empty();
        world.reconcile();
        world.policy = Optional.of(Samples.policy());
        world.reconcileUntilItRests();
        assertThat(world.created).containsExactly(JOB);
    }

    /** By the longest age of its tiers; what is kept by count may go tomorrow. */
    @Test
    void aLockLastsAsLongAsItsTiersKeepIt() {
        ObjectNode spec = Json.MAPPER.valueToTree(Samples.with(
                Samples.policy().getSpec(), new TierSpec("daily", "0 2 * * *", new RetentionSpec("30d", null, null), null), new TierSpec("weekly", "0 2 * * 0", new RetentionSpec("90d", null, null), null),
                new TierSpec("some", "0 3 * * *", new RetentionSpec(null, 3, null), null)));
        ((ObjectNode) spec.at("/storage/s3")).putObject("objectLock").put("mode", "COMPLIANCE");
        world.policy.orElseThrow().setSpec(Json.MAPPER.convertValue(spec, BackupPolicySpec.class));
        world.backup.setSpec(new BackupSpec(new NameRef("horses"), List.of("daily", "weekly", "some"), null, null));

        world.reconcileUntilItRests();
        Instant until = world.status().startedAt().plus(Duration.ofDays(90));
        assertThat(world.status().location().lockedUntil()).isEqualTo(until);
        assertThat(((BackupTask) world.task(BackupWorld.JOB)).store().lock()).isEqualTo(new StoreLock("COMPLIANCE", until));

        world = new BackupWorld();
        world.policy.orElseThrow().setSpec(Json.MAPPER.convertValue(spec, BackupPolicySpec.class));
        world.backup.setSpec(new BackupSpec(new NameRef("horses"), List.of("some"), null, null));
        world.reconcileUntilItRests();
        assertThat(world.status().location().lockedUntil()).isNull();
        assertThat(((BackupTask) world.task(BackupWorld.JOB)).store().lock()).isNull();
    }

    @Test
    void firstThePlanIsWrittenDownThenTheJobIsCreated() {
        BackupPlan planned = world.reconcile();
        assertThat(planned.steps()).isEmpty();
        assertThat(planned.again()).contains(Duration.ZERO);
        assertThat(world.attempt().job()).isEqualTo(JOB);
        assertThat(world.attempt().startedAt()).isNull();
        assertThat(world.status().database()).isEqualTo(Samples.database());
        assertThat(world.status().storage()).isEqualTo(Samples.storage());
        assertThat(world.status().location().url()).isEqualTo("s3://backups/stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/");

        world.reconcile();
        assertThat(world.created).containsExactly(JOB);
        assertThat(world.attempt().startedAt()).isEqualTo(world.now);
        assertThat(world.status().phase()).isEqualTo(Phase.Pending);
        assertThat(world.message()).isEqualTo("Job monday-1 was created");
    }

    @Test
    void theJobIsToldWhatToDumpAndWhereTo() {
        world.reconcileUntilItRests();
        BackupTask task = (BackupTask) world.task(JOB);
        assertThat(task.backup()).isEqualTo("monday");
        assertThat(task.attempt()).isOne();
        assertThat(task.prefix()).isEqualTo("stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/");
        assertThat(task.database().name()).isEqualTo("horses");
        assertThat(task.compression()).isEqualTo(new Compression(Compression.Algorithm.Zstd, 3));
        assertThat(task.labels()).containsOnly(Map.entry("namespace", "stable"), Map.entry("policy", "horses"), Map.entry("database", "horses"));
        var job = world.jobs.get(JOB).job().orElseThrow();
        assertThat(job.getSpec().getTemplate().getSpec().getActiveDeadlineSeconds()).isEqualTo(7_200);
        assertThat(job.getMetadata().getLabels()).containsEntry("remuda.dev/task", "backup");
    }

    @Test
    void theJobIsToldWhichPartToDump() {
        DumpSpec part = new DumpSpec(
                null, DumpContent.SchemaOnly, new Selection(List.of("public"), null), new Exclusion(null, List.of("public.\"odd.Name\""), List.of("public.log")), true, null);
        world.policy.orElseThrow().setSpec(Samples.dumping(world.policy.orElseThrow().getSpec(), part));
        world.reconcileUntilItRests();

        BackupTask task = (BackupTask) world.task(JOB);

        assertThat(task.globals()).isTrue();
        assertThat(task.scope().words()).isEqualTo("schema only, 1 schema (public), without 1 table (public.\"odd.Name\"), without the rows of 1 table (public.log)");
    }

    @Test
    void withoutAWordAboutItTheWholeDatabaseIsDumped() {
        world.reconcileUntilItRests();

        BackupTask task = (BackupTask) world.task(JOB);

        assertThat(task.scope()).isEqualTo(DumpScope.WHOLE);
        assertThat(task.globals()).isFalse();
    }

    @Test
    void aDatabaseWhoseNameStandsInASecretHasNoTag() {
        DatabaseSpec nameless = new DatabaseSpec(null, null, null, null, Samples.database().secretRef(), null);
        world.policy.orElseThrow().setSpec(Samples.spec(nameless, null));
        world.reconcileUntilItRests();
        assertThat(((BackupTask) world.task(JOB)).labels()).containsOnlyKeys("namespace", "policy");
    }

    @Test
    void whatARestoreIsAboutToReplaceIsBackedUpInThePlaceOfThePolicysDatabase() {
        DatabaseSpec target = new DatabaseSpec("other.host", null, "copy", null, new SecretRef("copy-db", null), null);
        world.policy = Optional.of(Samples.policy());
        world.policy.get().setSpec(Samples.with(world.policy.get().getSpec(), new TierSpec("daily", "@daily", null, null)));
        world.backup.setSpec(new BackupSpec(new NameRef("horses"), List.of("daily"), null, null, new BackupSpec.Safety("back", target)));
        started();
        BackupTask task = (BackupTask) world.task(BackupWorld.JOB);
        assertThat(task.database().host()).isEqualTo("other.host");
        assertThat(task.database().name()).isEqualTo("copy");
        assertThat(task.database().secret().name()).isEqualTo("copy-db");
        assertThat(task.labels()).containsEntry("database", "copy");
        assertThat(task.tiers()).as("it is of none, whatever it says").isEmpty();
        assertThat(world.status().tier()).isNull();
        assertThat(world.status().database()).as("a Restore of it goes back there").isEqualTo(target);
        assertThat(task.store().bucket()).isEqualTo("backups");
    }

    @Test
    void aPolicyThatChangesBetweenPlanAndJobChangesNeitherDatabaseNorStore() {
        world.reconcile();
        DatabaseSpec other = new DatabaseSpec("other", null, "other", null, Samples.database().secretRef(), null);
        world.policy.orElseThrow().setSpec(Samples.spec(other, null));
        world.reconcile();
        assertThat(((BackupTask) world.task(JOB)).database().host()).isEqualTo("db.stable.svc");
    }

    @Test
    void aJobThatExistsIsAdoptedAndNotCreatedAgain() {
        world.reconcile();
        BackupPlan crashed = world.plan();
        world.act(crashed);

        BackupPlan again = world.reconcile();
        assertThat(again.steps()).isEmpty();
        assertThat(again.status()).isEqualTo(crashed.status());
        assertThat(again.again()).as("its Pod may have ended already").contains(Duration.ZERO);
    }

    @Test
    void whileThePodIsNotStartedTheBackupSaysWhatItWaitsFor() {
        world.reconcileUntilItRests();
        BackupPlan plan = world.reconcile();
        assertThat(world.message()).contains("no Pod yet");
        assertThat(plan.again()).contains(Duration.ofSeconds(15));

        world.pod(JOB, job -> Pods.unschedulable(job, "0/3 nodes are available"));
        world.reconcile();
        assertThat(world.status().phase()).isEqualTo(Phase.Pending);
        assertThat(world.reason()).isEqualTo("Unschedulable");
        assertThat(world.message()).isEqualTo("Unschedulable: 0/3 nodes are available");
    }

    @Test
    void aRunningWorkerMakesTheBackupRun() {
        started();
        world.pod(JOB, Pods::running);
        world.reconcile();
        assertThat(world.status().phase()).isEqualTo(Phase.Running);
        assertThat(world.message()).isEqualTo("Job monday-1 is dumping");
    }

    @Test
    void aGoodResultCompletesTheBackupWithAllItsFacts() {
        started();
        world.pod(JOB, job -> Pods.reported(job, Samples.backedUp()));
        BackupPlan plan = world.reconcile();

        assertThat(plan.again()).as("its metadata has its turn").contains(Duration.ZERO);
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.status().conditions().getFirst().getStatus()).isEqualTo("True");
        assertThat(world.status().conditions().getFirst().getObservedGeneration()).isOne();
        assertThat(world.message()).isEqualTo("horses: 4 tables, 2,000,000 rows, 1.4 MiB stored and compared, in 37s");
        assertThat(world.status().completedAt()).isEqualTo(Samples.backedUp().finishedAt());
        assertThat(world.status().duration()).isEqualTo("37s");
        assertThat(world.status().size()).isEqualTo("1.4 MiB");
        assertThat(world.status().snapshotAt()).isEqualTo(Samples.backedUp().snapshotAt());
        assertThat(world.status().location().dataKey()).isEqualTo(Samples.backedUp().dataKey());
        assertThat(world.status().checksum()).isEqualTo("sha256:00");
        assertThat(world.status().extensions()).containsEntry("plpgsql", "1.0");
        assertThat(world.attempt().reason()).isNull();
        assertThat(world.attempt().finishedAt()).isEqualTo(Samples.backedUp().finishedAt());
        assertThat(world.told).containsExactly(new Step.Tell(false, "Completed", world.message(), Occasion.Succeeded));
    }

    @Test
    void aFailureOfAWorkerThatLeftNothingFailsTheBackupAtOnce() {
        started();
        world.pod(JOB, job -> Pods.reported(job, new FailureResult(Reason.DatabaseNotFound, "database horses does not exist", false)));
        world.reconcileUntilItRests();

        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.status().conditions().getFirst().getStatus()).isEqualTo("False");
        assertThat(world.reason()).isEqualTo("DatabaseNotFound");
        assertThat(world.message()).isEqualTo("database horses does not exist");
        assertThat(world.attempt().reason()).isEqualTo(Reason.DatabaseNotFound);
        assertThat(world.attempt().finishedAt()).isEqualTo(world.now);
        assertThat(world.status().completedAt()).isEqualTo(world.now);
        assertThat(world.created).containsExactly(JOB);
        assertThat(world.deleted).isEmpty();
        assertThat(world.told).containsExactly(new Step.Tell(true, "DatabaseNotFound", "database horses does not exist", Occasion.Failed));
    }

    @Test
    void aPodThatDoesNotStartInTimeIsRemovedBeforeTheBackupFailsWithItsCause() {
        world.retry(0, "1m");
        started();
        world.pod(JOB, job -> Pods.waiting(job, "ImagePullBackOff", "Back-off pulling image"));
        world.now = world.now.plusSeconds(598);
        assertThat(world.reconcile().again()).contains(Duration.ofSeconds(2));
        assertThat(world.status().phase()).isEqualTo(Phase.Pending);

        world.now = world.now.plusSeconds(2);
        world.reconcile();
        assertThat(world.reason()).isEqualTo("ImagePullFailed");
        assertThat(world.message()).isEqualTo("the Pod did not start within 600 s: ImagePullBackOff: Back-off pulling image. Job monday-1 is being stopped");
        assertThat(world.deleted).as("the status comes first").isEmpty();

        world.reconcile();
        assertThat(world.deleted).containsExactly(JOB);
        assertThat(world.status().phase()).isEqualTo(Phase.Pending);

        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("ImagePullFailed");
        assertThat(world.message()).isEqualTo("the Pod did not start within 600 s: ImagePullBackOff: Back-off pulling image");
        assertThat(world.created).as("a worker that never began left nothing").containsExactly(JOB);
    }

    @Test
    void aPodThatStartsWhileItIsBeingRemovedMayHaveWrittenSoThatTheStoreIsLookedAt() {
        overdue();
        world.job(JOB, job -> job);
        world.pod(JOB, Pods::running);
        world.reconcile();
        assertThat(world.deleted).containsExactly(JOB);
        world.reconcileUntilItRests();
        assertThat(world.created).containsExactly(JOB, BackupWorld.SETTLE);
    }

    @Test
    void aPodThatStartsAtTheLastMomentAndCompletesIsComplete() {
        overdue();
        world.pod(JOB, job -> Pods.reported(job, Samples.backedUp()));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.attempt().reason()).isNull();
    }

    private void overdue() {
        started();
        world.pod(JOB, job -> Pods.waiting(job, "ImagePullBackOff", "Back-off pulling image"));
        world.now = world.now.plus(BackupWorld.START_DEADLINE);
        world.reconcile();
    }

    @Test
    void thePolicyOfAPlannedBackupMustStillBeThereWhenTheJobIsMade() {
        world.reconcile();
        world.policy = Optional.empty();
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("PolicyMissing");
    }

    @Test
    void aPolicyThatGoesOnceTheJobIsMadeChangesNothing() {
        started();
        world.policy = Optional.empty();
        world.pod(JOB, Pods::running);
        world.reconcile();
        world.pod(JOB, job -> Pods.reported(job, Samples.backedUp()));
        world.reconcile();
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
    }

    @Test
    void whatIsFinalStaysAsItIs() {
        started();
        world.pod(JOB, job -> Pods.reported(job, Samples.backedUp()));
        world.reconcile();
        var completed = world.status();

        world.policy = Optional.empty();
        world.pod(JOB, Pods::running);
        assertThat(world.reconcile()).isEqualTo(new BackupPlan(completed, List.of(), Optional.empty()));
        world.lose(JOB);
        assertThat(world.reconcile()).isEqualTo(new BackupPlan(completed, List.of(), Optional.empty()));
    }

    @Test
    void anUnchangedObservationGivesAnEqualStatusSoThatNothingIsWritten() {
        started();
        world.pod(JOB, Pods::running);
        world.reconcile();
        var before = world.status();
        world.now = world.now.plusSeconds(15);
        assertThat(world.plan().status()).isEqualTo(before);
    }

    private void started() {
        world.reconcileUntilItRests();
    }
}
