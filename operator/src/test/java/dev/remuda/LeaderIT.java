package dev.remuda;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.Test;

import dev.remuda.config.OperatorConfig;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Kubelet;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/** Two replicas of the operator, of which one works. */
class LeaderIT {
    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final String namespace = server.createNamespace("leader");
    private final Kubelet kubelet = new Kubelet(client, namespace);

    @Test
    void onlyTheLeaderActsAndWhoHasLostTheLeaseIsTold() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        OperatorApp first = start(closed::countDown);
        String leader = holder();

        CountDownLatch lost = new CountDownLatch(1);
        try (OperatorApp second = start(lost::countDown)) {
            assertThat(second.healthPort()).isPositive();
            assertThat(holder()).isEqualTo(leader);

            Instant before = Instant.now();
            first.close();
            client.resource(Samples.in(namespace, Samples.policy())).create();
            client.resource(Samples.in(namespace, Samples.backup())).create();
            kubelet.job("monday-1");
            assertThat(Duration.between(before, Instant.now())).as("a lease that is given back need not expire").isLessThan(Duration.ofSeconds(12));
            assertThat(holder()).isNotEqualTo(leader);
            assertThat(closed.getCount()).as("who is closed has not lost its lease").isOne();

            edit(lease -> {
                lease.getSpec().setHolderIdentity("another");
                lease.getSpec().setRenewTime(ZonedDateTime.now().plusHours(1));
            });
            assertThat(lost.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private OperatorApp start(Runnable leaseLost) throws IOException {
        OperatorConfig config = new OperatorConfig(
                Set.of(namespace), Samples.CONFIG.workerImage(), Samples.CONFIG.imagePullPolicy(), Samples.CONFIG.startDeadline(), Samples.CONFIG.archivePoll(), 0, true, namespace);
        return OperatorApp.start(server.adminClient(), config, Clock.systemUTC(), leaseLost);
    }

    private String holder() {
        return kubelet.await(Lease.class, "remuda", lease -> lease.getSpec().getHolderIdentity() != null).getSpec().getHolderIdentity();
    }

    private void edit(Consumer<Lease> change) {
        client.resources(Lease.class).inNamespace(namespace).withName("remuda").edit(lease -> {
            change.accept(lease);
            return lease;
        });
    }
}
