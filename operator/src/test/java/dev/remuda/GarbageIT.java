package dev.remuda;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Kubelet;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/** What goes with a deleted Backup, with Kubernetes' real garbage collector. */
class GarbageIT {
    @Test
    void aDeletedBackupTakesItsJobsWithItAndItsNameCanBeUsedAgain() throws Exception {
        try (ApiServer server = ApiServer.withControllers("garbage-collector-controller")) {
            collect(server);
        }
    }

    private static void collect(ApiServer server) throws IOException {
        KubernetesClient client = server.admin();
        String namespace = server.createNamespace("garbage");
        Kubelet kubelet = new Kubelet(client, namespace);
        try (OperatorApp operator = OperatorApp.start(server.adminClient(), Samples.config(namespace), Clock.systemUTC(), () -> {})) {
            assertThat(operator.healthPort()).isPositive();
            client.resource(Samples.in(namespace, Samples.policy())).create();
            client.resource(Samples.in(namespace, Samples.backup())).create();
            kubelet.pod("monday-1", Pods::running);
            String first = kubelet.backup("monday", Phase.Running).getMetadata().getUid();

            client.resources(Backup.class).inNamespace(namespace).withName("monday").delete();
            client.resource(Samples.in(namespace, Samples.backup())).create();
            Job second = kubelet.await(Job.class, "monday-1", job -> !job.getMetadata().getOwnerReferences().getFirst().getUid().equals(first));
            kubelet.backup("monday", Phase.Pending);

            client.resources(Backup.class).inNamespace(namespace).withName("monday").delete();
            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                assertThat(client.resources(Job.class).inNamespace(namespace).list().getItems()).extracting(job -> job.getMetadata().getName()).containsExactly("horses-catalogue-1");
                assertThat(client.resources(Pod.class).inNamespace(namespace).list().getItems()).isEmpty();
            });
            assertThat(second.getMetadata().getOwnerReferences()).hasSize(1);
        }
    }
}
