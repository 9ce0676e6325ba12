package dev.remuda;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

import io.fabric8.kubernetes.client.KubernetesClient;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.config.OperatorConfig;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/** One operator for several namespaces, each of which has a watch of its own, on a real API server. */
class NamespacesIT {
    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final Set<String> namespaces = Set.of(server.createNamespace("one"), server.createNamespace("two"), server.createNamespace("three"));

    @Test
    void whatOneWatchFindsDoesNotTakeTheOthersPlace() throws Exception {
        namespaces.forEach(this::policyWithABackup);
        OperatorConfig config = new OperatorConfig(
                namespaces, Samples.CONFIG.workerImage(), Samples.CONFIG.imagePullPolicy(), Duration.ofDays(1), Samples.CONFIG.archivePoll(), 0, false, Optional.empty(), namespaces.iterator().next());
        try (OperatorApp operator = OperatorApp.start(server.adminClient(), config, Clock.systemUTC(), () -> {}); HttpClient http = HttpClient.newHttpClient()) {
            URI metrics = URI.create("http://127.0.0.1:" + operator.healthPort() + "/metrics");
            Awaitility.await().untilAsserted(() -> {
                String page = http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString()).body();
                assertThat(namespaces).allSatisfy(namespace -> assertThat(page.lines().filter(line -> line.startsWith("database_backup_age_seconds{"))).anyMatch(line -> line.contains("\"" + namespace + "\"")));
            });
        }
    }

    private void policyWithABackup(String namespace) {
        client.resource(Samples.in(namespace, Samples.policy())).create();
        Backup backup = client.resource(Samples.in(namespace, Samples.backup())).create();
        backup.setStatus(Samples.completed(Instant.now().minusSeconds(60), "p/", null, null));
        client.resource(backup).updateStatus();
    }
}
