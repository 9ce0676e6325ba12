package dev.remuda;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.NameRef;
import dev.remuda.api.Phase;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.TierSpec;
import dev.remuda.config.OperatorConfig;
import dev.remuda.job.Labels;
import dev.remuda.job.Names;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Changes;
import dev.remuda.support.Kubelet;
import dev.remuda.support.MovingClock;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.BackupResult;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.Reason;
import dev.remuda.task.Task;

import static org.assertj.core.api.Assertions.assertThat;

/** Policies that run themselves, on a real API server, by a clock of the test's own. */
class ScheduleIT {
    private static final Duration HOUR = Duration.ofHours(1);

    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final String namespace = server.createNamespace("schedule");
    private final Kubelet kubelet = new Kubelet(client, namespace);
    private final Instant first = Instant.now().truncatedTo(ChronoUnit.HOURS).plus(HOUR);
    private final MovingClock clock = new MovingClock(first.minusSeconds(5));
    private OperatorApp operator;
    private int pokes;

    @AfterEach
    void stop() {
        if (operator != null) {
            operator.close();
        }
    }

    @Test
    void aPolicyLivesByItsSchedule() throws IOException {
        policy(Map.of());
        operator = start();
        kubelet.await(BackupPolicy.class, "horses", policy -> policy.getStatus() != null && first.equals(policy.getStatus().nextBackup()));
        assertThat(server.kubectl("get", "bpol", "-n", namespace))
                .containsPattern("NAME +DATABASE +READY +LAST BACKUP +NEXT BACKUP +KEPT +SIZE +VERIFIED +AGE").containsPattern("horses +horses +True +" + first + " +0 ");

        kubelet.catalogue("horses");
        String one = completed(first);
        Backup kept = kubelet.await(Backup.class, one, backup -> backup.getStatus() != null && backup.getStatus().retainedBy() != null);
        assertThat(kept.getStatus().retainedBy()).containsExactly("hourly: younger than 1h30m");
        assertThat(server.kubectl("get", "bkp", "-n", namespace)).containsPattern(one + " +horses +hourly +Completed +Completed +1\\.4 MiB +\\S+ +\\S+Z ");
        forward(HOUR);
        String two = completed(first.plus(HOUR));
        forward(HOUR);
        completed(first.plus(HOUR).plus(HOUR));

        assertThat(kubelet.await(Backup.class, one, backup -> backup.getStatus().phase() == Phase.Deleting).getStatus().conditions().getFirst().getMessage())
                .as("why, or a moment later by what")
                .isIn("nothing keeps it any more (hourly: older than 1h30m), so it is purged from the store", "Job horses-maintain-1 purges it from the store");
        maintain(1, kept.getMetadata().getUid());
        Awaitility.await().until(() -> client.resources(Backup.class).inNamespace(namespace).withName(one).get() == null);
        assertThat(client.resources(Backup.class).inNamespace(namespace).withName(two).get().getStatus().phase()).isEqualTo(Phase.Completed);
        kubelet.await(BackupPolicy.class, "horses", policy -> policy.getStatus().conditions().stream()
                .anyMatch(condition -> condition.getType().equals("Maintained") && condition.getStatus().equals("True")));
        assertThat(server.kubectl("describe", "bpol", "-n", namespace)).contains("purged from the store: " + one);
    }

    @Test
    void aForeignBackupOfTheSlotsNameIsNamedAndGivenWay() throws IOException {
        policy(Map.of());
        String name = Names.scheduled("horses", first);
        Backup foreign = Samples.in(namespace, Samples.backup());
        foreign.getMetadata().setName(name);
        foreign.setSpec(new BackupSpec(new NameRef("cows"), null, null, null));
        client.resource(foreign).create();
        clock.forward(Duration.ofSeconds(10));
        operator = start();
        BackupPolicy waits = kubelet.await(BackupPolicy.class, "horses", policy -> policy.getStatus() != null
                && policy.getStatus().conditions().getFirst().getReason().equals("NameTaken"));
        assertThat(waits.getStatus().conditions().getFirst().getMessage()).contains("a Backup named " + name + " exists and is not of this slot; delete it");
        client.resource(foreign).delete();
        forward(Duration.ofSeconds(1));
        assertThat(completed(first)).isEqualTo(name);
    }

