package dev.remuda;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.BooleanSupplier;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Death;
import dev.remuda.support.Kubelet;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/** An operator that dies right before each of the things it writes in the life of a Backup, and another that takes over. */
class OperatorCrashIT {
    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final String namespace = server.createNamespace("crash");
    private final Kubelet kubelet = new Kubelet(client, namespace);

    /** The plan, the Job, that it was created, that it runs, the Event, that it is completed. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void theNextOperatorBringsTheBackupToTheSameEndWithOneJob(int lastWords) throws IOException {
        client.resource(Samples.in(namespace, Samples.policy())).create();
        client.resource(Samples.in(namespace, Samples.backup())).create();
        Death death = new Death(lastWords, request -> request.uri().getPath().matches(".*/(jobs|events|backups/[^/]+/status)"));
        try (OperatorApp dying = OperatorApp.start(server.adminClient(death), Samples.config(namespace), Clock.systemUTC(), () -> {})) {
            assertThat(dying.healthPort()).isPositive();
            playUntil(death::hasCome);
        }
        assertThat(phase()).isNotEqualTo(Phase.Completed);

        try (OperatorApp heir = OperatorApp.start(server.adminClient(), Samples.config(namespace), Clock.systemUTC(), () -> {})) {
            assertThat(heir.healthPort()).isPositive();
            playUntil(() -> phase() == Phase.Completed);
        }
        assertThat(kubelet.backup("monday", Phase.Completed).getStatus().attempts()).singleElement().satisfies(
                attempt -> assertThat(attempt.settledBy()).isNull());
        assertThat(client.resources(Job.class).inNamespace(namespace).list().getItems()).hasSize(1);
        assertThat(client.v1().events().inNamespace(namespace).list().getItems()).hasSize(1);
    }

    /** Runs the Job's Pod as soon as there is a Job, and ends it as soon as the Backup is known to run. */
    private void playUntil(BooleanSupplier end) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20)).until(() -> {
            if (phase() == Phase.Running) {
                kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
            } else if (phase() == Phase.Pending && client.resources(Job.class).inNamespace(namespace).withName("monday-1").get() != null) {
                kubelet.pod("monday-1", Pods::running);
            }
            return end.getAsBoolean();
        });
    }

    private Phase phase() {
        Backup backup = client.resources(Backup.class).inNamespace(namespace).withName("monday").get();
        return backup.getStatus() == null ? null : backup.getStatus().phase();
    }
}
