package dev.remuda.restore;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Phase;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.task.ReportResult;
import dev.remuda.task.ReportTask;
import dev.remuda.task.RestoreReport;
import dev.remuda.task.RestoreStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/** What a Restore leaves in the store when it has ended, and that nothing else depends on it. */
class ReportingTest {
    private static final String KEY = "stables/stable/horses/restores/back-6f1c2a34.json";

    private RestoreWorld world = new RestoreWorld();

    /** Completed, with the Job of the report just created. */
    private ReportTask completed() {
        world.reportsAside = false;
        world.until(StepName.Switch);
        world.says(Samples.switched(16_384L));
        return world.task(ReportTask.class);
    }

    @Test
    void itSaysWhoWantedWhatAndWhatCameOfIt() {
        FieldsV1 spec = new FieldsV1();
        spec.setAdditionalProperty("f:spec", Map.of());
        world.restore.getMetadata().getManagedFields().add(new ManagedFieldsEntryBuilder().withManager("kubectl-create").withTime("2026-03-01T02:00:00Z").withFieldsV1(spec).build());
        ReportTask task = completed();
        assertThat(task.key()).isEqualTo(KEY);
        assertThat(task.store().bucket()).isEqualTo("backups");
        RestoreReport report = task.report();
        assertThat(report).isEqualTo(new RestoreReport(
                1, "back", "stable", Samples.UID, "kubectl-create at 2026-03-01T02:00:00Z", world.status().source(), "monday", Samples.CREATED.plusSeconds(11), "db.stable.svc", 5432, "horses", "17.5",
                RestoreStrategy.Swap, "back-safety", "horses_before_back", world.status().startedAt(), world.status().completedAt(), "Completed", null, world.message(), 4, 2_000_000L, 1_468_006L));
        assertThat(Json.write(task)).as("where secrets lie is told, and none is").doesNotContain("horses-db");
        assertThat(world.job().getSpec().getTemplate().getSpec().getVolumes()).extracting(volume -> volume.getName()).contains("store").doesNotContain("database");

        assertThat(world.says(new ReportResult("s3://backups/" + KEY)).again()).as("the old database is dropped in time").isPresent();
        assertThat(world.step().message()).isEqualTo("s3://backups/" + KEY);
        world.later(Duration.ofDays(4));
        world.reconcileUntilItRests();
        assertThat(world.step().name()).isEqualTo(StepName.Drop);
        assertThat(world.created).filteredOn(job -> job.contains("report")).hasSize(1);
    }

    @Test
    void aFailureIsReportedToo() {
        world.reportsAside = false;
        world.reconcileUntilItRests();
        world.says(new FailureResult(Reason.ExtensionMismatch, "timescaledb is missing", false));
        RestoreReport report = world.task(ReportTask.class).report();
        assertThat(report).extracting(RestoreReport::result, RestoreReport::reason, RestoreReport::message, RestoreReport::rows)
                .containsExactly("Failed", "ExtensionMismatch", "timescaledb is missing. Nothing was touched", null);
    }

