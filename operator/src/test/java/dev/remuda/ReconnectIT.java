package dev.remuda;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Phase;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.RetrySpec;
import dev.remuda.api.TierSpec;
import dev.remuda.config.OperatorConfig;
import dev.remuda.job.Names;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Kubelet;
import dev.remuda.support.MovingClock;
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
            BackupPolicy policy = Samples.policy();
            policy.setSpec(Samples.retrying(policy.getSpec(), new RetrySpec(0, null)));
            client.resource(Samples.in(namespace, policy)).create();
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
            Awaitility.await().atMost(PATIENCE).until(() -> client.resources(Job.class).inNamespace(namespace).withName("waits-1").get() == null);
            client.pods().inNamespace(namespace).withLabel("batch.kubernetes.io/job-name", "waits-1").delete(); // nobody collects it here
            assertThat(kubelet.backup("waits", Phase.Failed).getStatus().conditions().getFirst().getReason()).isEqualTo("Unschedulable");
            Awaitility.await().atMost(PATIENCE).until(() -> status(operator, "/readyz") == 200);
        }
    }

    /** Long enough that a lease expires, while a worker ends and a slot comes. */
    @Test
    void anOutageOfMinutesLosesNothingAndMakesNothingTwice() throws Exception {
        Instant slot = Instant.now().truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));
        MovingClock clock = new MovingClock(slot.minusSeconds(60));
        OperatorConfig c = Samples.config(namespace, Duration.ofDays(30)); // to this clock, Jobs are old when they are made
        OperatorConfig leading = new OperatorConfig(c.namespaces(), c.workerImage(), c.imagePullPolicy(), c.startDeadline(), c.archivePoll(), 0, true, Optional.empty(), namespace);
        BackupPolicy policy = Samples.in(namespace, Samples.policy());
        policy.setSpec(Samples.with(policy.getSpec(), new TierSpec("hourly", "0 * * * *", new RetentionSpec("1h", null, null), null)));
        client.resource(policy).create();
        client.resource(named("runs")).create();
        CountDownLatch lost = new CountDownLatch(1);
        try (OperatorApp operator = OperatorApp.start(server.adminClient(), leading, clock, lost::countDown)) {
            kubelet.pod("runs-1", Pods::running);
            kubelet.backup("runs", Phase.Running);
            kubelet.await(BackupPolicy.class, "horses", known -> known.getStatus() != null && slot.equals(known.getStatus().nextBackup()));

            server.kill();
            Awaitility.await().atMost(PATIENCE).until(() -> status(operator, "/readyz") == 503);
            Awaitility.await().during(Duration.ofSeconds(20)).atMost(PATIENCE).until(() -> status(operator, "/healthz") == 200 && status(operator, "/readyz") == 503);
            assertThat(lost.await(10, TimeUnit.SECONDS)).as("the process ends when it cannot renew its lease").isTrue();
        }
        clock.forward(Duration.ofMinutes(5));
        server.run();
        server.awaitKinds();
        kubelet.pod("runs-1", job -> Pods.reported(job, Samples.backedUp()));
        try (OperatorApp operator = OperatorApp.start(server.adminClient(), leading, clock, () -> {})) { // the process is started anew
            kubelet.backup("runs", Phase.Completed);
            String due = Names.scheduled("horses", slot);
            kubelet.pod(due + "-1", job -> Pods.reported(job, Samples.backedUp()));
            kubelet.backup(due, Phase.Completed);
            Awaitility.await().atMost(PATIENCE).until(() -> status(operator, "/readyz") == 200);
            assertThat(client.resources(Backup.class).inNamespace(namespace).list().getItems()).hasSize(2)
                    .allSatisfy(backup -> assertThat(backup.getStatus().attempts()).singleElement().satisfies(attempt -> assertThat(attempt.settledBy()).isNull()));
            assertThat(client.resources(Job.class).inNamespace(namespace).list().getItems()).extracting(job -> job.getMetadata().getName())
                    .containsExactlyInAnyOrder("runs-1", due + "-1", "horses-catalogue-1");
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
