package dev.remuda;

import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.informers.impl.cache.Reflector;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Phase;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Kubelet;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.support.Wire;

import static org.assertj.core.api.Assertions.assertThat;

/** A network between the operator and the API server that cuts connections, or lets them vanish without telling anybody. */
class NetworkIT {
    private static final Interceptor NOTHING = new Interceptor() {};

    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final String namespace = server.createNamespace("network");
    private final Kubelet kubelet = new Kubelet(client, namespace);
    private final Wire wire = wire();

    @AfterEach
    void close() throws IOException {
        wire.close();
    }

    @Test
    void connectionsThatAreResetAgainAndAgainLoseNothing() throws IOException {
        try (OperatorApp operator = start(NOTHING)) {
            assertThat(operator.healthPort()).isPositive();
            wire.cut();
            client.resource(Samples.in(namespace, Samples.policy())).create();
            client.resource(Samples.in(namespace, Samples.backup())).create();
            kubelet.job("monday-1");
            wire.cut();
            kubelet.pod("monday-1", Pods::running);
            wire.cut();
            kubelet.backup("monday", Phase.Running);
            kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
            wire.cut();
            kubelet.backup("monday", Phase.Completed);
        }
        assertOnce("monday");
    }

    /**
     * The watches are silent from the moment at which a Job is to be created: it is not seen in any cache, and neither is its Pod. New resources are
     * seen when the watches are opened anew, which the client does every five to ten minutes; here it is told to do so sooner.
     */
    @Test
    void connectionsThatVanishWithoutAWordAreNotMissedForEver() throws Exception {
        Field renewal = Reflector.class.getDeclaredField("MIN_TIMEOUT");
        renewal.setAccessible(true);
        long usual = renewal.getLong(null);
        assertThat(Duration.ofSeconds(usual * 2)).as("documented as the bound").isEqualTo(Duration.ofMinutes(10));
        renewal.setLong(null, 6L);
        AtomicBoolean once = new AtomicBoolean();
        Interceptor vanishing = new Interceptor() {
            @Override
            public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
                if (request.method().equals("POST") && request.uri().getPath().endsWith("/jobs") && once.compareAndSet(false, true)) {
                    wire.swallow();
                }
            }
        };
        try (OperatorApp operator = start(vanishing)) {
            assertThat(operator.healthPort()).isPositive();
            wire.cut(); // the start leaves a dozen idle connections, each of which would cost the first request a timeout
            client.resource(Samples.in(namespace, Samples.policy())).create();
            kubelet.await(BackupPolicy.class, "horses", policy -> policy.getStatus() != null);
            client.resource(Samples.in(namespace, Samples.backup())).create();
            Awaitility.await().untilTrue(once);
            Backup later = Samples.in(namespace, Samples.backup());
            later.getMetadata().setName("later");
            client.resource(later).create();
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> client.resources(Job.class).inNamespace(namespace).withName("monday-1").get() != null);
            kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
            Awaitility.await("a resource that was made meanwhile is seen").atMost(Duration.ofSeconds(60))
                    .until(() -> client.resources(Job.class).inNamespace(namespace).withName("later-1").get() != null);
            kubelet.pod("later-1", job -> Pods.reported(job, Samples.backedUp()));
            kubelet.backup("monday", Phase.Completed);
            kubelet.backup("later", Phase.Completed);
        } finally {
            renewal.setLong(null, usual);
        }
        assertOnce("monday");
        assertOnce("later");
    }

    private void assertOnce(String backup) {
        assertThat(client.resources(Job.class).inNamespace(namespace).list().getItems()).extracting(job -> job.getMetadata().getName())
                .filteredOn(name -> name.startsWith(backup)).containsExactly(backup + "-1");
        assertThat(client.v1().events().inNamespace(namespace).list().getItems()).filteredOn(event -> event.getInvolvedObject().getName().equals(backup)).hasSize(1);
        assertThat(kubelet.backup(backup, Phase.Completed).getStatus().attempts()).singleElement().satisfies(attempt -> assertThat(attempt.settledBy()).isNull());
    }

    private OperatorApp start(Interceptor between) throws IOException {
        return OperatorApp.start(server.adminClient(wire, between), Samples.config(namespace), Clock.systemUTC(), () -> {});
    }

    private Wire wire() {
        try {
            return new Wire(server.port());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
