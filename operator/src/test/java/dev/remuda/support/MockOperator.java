package dev.remuda.support;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import org.awaitility.Awaitility;

import dev.remuda.OperatorApp;

/** The whole operator on a mock server. */
public final class MockOperator implements AutoCloseable {
    private final KubernetesMockServer server;
    private final OperatorApp operator;

    public MockOperator(KubernetesMockServer server) throws IOException {
        this.server = server;
        this.operator = OperatorApp.start(server.createClient(), Samples.CONFIG, Clock.systemUTC(), () -> {});
    }

    public String metrics() throws IOException, InterruptedException {
        URI page = URI.create("http://localhost:" + operator.healthPort() + "/metrics");
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    /** The mock server blocks for a minute when a client goes away to whom it is just sending something. */
    @Override
    public void close() {
        AtomicInteger requests = new AtomicInteger();
        Awaitility.await().pollInterval(Duration.ofMillis(100)).until(() -> requests.getAndSet(server.getRequestCount()) == requests.get());
        operator.close();
    }
}
