package dev.remuda.backup;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.http.RecordedRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.cluster.KubernetesCluster;
import dev.remuda.support.Kubelet;
import dev.remuda.support.MockOperator;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/** The whole operator on a mock server. */
@EnableKubernetesMockClient(crud = true)
class BackupReconcilerTest {
    private KubernetesMockServer server;
    private KubernetesClient client;
    private MockOperator operator;
    private Kubelet kubelet;

    @BeforeEach
    void start() throws IOException {
        operator = new MockOperator(server);
        kubelet = new Kubelet(client, Samples.NAMESPACE);
    }

    @AfterEach
    void stop() {
        operator.close();
    }

    /** In a log as JSON. */
    @Test
    void whatIsLoggedNamesTheResource() {
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        Logger logger = (Logger) LoggerFactory.getLogger(KubernetesCluster.class);
        logger.addAppender(said);
        try {
            client.resource(Samples.policy()).create();
            client.resource(Samples.backup()).create();
            kubelet.job("monday-1");
        } finally {
            logger.detachAppender(said);
        }
        assertThat(said.list).filteredOn(event -> event.getFormattedMessage().equals("created Job stable/monday-1")).singleElement().satisfies(event -> assertThat(event.getMDCPropertyMap())
                .containsEntry("resource.kind", "Backup").containsEntry("resource.namespace", "stable").containsEntry("resource.name", "monday"));
    }

    @Test
    void aBackupRunsToCompletedThroughEachPhase() {
        List<Phase> phases = new CopyOnWriteArrayList<>();
        try (var watch = client.resources(Backup.class).inNamespace(Samples.NAMESPACE).watch(new Phases(phases))) {
            assertThat(watch).isNotNull();
            client.resource(Samples.policy()).create();
            client.resource(Samples.backup()).create();
            kubelet.pod("monday-1", Pods::running);
            kubelet.backup("monday", Phase.Running);
            kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
            kubelet.backup("monday", Phase.Completed);
            Awaitility.await().untilAsserted(() -> assertThat(phases.stream().distinct()).containsExactly(Phase.Pending, Phase.Running, Phase.Completed));
        }
        assertThat(event("monday").getType()).isEqualTo("Normal");
        assertThat(event("monday").getReason()).isEqualTo("Completed");
        assertThat(client.batch().v1().jobs().inNamespace(Samples.NAMESPACE).list().getItems()).extracting(job -> job.getMetadata().getName())
                .containsExactlyInAnyOrder("monday-1", "horses-catalogue-1");
    }

    @Test
    void aBackupRunsToFailedAndTheUserIsToldWhy() {
        client.resource(Samples.policy()).create();
        client.resource(Samples.backup()).create();
        kubelet.pod("monday-1", job -> Pods.reported(job, new FailureResult(Reason.DatabaseNotFound, "database horses does not exist", false)));

        Backup failed = kubelet.backup("monday", Phase.Failed);
        assertThat(failed.getStatus().conditions()).singleElement().satisfies(condition -> {
            assertThat(condition.getReason()).isEqualTo("DatabaseNotFound");
            assertThat(condition.getMessage()).isEqualTo("database horses does not exist");
        });
        Event event = event("monday");
        assertThat(event.getType()).isEqualTo("Warning");
        assertThat(event.getReason()).isEqualTo("DatabaseNotFound");
        assertThat(event.getMessage()).isEqualTo("database horses does not exist");
        assertThat(event.getInvolvedObject().getUid()).isEqualTo(failed.getMetadata().getUid());
    }

    @Test
    void aBackupOfAPolicyThatComesLaterBeginsWhenItComes() {
        client.resource(Samples.backup()).create();
        Backup waiting = kubelet.backup("monday", Phase.Pending);
        assertThat(waiting.getStatus().conditions().getFirst().getReason()).isEqualTo("PolicyMissing");
        client.resource(Samples.policy()).create();
        kubelet.job("monday-1");
    }

    /** The Pod lacks the labels by which the caches find it, as if its watch lagged behind. */
    @Test
    void aResultThatNoWatchHasShownYetIsAskedForBeforeItIsCalledLost() {
        client.resource(Samples.policy()).create();
        client.resource(Samples.backup()).create();
        kubelet.pod("monday-1", job -> unseen(Pods.reported(job, Samples.backedUp())));
        Job job = kubelet.job("monday-1");
        client.resource(Pods.with(job, "Complete", null)).patchStatus();

        assertThat(kubelet.backup("monday", Phase.Completed).getStatus().attempts()).singleElement().satisfies(
                attempt -> assertThat(attempt.settledBy()).isNull());
    }

    @Test
    void aDeletedJobIsNoticedAndSettled() {
        client.resource(Samples.policy()).create();
        client.resource(Samples.backup()).create();
        kubelet.pod("monday-1", Pods::running);
        kubelet.backup("monday", Phase.Running);
        client.resource(kubelet.job("monday-1")).delete();
        client.pods().inNamespace(Samples.NAMESPACE).delete();
        kubelet.job("monday-1-settle");
    }

    @Test
    void noSecretIsEverAskedFor() throws InterruptedException {
        client.resource(Samples.policy()).create();
        client.resource(Samples.backup()).create();
        kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
        kubelet.backup("monday", Phase.Completed);

        int requests = 0;
        for (RecordedRequest request = next(); request != null; request = next()) {
            requests++;
            assertThat(request.getPath()).doesNotContain("/secrets");
        }
        assertThat(requests).isGreaterThan(10);
    }

    private RecordedRequest next() throws InterruptedException {
        return server.takeRequest(10, TimeUnit.MILLISECONDS);
    }

    private Event event(String about) {
        return Awaitility.await().pollInterval(Duration.ofMillis(20)).until(
                () -> client.v1().events().inNamespace(Samples.NAMESPACE).list().getItems().stream()
                        .filter(event -> about.equals(event.getInvolvedObject().getName()))
                        .findFirst()
                        .orElse(null),
                event -> event != null);
    }

    private static Pod unseen(Pod pod) {
        return new PodBuilder(pod)
                .editMetadata()
                .withLabels(Map.of("batch.kubernetes.io/job-name", "monday-1"))
                .endMetadata()
                .build();
    }

    private record Phases(List<Phase> seen) implements Watcher<Backup> {
        @Override
        public void eventReceived(Action action, Backup backup) {
            if (backup.getStatus() != null) {
                seen.add(backup.getStatus().phase());
            }
        }

        @Override
        public void onClose(WatcherException cause) {
            // The test closes it.
        }
    }
}
