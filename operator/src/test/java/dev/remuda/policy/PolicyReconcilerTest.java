package dev.remuda.policy;

import java.io.IOException;
import java.util.function.Predicate;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.support.Kubelet;
import dev.remuda.support.MockOperator;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/** The whole operator on a mock server. */
@EnableKubernetesMockClient(crud = true)
class PolicyReconcilerTest {
    private KubernetesMockServer server;
    private KubernetesClient client;
    private MockOperator operator;
    private Kubelet kubelet;

    @BeforeEach
    void start() throws IOException {
        operator = new MockOperator(server);
        kubelet = new Kubelet(client, Samples.NAMESPACE);
        client.resource(Samples.policy()).create();
    }

    @AfterEach
    void stop() {
        operator.close();
    }

    @Test
    void aPolicysStatusFollowsItsBackups() {
        BackupPolicy policy = await(status -> status.lastBackup() == null);
        assertThat(policy.getStatus().observedGeneration()).isEqualTo(policy.getMetadata().getGeneration());

        client.resource(Samples.backup()).create();
        kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
        assertThat(await(status -> status.lastBackup() != null).getStatus().lastBackup()).isEqualTo(new BackupPolicyStatus.LastBackup(
                "monday", Samples.backedUp().finishedAt(), Samples.backedUp().snapshotAt(), Samples.backedUp().sizeBytes(), "1.4 MiB"));

        client.resource(Samples.backup()).delete();
        await(status -> status.lastBackup() == null);
    }

    @Test
    void aPolicyThatWasStoredBeforeTheSchemaHadDefaultsIsAsGoodAsAnother() {
        client.resource(Samples.policy()).delete();
        client.genericKubernetesResources(ResourceDefinitionContext.fromResourceType(BackupPolicy.class))
                .inNamespace(Samples.NAMESPACE)
                .load(getClass().getResourceAsStream("/least-policy.yaml"))
                .create();
        client.resource(Samples.backup()).create();
        kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
        await(status -> status.lastBackup() != null);
    }

    @Test
    void aPolicyThatIsNotReadyWarnsOnceAndIsCountedOnce() throws IOException, InterruptedException {
        change("{\"spec\": {\"timeZone\": \"Europe/Atlantis\"}}");
        await(status -> status.conditions().stream().anyMatch(condition -> condition.getReason().equals("InvalidTimeZone")));
        client.resource(Samples.backup()).create();
        kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
        await(status -> status.lastBackup() != null);

        assertThat(client.v1().events().inNamespace(Samples.NAMESPACE).list().getItems())
                .filteredOn(event -> event.getInvolvedObject().getKind().equals("BackupPolicy") && event.getType().equals("Warning"))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getType()).isEqualTo("Warning");
                    assertThat(event.getReason()).isEqualTo("InvalidTimeZone");
                    assertThat(event.getMessage()).contains("Europe/Atlantis");
                });
        assertThat(operator.metrics()).contains("remuda_failures_total{kind=\"BackupPolicy\",namespace=\"" + Samples.NAMESPACE + "\",reason=\"InvalidTimeZone\"} 1.0");
    }

    @Test
    void aPolicyOfANewerVersionWarnsOnce() {
        change("{\"spec\": {\"escrow\": \"age\"}}");
        await(status -> status.conditions().stream().anyMatch(condition -> condition.getReason().equals("NewerVersion")));
        assertThat(client.v1().events().inNamespace(Samples.NAMESPACE).list().getItems()).singleElement().satisfies(event -> {
            assertThat(event.getReason()).isEqualTo("NewerVersion");
            assertThat(event.getMessage()).contains("spec.escrow");
        });
    }

    /** The operator writes its status meanwhile. */
    private void change(String fields) {
        client.resources(BackupPolicy.class).inNamespace(Samples.NAMESPACE).withName("horses").patch(PatchContext.of(PatchType.JSON_MERGE), fields);
    }

    private BackupPolicy await(Predicate<BackupPolicyStatus> wish) {
        return kubelet.await(BackupPolicy.class, "horses", policy -> policy.getStatus() != null && wish.test(policy.getStatus()));
    }
}
