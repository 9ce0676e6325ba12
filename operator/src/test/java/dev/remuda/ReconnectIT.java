package dev.remuda;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;

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

/** An API server that loses its power and comes back. */
class ReconnectIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final String namespace = server.createNamespace("reconnect");
    private final Kubelet kubelet = new Kubelet(client, namespace);

    @Test
    void theOperatorIsNotReadyMeanwhileAndContinuesAfterwards() throws Exception {
        // Short enough that the operator looks again, in vain, while the API server is away.
        var config = Samples.config(namespace, Duration.ofSeconds(3));
        try (OperatorApp operator = OperatorApp.start(server.adminClient(), config, Clock.systemUTC(), () -> {})) {
            client.resource(Samples.in(namespace, Samples.policy())).create();
            client.resource(named("runs")).create();
            client.resource(named("waits")).create();
            kubelet.pod("runs-1", Pods::running);
            kubelet.backup("runs", Phase.Running);
            kubelet.pod("waits-1", job -> Pods.unschedulable(job, "no node"));
            kubelet.await(Backup.class, "waits", backup -> backup.getStatus() != null
                    && "Unschedulable".equals(backup.getStatus().conditions().getFirst().getReason()));

            server.kill();
            Awaitility.await().atMost(PATIENCE).until(() -> status(operator, "/readyz") == 503);
            assertThat(status(operator, "/healthz")).isEqualTo(200);

            server.run();
            kubelet.pod("runs-1", job -> Pods.reported(job, Samples.backedUp()));
            client.resource(named("comes-later")).create();
            kubelet.backup("runs", Phase.Completed);
            kubelet.job("comes-later-1");
            assertThat(kubelet.backup("waits", Phase.Failed).getStatus().conditions().getFirst().getReason()).isEqualTo("Unschedulable");
            Awaitility.await().atMost(PATIENCE).until(() -> status(operator, "/readyz") == 200);
        }
    }

    private Backup named(String name) {
        Backup backup = Samples.in(namespace, Samples.backup());
        backup.getMetadata().setName(name);
        return backup;
    }

    private static int status(OperatorApp operator, String path) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://localhost:" + operator.healthPort() + path);
            return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }
}