    @Test
    void deletionPolicyDeletePurgesFirst() throws IOException {
        Backup backup = completedAndHeld();
        String name = backup.getMetadata().getName();
        assertThat(backup.getMetadata().getOwnerReferences()).hasSize(1);

        client.resource(backup).delete();
        kubelet.pod(name + "-purge", job -> Pods.reported(job, new FailureResult(Reason.StorageUnreachable, "away", false)));
        kubelet.await(Backup.class, name, known -> known.getStatus().conditions().getFirst().getReason().equals("PurgeFailed"));
        assertThat(server.kubectl("describe", "backup", "-n", namespace, name)).contains("set deletionPolicy: Retain in BackupPolicy horses");
        client.pods().inNamespace(namespace).withLabel("batch.kubernetes.io/job-name", name + "-purge").delete(); // as the cluster does after its Job
        kubelet.pod(name + "-purge", job -> Pods.reported(job, new MaintainResult(0, null, List.of(backup.getMetadata().getUid()), null, null, null, 0, 0)));
        Awaitility.await().until(() -> client.resources(Backup.class).inNamespace(namespace).withName(name).get() == null);
        Awaitility.await().until(() -> client.resources(Job.class).inNamespace(namespace).withName(name + "-purge").get() == null);
    }

    @Test
    void aNamespaceThatIsBeingDeletedIsNotHeldUp() throws IOException {
        Backup backup = completedAndHeld();
        String name = backup.getMetadata().getName();
        client.namespaces().withName(namespace).delete();
        client.resource(backup).delete();
        Awaitility.await().until(() -> client.resources(Backup.class).inNamespace(namespace).withName(name).get() == null);
        assertThat(client.resources(Job.class).inNamespace(namespace).withName(name + "-purge").get()).isNull();
    }

    @Test
    void retainNeedsNoOperatorToLetGo() throws IOException {
        policy(Map.of());
        clock.forward(Duration.ofSeconds(10));
        operator = start();
        String name = completed(first);
        operator.close();
        operator = null;
        client.resources(Backup.class).inNamespace(namespace).withName(name).delete();
        client.resources(BackupPolicy.class).inNamespace(namespace).withName("horses").delete();
        assertThat(client.resources(Backup.class).inNamespace(namespace).withName(name).get()).isNull();
        assertThat(client.resources(BackupPolicy.class).inNamespace(namespace).withName("horses").get()).isNull();
    }

    /** A completed Backup of a policy that deletes data with it. */
    private Backup completedAndHeld() throws IOException {
        policy(Map.of("deletionPolicy", "Delete"));
        clock.forward(Duration.ofSeconds(10));
        operator = start();
        return kubelet.await(Backup.class, completed(first), known -> known.hasFinalizer(Labels.PURGE));
    }

    private OperatorApp start() throws IOException {
        return OperatorApp.start(server.adminClient(), config(), clock, () -> {});
    }

    /** To this clock, Jobs are old when they are made. */
    private OperatorConfig config() {
        return Samples.config(namespace, Duration.ofDays(30));
    }

    private void policy(Map<String, Object> changes) {
        BackupPolicy policy = Samples.in(namespace, Samples.policy());
        TierSpec hourly = new TierSpec("hourly", "0 * * * *", new RetentionSpec("1h30m", null, null), null);
        policy.setSpec(Changes.in(Samples.with(policy.getSpec(), hourly), changes));
        client.resource(policy).create();
    }

    /** The operator waits by its own watch; a policy that is changed is looked at at once. */
    private void forward(Duration by) {
        clock.forward(by);
        client.resources(BackupPolicy.class).inNamespace(namespace).withName("horses")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"timeout\": \"2h" + ++pokes + "s\"}}");
    }

    /** The slot's Backup, completed. */
    private String completed(Instant slot) {
        forward(Duration.ofSeconds(6));
        String name = Names.scheduled("horses", slot);
        kubelet.pod(name + "-1", job -> Pods.reported(job, result(slot)));
        kubelet.backup(name, Phase.Completed);
        return name;
    }

    private void maintain(int number, String purged) {
        String name = "horses-maintain-" + number;
        MaintainTask task = (MaintainTask) Json.read(
                kubelet.job(name).getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv().getFirst().getValue(), Task.class);
        assertThat(task.purges()).extracting(MaintainTask.Purge::uid).containsExactly(purged);
        kubelet.pod(name, job -> Pods.reported(job, new MaintainResult(2, null, List.of(purged), null, null, null, 0, 0)));
    }

    private static BackupResult result(Instant at) {
        BackupResult r = Samples.backedUp();
        return new BackupResult(
                r.databaseName(), r.dataKey(), r.sizeBytes(), r.checksum(), r.databaseSizeBytes(), at, at, at.plusSeconds(31), r.serverVersion(), r.lsn(),
                r.extensions(), r.tables(), r.rows(), r.note(), null);
    }
}
