package dev.remuda.support;

import java.io.IOException;
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

    /** The mock server blocks for a minute when a client goes away to whom it is just sending something. */
    @Override
    public void close() {
        AtomicInteger requests = new AtomicInteger();
        Awaitility.await().pollInterval(Duration.ofMillis(100)).until(() -> requests.getAndSet(server.getRequestCount()) == requests.get());
        operator.close();
    }
}
