package dev.remuda;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Phase;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.TierSpec;
import dev.remuda.config.OperatorConfig;
import dev.remuda.job.Names;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Kubelet;
import dev.remuda.support.MovingClock;
import dev.remuda.support.Pods;
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
            assertThat(holder()).isEqualTo(leader);
            assertThat(leads(first)).isTrue();
            assertThat(leads(second)).as("whoever sums over both must not count twice").isFalse();

            Instant before = Instant.now();
            first.close();
            client.resource(Samples.in(namespace, Samples.policy())).create();
            client.resource(Samples.in(namespace, Samples.backup())).create();
            kubelet.job("monday-1");
            assertThat(Duration.between(before, Instant.now())).as("a lease that is given back need not expire").isLessThan(Duration.ofSeconds(12));
            assertThat(holder()).isNotEqualTo(leader);
            assertThat(leads(second)).isTrue();
            assertThat(closed.getCount()).as("who is closed has not lost its lease").isOne();

            edit(lease -> {
                lease.getSpec().setHolderIdentity("another");
                lease.getSpec().setRenewTime(ZonedDateTime.now().plusHours(1));
            });
            assertThat(lost.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** As when one is paused while it holds the lease, and acts once more. */
    @Test
    void twoLeadersForAMomentMakeOneBackupOfASlot() throws Exception {
        Instant slot = Instant.now().truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));
        MovingClock clock = new MovingClock(slot.minusSeconds(60));
        BackupPolicy policy = Samples.in(namespace, Samples.policy());
        policy.setSpec(Samples.with(policy.getSpec(), new TierSpec("hourly", "0 * * * *", new RetentionSpec("1h", null, null), null)));
        client.resource(policy).create();
        OperatorConfig config = Samples.config(namespace, Duration.ofDays(30)); // to this clock, Jobs are old when they are made
        try (OperatorApp one = OperatorApp.start(server.adminClient(), config, clock, () -> {});
                OperatorApp other = OperatorApp.start(server.adminClient(), config, clock, () -> {})) {
            assertThat(one.healthPort()).isNotEqualTo(other.healthPort());
            kubelet.await(BackupPolicy.class, "horses", known -> known.getStatus() != null && slot.equals(known.getStatus().nextBackup()));
            clock.forward(Duration.ofSeconds(90));
            client.resources(BackupPolicy.class).inNamespace(namespace).withName("horses").patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"timeout\": \"3h\"}}");
            String name = Names.scheduled("horses", slot);
            kubelet.pod(name + "-1", Pods::running);
            kubelet.pod(name + "-1", job -> Pods.reported(job, Samples.backedUp()));
            kubelet.backup(name, Phase.Completed);
            kubelet.await(BackupPolicy.class, "horses", known -> known.getStatus().lastBackup() != null && slot.equals(known.getStatus().tiers().getFirst().lastSlot()));
            assertThat(client.resources(Backup.class).inNamespace(namespace).list().getItems()).singleElement().satisfies(
                    made -> assertThat(made.getStatus().attempts()).singleElement().satisfies(attempt -> assertThat(attempt.settledBy()).isNull()));
            assertThat(client.resources(Job.class).inNamespace(namespace).list().getItems()).extracting(job -> job.getMetadata().getName()).containsExactlyInAnyOrder(name + "-1", "horses-catalogue-1");
            assertThat(client.v1().events().inNamespace(namespace).list().getItems()).extracting(Event::getReason).containsExactlyInAnyOrder("PolicyChanged", "Completed");
        }
    }

    private OperatorApp start(Runnable leaseLost) throws IOException {
        OperatorConfig config = new OperatorConfig(
                Set.of(namespace), Samples.CONFIG.workerImage(), Samples.CONFIG.imagePullPolicy(), Samples.CONFIG.startDeadline(), Samples.CONFIG.archivePoll(), 0, true, Optional.empty(), namespace);
        return OperatorApp.start(server.adminClient(), config, Clock.systemUTC(), leaseLost);
    }

    /** Whether it tells of the policies. */
    private static boolean leads(OperatorApp operator) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI metrics = URI.create("http://localhost:" + operator.healthPort() + "/metrics");
            return http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString()).body().contains("remuda_operator_leading 1.0");
        }
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
