package dev.remuda.cluster;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.Mounts;
import dev.remuda.job.Outcome;
import dev.remuda.job.Owner;
import dev.remuda.observability.Failures;
import dev.remuda.observability.Tally;
import dev.remuda.support.ApiServer;
import dev.remuda.support.KnownFleet;
import dev.remuda.support.Samples;
import dev.remuda.task.SettleTask;

import static org.assertj.core.api.Assertions.assertThat;

/** What Kubernetes' real Job controller tells of a Job, and what the door to the cluster makes of it. */
class JobControllerIT {

    /** With a quota that allows no Pod. */
    @Test
    void whyAJobGetsNoPodIsReadFromItsEvents() throws Exception {
        try (ApiServer server = ApiServer.withControllers("job-controller")) {
            KubernetesClient client = server.admin();
            String namespace = server.createNamespace("quota");
            Map<String, Quantity> none = Map.of("pods", new Quantity("0"));
            ResourceQuota quota = client.resource(new ResourceQuotaBuilder()
                            .withNewMetadata()
                            .withName("none")
                            .withNamespace(namespace)
                            .endMetadata()
                            .withNewSpec()
                            .withHard(none)
                            .endSpec()
                            .build())
                    .create();
            // The quota controller would write this.
            client.resource(new ResourceQuotaBuilder(quota).withNewStatus().withHard(none).withUsed(none).endStatus().build()).updateStatus();
            Tally tally = new Tally(() -> new KnownFleet(true, List.of(), List.of(), List.of()));
            KubernetesCluster cluster = new KubernetesCluster(client, Clock.systemUTC(), new Failures(new SimpleMeterRegistry()), tally, notice -> {});
            Backup backup = client.resource(Samples.in(namespace, Samples.backup())).create();
            Mounts mounts = new Mounts();
            SettleTask task = new SettleTask(mounts.store(Samples.storage()), "p/");
            cluster.create(new JobBuilding(Samples.CONFIG).build(Owner.of(backup), "monday-1", "settle", task, mounts, JobTemplateSpec.EMPTY, Duration.ofHours(1)));

            Awaitility.await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(50)).untilAsserted(
                    () -> assertThat(cluster.job(namespace, "monday-1").orElseThrow().outcome(Instant.now()))
                            .isInstanceOfSatisfying(Outcome.Waiting.class, waiting -> {
                                assertThat(waiting.reason()).isEqualTo("FailedCreate");
                                assertThat(waiting.message()).contains("is forbidden: exceeded quota: none");
                            }));
        }
    }
}
