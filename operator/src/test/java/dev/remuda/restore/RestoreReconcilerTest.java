package dev.remuda.restore;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.Event;
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
import dev.remuda.job.Labels;
import dev.remuda.support.Changes;
import dev.remuda.support.Kubelet;
import dev.remuda.support.MockOperator;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.CleanUpResult;
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
    void aRestoreWaitsForItsBackupAndGoesStepByStepToCompleted() {
        client.resource(Samples.restore(RestoreStrategy.Swap, null, "horses")).create();
        client.resource(Samples.backup()).create();
        kubelet.restore("back", Phase.Pending);

        kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
        Job preflight = kubelet.job("back-preflight-1");
        assertThat(preflight.getSpec().getTemplate().getSpec().getServiceAccountName()).isEqualTo("writer");
        kubelet.await(Restore.class, "back", marked -> Labels.isUnderWay(marked) && marked.hasFinalizer(Labels.CLEAN_UP));
        kubelet.pod("back-preflight-1", Pods::running);
        kubelet.restore("back", Phase.Running);
        kubelet.pod("back-preflight-1", job -> Pods.reported(job, Samples.looked(true)));
        kubelet.pod("back-safety-1", job -> Pods.reported(job, Samples.backedUp()));
        kubelet.pod("back-restore-1", job -> Pods.reported(job, Samples.restored()));
        kubelet.pod("back-switch-1", job -> Pods.reported(job, Samples.switched(16_384L)));

        Restore restore = kubelet.restore("back", Phase.Completed);
        assertThat(restore.getStatus().rows()).isEqualTo(2_000_000);
        assertThat(restore.getStatus().safetyBackup()).isEqualTo("back-safety");
        assertThat(restore.getStatus().replaced().database()).isEqualTo("horses_before_back");
        Awaitility.await().untilAsserted(() -> assertThat(client.v1().events().inNamespace(Samples.NAMESPACE).list().getItems())
                .filteredOn(event -> event.getInvolvedObject().getKind().equals("Restore"))
                .extracting(Event::getReason)
                .containsExactlyInAnyOrder("Begun", "Completed"));
        kubelet.await(Restore.class, "back", ended -> !ended.hasFinalizer(Labels.CLEAN_UP));
    }

    @Test
    void aRestoreOfAFailedBackupFailsWhenTheBackupDoes() {
        client.resource(Samples.restore(RestoreStrategy.Recreate, null, "horses")).create();
        client.resource(Samples.backup()).create();
        kubelet.pod("monday-1", job -> Pods.reported(job, new FailureResult(Reason.DumpFailed, "m", false)));

        Restore restore = kubelet.restore("back", Phase.Failed);
        assertThat(restore.getStatus().conditions().getFirst().getReason()).isEqualTo("BackupNotCompleted");
        assertThat(client.batch().v1().jobs().inNamespace(Samples.NAMESPACE).withName("back-preflight-1").get()).isNull();
    }

    @Test
    void theNewestBackupOfAPolicyIsLookedForOnce() {
        client.resource(Samples.backup()).create();
        kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
        kubelet.backup("monday", Phase.Completed);
        Restore latest = Samples.restore(RestoreStrategy.Swap, null, "horses");
        latest.setSpec(Changes.in(latest.getSpec(), Map.of("source", Map.of("latestOf", Map.of("policy", "horses")))));
        client.resource(latest).create();
        kubelet.pod("back-preflight-1", job -> Pods.reported(job, new FailureResult(Reason.RoleMissing, "no role", false)));
        Restore restore = kubelet.restore("back", Phase.Failed);
        assertThat(restore.getStatus().backup()).isEqualTo("monday");
        assertThat(restore.getStatus().conditions().getFirst().getMessage()).isEqualTo("no role. Nothing was touched");
    }

    @Test
    void aRestoreThatIsDeletedUnderWayIsStoppedCleanedUpAndGoes() {
        Restore back = Samples.restore(RestoreStrategy.Create, null, null);
        client.resource(back).create();
        client.resource(Samples.backup()).create();
        kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
        kubelet.pod("back-preflight-1", job -> Pods.reported(job, Samples.looked(false)));
        kubelet.pod("back-restore-1", Pods::running);
        kubelet.await(Restore.class, "back", restore -> restore.getStatus().conditions().getFirst().getMessage().startsWith("restoring into the new"));

        client.resource(back).delete();
        Awaitility.await().until(() -> client.batch().v1().jobs().inNamespace(Samples.NAMESPACE).withName("back-restore-1").get() == null);
        client.pods().inNamespace(Samples.NAMESPACE).withName("back-restore-1-x7k2p").delete();
        assertThat(kubelet.job("back-cancel").getMetadata().getOwnerReferences()).isEmpty();
        assertThat(client.resource(back).get().getStatus().conditions().getFirst().getReason()).isEqualTo("Cancelling");
        kubelet.pod("back-cancel", job -> Pods.reported(job, new CleanUpResult(false, null, null, null)));
        Awaitility.await().until(() -> client.resource(back).get() == null);
    }

    /** As after a return to an older operator. */
    @Test
    void aRestoreInAStepThatThisOperatorDoesNotKnowIsNotTouched() {
        unknown("Running");
        kubelet.await(Restore.class, "back", restore -> restore.getStatus().conditions().stream().anyMatch(condition -> condition.getReason().equals("UnknownStep")));
        assertThat(client.batch().v1().jobs().inNamespace(Samples.NAMESPACE).list().getItems()).noneMatch(job -> job.getMetadata().getName().startsWith("back-"));
    }

    @Test
    void aRestoreInAPhaseThatThisOperatorDoesNotKnowIsNotTouched() {
        unknown("Dreaming");
        Awaitility.await().until(() -> client.v1().events().inNamespace(Samples.NAMESPACE).list().getItems().stream()
                .anyMatch(event -> event.getReason().equals("NewerVersion") && event.getMessage().contains("status.phase Dreaming")));
        assertThat(client.batch().v1().jobs().inNamespace(Samples.NAMESPACE).list().getItems()).noneMatch(job -> job.getMetadata().getName().startsWith("back-"));
    }

    private void unknown(String phase) {
        GenericKubernetesResource unknown = Serialization.unmarshal(
                Serialization.asJson(Samples.restore(RestoreStrategy.Recreate, null, "horses")), GenericKubernetesResource.class);
        unknown.setAdditionalProperty(
                "status", Map.of("phase", phase, "startedAt", "2026-03-01T02:00:00Z", "steps", List.of(Map.of("name", "Unheard", "attempt", 1, "job", "back-unheard-1"))));
        client.genericKubernetesResources(ResourceDefinitionContext.fromResourceType(Restore.class))
                .inNamespace(Samples.NAMESPACE)
                .resource(unknown)
                .create();
    }

    @Test
    void aFailedRestoreSaysWhyAndWhatTheTargetIs() {
        client.resource(Samples.restore(RestoreStrategy.Create, null, null)).create();
        client.resource(Samples.backup()).create();
        kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
        kubelet.pod("back-preflight-1", job -> Pods.reported(job, Samples.looked(false)));
        kubelet.pod("back-restore-1", job -> Pods.reported(job, new FailureResult(Reason.CheckFailed, "rows differ", false)));
        kubelet.pod("back-cleanup-1", job -> Pods.reported(job, new CleanUpResult(false, null, null, null)));

        Restore restore = kubelet.restore("back", Phase.Failed);
        assertThat(restore.getStatus().conditions().getFirst().getMessage()).isEqualTo("rows differ. Database horses does not exist, as before");
    }
}
