package dev.remuda;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.Phase;
import dev.remuda.api.RetrySpec;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Kubelet;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.RestoreStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/** The lives of resources on a real API server, seen as a user sees them. */
class LifeIT {
    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final String namespace = server.createNamespace("life");
    private final Kubelet kubelet = new Kubelet(client, namespace);
    private OperatorApp operator;

    @AfterEach
    void stop() {
        operator.close();
    }

    @Test
    void kubectlShowsABackupAndARestoreFromTheirBeginToTheirEnd() throws IOException {
        start(Samples.CONFIG.startDeadline());
        client.resource(Samples.in(namespace, Samples.policy())).create();
        client.resource(Samples.in(namespace, Samples.backup())).create();
        kubelet.backup("monday", Phase.Pending);
        kubelet.pod("monday-1", Pods::running);
        kubelet.backup("monday", Phase.Running);
        assertThat(kubectl("get", "backups")).containsPattern("NAME +POLICY +TIER +PHASE +REASON +SIZE +DURATION +VERIFIED +EXPIRES +AGE").containsPattern("monday +horses +Running +Running ");
        kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));

        assertThat(kubectl("wait", "--for=condition=Completed", "--timeout=20s", "backup/monday")).contains("monday condition met");
        assertThat(kubectl("get", "bkp", "monday")).containsPattern("monday +horses +Completed +Completed +1\\.4 MiB +\\S+ ");
        assertThat(kubectl("describe", "backup", "monday"))
                .contains("horses: 4 tables, 2,000,000 rows, 1.4 MiB stored and compared")
                .containsPattern("Normal +Completed +\\S+ +remuda ");
        kubelet.await(BackupPolicy.class, "horses", policy -> policy.getStatus() != null && policy.getStatus().lastBackup() != null);
        assertThat(kubectl("get", "bpol")).containsPattern("NAME +DATABASE +READY +LAST BACKUP +NEXT BACKUP +KEPT +SIZE +VERIFIED +AGE").containsPattern("horses +horses +True +\\S+ +1 +1\\.4 MiB ");

        client.resource(Samples.in(namespace, Samples.restore(RestoreStrategy.Recreate, null, "horses"))).create();
        kubelet.pod("back-preflight-1", job -> Pods.reported(job, Samples.looked(false)));
        kubelet.pod("back-restore-1", job -> Pods.reported(job, Samples.restored()));
        kubelet.pod("back-switch-1", job -> Pods.reported(job, Samples.switched(null)));
        assertThat(kubectl("wait", "--for=condition=Completed", "--timeout=20s", "restore/back")).contains("back condition met");
        assertThat(kubectl("get", "rst")).containsPattern("NAME +SOURCE +TARGET +STRATEGY +PHASE +REASON +DURATION +AGE").containsPattern("back +monday +horses +Recreate +Completed ");
        assertThat(kubectl("get", "remuda")).contains("backup.remuda.dev/monday", "backuppolicy.remuda.dev/horses", "restore.remuda.dev/back");
    }

    @Test
    void aJobThatTheApiServerRefusesFailsTheBackupWithItsWords() throws IOException {
        start(Samples.CONFIG.startDeadline());
        var resources = new ResourceRequirementsBuilder()
                .addToRequests("memory", new Quantity("2Gi"))
                .addToLimits("memory", new Quantity("1Gi"))
                .build();
        client.resource(Samples.in(namespace, Samples.policy(new JobTemplateSpec(resources, null, null, null, null, null)))).create();
        client.resource(Samples.in(namespace, Samples.backup())).create();

        var condition = kubelet.backup("monday", Phase.Failed).getStatus().conditions().getFirst();
        assertThat(condition.getReason()).isEqualTo("InvalidSpec");
        assertThat(condition.getMessage()).contains("must be less than or equal to memory limit").contains("correct jobTemplate of BackupPolicy horses");
    }

    @Test
    void aPodThatDoesNotStartFailsTheBackupAndIsRemoved() throws IOException {
        start(Duration.ofSeconds(2));
        BackupPolicy policy = Samples.policy();
        policy.setSpec(Samples.retrying(policy.getSpec(), new RetrySpec(0, null)));
        client.resource(Samples.in(namespace, policy)).create();
        client.resource(Samples.in(namespace, Samples.backup())).create();
        kubelet.pod("monday-1", job -> Pods.waiting(job, "ErrImagePull", "no such image"));
        Awaitility.await().until(() -> client.resources(Job.class).inNamespace(namespace).withName("monday-1").get() == null);
        assertThat(client.resources(Backup.class).inNamespace(namespace).withName("monday").get().getStatus().phase()).as("its Pod may still start").isEqualTo(Phase.Pending);
        client.pods().inNamespace(namespace).delete(); // nobody collects it here

        Backup failed = kubelet.backup("monday", Phase.Failed);
        assertThat(failed.getStatus().conditions().getFirst().getMessage()).isEqualTo("the Pod did not start within 2 s: ErrImagePull: no such image");
        assertThat(kubectl("describe", "backup", "monday")).containsPattern("Warning +ImagePullFailed +\\S+ +remuda ");
    }

    @Test
    void whyAJobHasNoPodIsTold() throws IOException {
        // For this operator every Job is old enough to have a Pod.
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(30));
        operator = OperatorApp.start(server.adminClient(), Samples.config(namespace), later, () -> {});
        client.resource(Samples.in(namespace, Samples.policy())).create();
        client.resource(Samples.in(namespace, Samples.backup())).create();
        Job job = kubelet.job("monday-1");
        client.resource(new EventBuilder()
                        .withNewMetadata()
                        .withName("monday-1.1")
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewInvolvedObject()
                        .withKind("Job")
                        .withNamespace(namespace)
                        .withName("monday-1")
                        .withUid(job.getMetadata().getUid())
                        .endInvolvedObject()
                        .withType("Warning")
                        .withReason("FailedCreate")
                        .withMessage("service account writer not found")
                        .build())
                .create();
        kubelet.backup("monday", Phase.Pending);
        client.resources(Job.class).inNamespace(namespace).withName("monday-1").edit(
                known -> new JobBuilder(known).editMetadata().addToAnnotations("wakes", "the operator").endMetadata().build());

        var condition = kubelet.await(Backup.class, "monday", backup -> "PodNotCreated".equals(backup.getStatus().conditions().getFirst().getReason()))
                .getStatus().conditions().getFirst();
        assertThat(condition.getMessage()).isEqualTo("FailedCreate: service account writer not found");
    }

    /** The rival is quicker by so little that the operator has looked already and is about to write. */
    @Test
    void aStatusThatARivalHasWrittenIsNotOverwritten() throws IOException {
        operator = OperatorApp.start(server.adminClient(new Rival()), Samples.config(namespace), Clock.systemUTC(), () -> {});
        client.resource(Samples.in(namespace, Samples.policy())).create();
        client.resource(Samples.in(namespace, Samples.backup())).create();

        kubelet.backup("monday", Phase.Failed);
        Awaitility.await().during(Duration.ofSeconds(2)).until(() -> client.resources(Backup.class).inNamespace(namespace).withName("monday").get()
                .getStatus().phase() == Phase.Failed);
        assertThat(client.resources(Job.class).inNamespace(namespace).list().getItems()).noneMatch(job -> job.getMetadata().getName().startsWith("monday"));
    }

    /** As with the overlap of two leaders: neither knows what the other writes. */
    @Test
    void twoOperatorsAtOnceDoNoHarm() throws IOException {
        start(Samples.CONFIG.startDeadline());
        client.resource(Samples.in(namespace, Samples.policy())).create();
        try (OperatorApp rival = OperatorApp.start(server.adminClient(), Samples.config(namespace), Clock.systemUTC(), () -> {})) {
            assertThat(rival.healthPort()).isPositive();
            for (int i = 0; i < 10; i++) {
                Backup backup = Samples.in(namespace, Samples.backup());
                backup.getMetadata().setName("backup-" + i);
                client.resource(backup).create();
            }
            for (int i = 0; i < 10; i++) {
                kubelet.pod("backup-" + i + "-1", Pods::running);
                kubelet.pod("backup-" + i + "-1", job -> Pods.reported(job, Samples.backedUp()));
            }
            for (int i = 0; i < 10; i++) {
                assertThat(kubelet.backup("backup-" + i, Phase.Completed).getStatus().attempts()).hasSize(1);
            }
        }
        assertThat(client.resources(Job.class).inNamespace(namespace).list().getItems()).as("of ten Backups, and one that looks through the store").hasSize(11);
        assertThat(client.v1().events().inNamespace(namespace).list().getItems()).hasSize(10);
    }

    private void start(Duration startDeadline) throws IOException {
        operator = OperatorApp.start(server.adminClient(), Samples.config(namespace, startDeadline), Clock.systemUTC(), () -> {});
    }

    private String kubectl(String... arguments) {
        return server.kubectl(Stream.concat(Stream.of("-n", namespace), Stream.of(arguments))
                .toArray(String[]::new));
    }

    private final class Rival implements Interceptor {
        private final AtomicBoolean done = new AtomicBoolean();

        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            if (request.uri().getPath().endsWith("/backups/monday/status") && done.compareAndSet(false, true)) {
                client.resources(Backup.class).inNamespace(namespace).withName("monday").editStatus(backup -> {
                    backup.setStatus(new BackupStatus(
                            Phase.Failed, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                            null, null, null, null, null, null));
                    return backup;
                });
            }
        }
    }
}
