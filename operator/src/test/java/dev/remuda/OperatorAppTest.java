package dev.remuda;

import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.javaoperatorsdk.operator.OperatorException;
import org.junit.jupiter.api.Test;

import dev.remuda.config.OperatorConfig;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@EnableKubernetesMockClient(crud = true)
class OperatorAppTest {
    private KubernetesMockServer server;
    private KubernetesClient client;

    @Test
    void aStartedOperatorIsReadyAndShowsItsMetrics() throws Exception {
        try (OperatorApp operator = start(0)) {
            assertThat(get(operator, "/healthz").statusCode()).isEqualTo(200);
            assertThat(get(operator, "/readyz").statusCode()).isEqualTo(200);
            assertThat(get(operator, "/metrics").body()).contains("# TYPE");
            assertThat(get(operator, "/").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aClosedOperatorGivesItsPortBack() throws Exception {
        int port;
        try (OperatorApp operator = start(0)) {
            port = operator.healthPort();
            assertThatThrownBy(() -> start(port)).isInstanceOf(BindException.class);
        }
        start(port).close();
    }

    @Test
    void anOperatorThatCannotWatchDoesNotSeemToWork() {
        server.expect().get().withPath("/apis/batch/v1/jobs?labelSelector=app.kubernetes.io%2Fmanaged-by%3Dremuda%2Cremuda.dev%2Fowner-kind%3DBackup"
                + "&limit=500").andReturn(403, "forbidden").always();
        KubernetesClient own = server.createClient();
        assertThatThrownBy(() -> OperatorApp.start(own, Samples.CONFIG, Clock.systemUTC(), () -> {})).isInstanceOf(OperatorException.class);
    }

    @Test
    void aClusterWithoutTheDefinitionsIsNamed() {
        server.expect().get().withPath("/apis/remuda.dev/v1beta1/restores?limit=500").andReturn(404, "404 page not found").always();
        KubernetesClient own = server.createClient();
        assertThatThrownBy(() -> OperatorApp.start(own, Samples.CONFIG, Clock.systemUTC(), () -> {}))
                .satisfies(error -> assertThat(OperatorApp.missing(error)).hasValueSatisfying(
                        words -> assertThat(words).contains("apply the files of crds/").contains("/apis/remuda.dev/v1beta1/restores")));
    }

    @Test
    void aFailedReconcileIsTriedAgainForEverAndAtLeastTwiceAMinute() {
        var tries = OperatorApp.retry().initExecution();
        for (int i = 0; i < 1_000; i++) {
            assertThat(tries.nextDelay()).hasValueSatisfying(delay -> assertThat(delay).isBetween(1L, 30_000L));
        }
    }

    @Test
    void aProcessWithoutItsSettingsEndsAndNamesTheMissingOne() throws Exception {
        assertThat(saysWithoutSettings("text")).contains("ERROR OperatorApp: REMUDA_WORKER_IMAGE is not set").doesNotContain("\tat ");
    }

    @Test
    void aLogAsJsonHasALineForEachEvent() throws Exception {
        JsonNode line = new ObjectMapper().readTree(saysWithoutSettings("json"));
        assertThat(line.path("level").asText()).isEqualTo("ERROR");
        assertThat(line.path("loggerName").asText()).isEqualTo("dev.remuda.OperatorApp");
        assertThat(line.path("formattedMessage").asText()).startsWith("REMUDA_WORKER_IMAGE is not set");
        assertThat(line.path("timestamp").asLong()).isPositive();
    }

    @Test
    void aLogFormatThatIsNoneIsNamedInALogThatCanBeRead() throws Exception {
        assertThat(saysWithoutSettings("xml")).contains("ERROR OperatorApp: REMUDA_LOG_FORMAT is 'xml': it must be text or json");
    }

    private static String saysWithoutSettings(String logFormat) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(), "-cp", System.getProperty("java.class.path"), "dev.remuda.Main", "operator");
        builder.environment().keySet().removeIf(name -> name.startsWith("REMUDA_"));
        builder.environment().put("REMUDA_LOG_FORMAT", logFormat);
        Process process = builder.redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(2);
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    private OperatorApp start(int port) throws IOException {
        OperatorConfig c = Samples.CONFIG;
        OperatorConfig config = new OperatorConfig(
                c.namespaces(), c.workerImage(), c.imagePullPolicy(), c.startDeadline(), c.archivePoll(), port, c.leaderElection(), Optional.empty(), c.leaseNamespace());
        return OperatorApp.start(server.createClient(), config, Clock.systemUTC(), () -> {});
    }

    private static HttpResponse<String> get(OperatorApp operator, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://localhost:" + operator.healthPort() + path);
            return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