    /** A key for restores alone may not write. */
    @Test
    void aReportThatCannotBeWrittenIsANoteAndNoFailure() {
        completed();
        world.says(new FailureResult(Reason.StorageAccessDenied, "it may not write.", false));
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.status().conditions().getFirst().getStatus()).isEqualTo("True");
        assertThat(world.status().note()).isEqualTo("no report of it could be left in the store (StorageAccessDenied: it may not write)");
        assertThat(world.told).contains(new Step.Tell(false, "ReportNotWritten", world.status().note()));
        assertThat(world.created).endsWith("back-report-1");
        world.later(Duration.ofMinutes(5));
        world.reconcileUntilItRests();
        assertThat(world.created).as("once").endsWith("back-report-1");
    }

    @Test
    void whatCanPassIsTriedThreeTimes() {
        completed();
        world.says(new FailureResult(Reason.StorageUnreachable, "no answer", false));
        world.later(Duration.ofSeconds(10));
        world.reconcileUntilItRests();
        assertThat(world.status().conditions().getFirst().getStatus()).as("meanwhile").isEqualTo("True");
        world.says(new FailureResult(Reason.StorageUnreachable, "no answer", false));
        world.later(Duration.ofSeconds(20));
        world.reconcileUntilItRests();
        world.says(new FailureResult(Reason.StorageUnreachable, "no answer", false));
        assertThat(world.created).endsWith("back-report-1", "back-report-2", "back-report-3");
        assertThat(world.status().note()).contains("StorageUnreachable");
        assertThat(world.step().name()).isEqualTo(StepName.Report);
    }

    @Test
    void aPodThatNeverStartsEndsToo() {
        completed();
        for (int i = 0; i < 20; i++) {
            if (world.jobs.containsKey(world.step().job())) {
                world.pod(job -> Pods.unschedulable(job, "no room"));
            }
            world.later(RestoreWorld.LIMITS.start());
            world.reconcileUntilItRests();
        }
        assertThat(world.status().note()).contains("no report of it could be left in the store (Unschedulable");
        assertThat(world.created).filteredOn(job -> job.contains("report")).hasSize(3);
    }

    @Test
    void aRefusedJobIsANoteToo() {
        world.reportsAside = false;
        world.until(StepName.Switch);
        world.pod(job -> Pods.reported(job, Samples.switched(null)));
        while (world.step().name() != StepName.Report) {
            world.reconcile();
        }
        RestorePlan instead = RestorePlan.refused(world.seen(), new Refusal(422, "invalid"), RestoreWorld.LIMITS);
        assertThat(instead.status().phase()).isEqualTo(Phase.Completed);
        assertThat(instead.status().note()).contains("no report");
    }

    @Test
    void nothingIsReportedWhereThereIsNoPlaceOrNothingWasBegun() {
        world.until(StepName.Switch);
        world.backups.remove("monday");
        world.reportsAside = false;
        world.says(Samples.switched(null));
        assertThat(world.step().name()).as("the Backup is gone, and with it the way to its store").isEqualTo(StepName.Switch);

        world = new RestoreWorld();
        world.reportsAside = false;
        world.backups.clear();
        world.later(Duration.ofMinutes(2));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.status().steps()).isEmpty();
    }

    @Test
    void theBackupMayGoBeforeTheJobIsMade() {
        world.reportsAside = false;
        world.until(StepName.Switch);
        world.pod(job -> Pods.reported(job, Samples.switched(null)));
        while (world.step().name() != StepName.Report) {
            world.reconcile();
        }
        world.backups.remove("monday");
        world.reconcileUntilItRests();
        assertThat(world.status().note()).contains("BackupMissing");
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
    }

    /** A dump made elsewhere lies in a bucket that is somebody else's. */
    @Test
    void ofADumpMadeElsewhereTheReportGoesToThePolicyThatIsNamed() {
        foreign(null);
        assertThat(world.step().name()).isEqualTo(StepName.Switch);
        foreign("horses");
        ReportTask task = world.task(ReportTask.class);
        assertThat(task.key()).isEqualTo(KEY);
        assertThat(task.store().bucket()).isEqualTo("backups");
        assertThat(task.report().backup()).isNull();
    }

    private void foreign(String policy) {
        Map<String, Object> fields = new HashMap<>(Map.of(
                "source", Map.of("object", Map.of("key", "old.dump", "storage", Map.of("s3", Map.of("bucket", "old-scripts")))), "strategy", "Create", "target",
                Map.of("host", "h", "name", "horses", "secretRef", Map.of("name", "db"))));
        if (policy != null) {
            fields.put("policyRef", Map.of("name", policy));
        }
        world = new RestoreWorld(fields);
        world.reportsAside = false;
        world.until(StepName.Switch, w -> w.says(Samples.looked(false)));
        world.says(Samples.switched(null));
    }

    @Test
    void whatEndedUnderAnOlderOperatorIsNotReportedNow() {
        world.until(StepName.Switch);
        world.pod(job -> Pods.reported(job, Samples.switched(16_384L)));
        world.reconcile();
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        world.reportsAside = false;
        world.later(Duration.ofHours(2));
        world.reconcileUntilItRests();
        assertThat(world.step().name()).isEqualTo(StepName.Switch);
        assertThat(Optional.ofNullable(world.status().note())).isEmpty();
    }
}
