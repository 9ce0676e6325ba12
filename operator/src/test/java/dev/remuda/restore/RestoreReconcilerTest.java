package dev.remuda.restore;

import java.io.IOException;
import java.util.Map;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.support.Kubelet;
import dev.remuda.support.MockOperator;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/** The whole operator on a mock server. */
@EnableKubernetesMockClient(crud = true)
class RestoreReconcilerTest {
    private KubernetesMockServer server;
    private KubernetesClient client;
    private MockOperator operator;
    private Kubelet kubelet;

    @BeforeEach
    void start() throws IOException {
        operator = new MockOperator(server);
        kubelet = new Kubelet(client, Samples.NAMESPACE);
        client.resource(Samples.policy(new JobTemplateSpec(null, "writer", null, null, null, null))).create();
    }

    @AfterEach
    void stop() {
        operator.close();
    }

    @Test
    void aRestoreWaitsForItsBackupAndThenRunsToCompleted() {
        client.resource(Samples.restore(RestoreStrategy.Recreate, null, "horses")).create();
        client.resource(Samples.backup()).create();
        kubelet.restore("back", Phase.Pending);

        kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
        Job job = kubelet.job("back-restore");
        assertThat(job.getSpec().getTemplate().getSpec().getServiceAccountName()).isEqualTo("writer");
        kubelet.pod("back-restore", Pods::running);
        kubelet.restore("back", Phase.Running);
        kubelet.pod("back-restore", ignored -> Pods.reported(job, Samples.restored()));

        Restore restore = kubelet.restore("back", Phase.Completed);
        assertThat(restore.getStatus().rows()).isEqualTo(2_000_000);
        Awaitility.await().untilAsserted(() -> assertThat(client.v1().events().inNamespace(Samples.NAMESPACE).list().getItems())
                .filteredOn(event -> event.getInvolvedObject().getKind().equals("Restore"))
                .singleElement()
                .satisfies(event -> assertThat(event.getReason()).isEqualTo("Completed")));
    }

    @Test
    void aRestoreOfAFailedBackupFailsWhenTheBackupDoes() {
        client.resource(Samples.restore(RestoreStrategy.Recreate, null, "horses")).create();
        client.resource(Samples.backup()).create();
        kubelet.pod("monday-1", job -> Pods.reported(job, new FailureResult(Reason.DumpFailed, "m", false)));

        Restore restore = kubelet.restore("back", Phase.Failed);
        assertThat(restore.getStatus().conditions().getFirst().getReason()).isEqualTo("BackupNotCompleted");
        assertThat(client.batch().v1().jobs().inNamespace(Samples.NAMESPACE).withName("back-restore").get()).isNull();
    }

    /** As after a return to an older operator. */
    @Test
    void aRestoreInAPhaseThatThisOperatorDoesNotKnowIsLookedAtAnew() {
        GenericKubernetesResource unknown = Serialization.unmarshal(
                Serialization.asJson(Samples.restore(RestoreStrategy.Recreate, null, "horses")), GenericKubernetesResource.class);
        unknown.setAdditionalProperty("status", Map.of("phase", "Dreaming", "job", "back-restore", "startedAt", "2026-03-01T02:00:00Z"));
        client.genericKubernetesResources(ResourceDefinitionContext.fromResourceType(Restore.class))
                .inNamespace(Samples.NAMESPACE)
                .resource(unknown)
                .create();
        assertThat(kubelet.restore("back", Phase.Failed).getStatus().conditions().getFirst().getReason()).isEqualTo("JobMissing");
    }

    @Test
    void aFailedRestoreSaysWhy() {
        client.resource(Samples.restore(RestoreStrategy.Create, null, null)).create();
        client.resource(Samples.backup()).create();
        kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
        kubelet.pod("back-restore", job -> Pods.reported(job, new FailureResult(Reason.TargetExists, "database horses exists", false)));

        Restore restore = kubelet.restore("back", Phase.Failed);
        assertThat(restore.getStatus().conditions().getFirst().getMessage()).isEqualTo("database horses exists");
    }
}
