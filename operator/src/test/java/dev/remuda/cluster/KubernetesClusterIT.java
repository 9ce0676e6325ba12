package dev.remuda.cluster;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.Occasion;
import dev.remuda.api.Restore;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.Labels;
import dev.remuda.job.Mounts;
import dev.remuda.job.Outcome;
import dev.remuda.job.Owner;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.observability.Failures;
import dev.remuda.observability.Notice;
import dev.remuda.observability.Tally;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Changes;
import dev.remuda.support.KnownFleet;
import dev.remuda.support.Kubelet;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.SettleTask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** The door to the cluster on a real API server. */
class KubernetesClusterIT {
    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final String namespace = server.createNamespace("cluster");
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final List<Notice> notices = new ArrayList<>();
    private final BackupPolicy policy = Samples.in(namespace, Samples.policy());
    private final Tally tally = new Tally(() -> new KnownFleet(true, List.of(policy), List.of(), List.of()));
    private final KubernetesCluster cluster = new KubernetesCluster(client, Clock.systemUTC(), new Failures(metrics), tally, notices::add);
    private final Backup backup = client.resource(Samples.in(namespace, Samples.backup())).create();

    @Test
    void whatIsCreatedIsFoundAndWhatIsDeletedIsGone() {
        assertThat(cluster.job(namespace, "monday-1")).isEmpty();
        cluster.create(job());
        assertThat(cluster.job(namespace, "monday-1")).hasValueSatisfying(view -> {
            assertThat(view.belongsTo(Owner.of(backup))).isTrue();
            assertThat(view.pod()).isEmpty();
        });
        new Kubelet(client, namespace).pod("monday-1", Pods::running);
        assertThat(cluster.job(namespace, "monday-1")).hasValueSatisfying(view -> assertThat(view.outcome(Instant.now())).isEqualTo(new Outcome.Running()));

        cluster.delete(namespace, "monday-1");
        cluster.delete(namespace, "monday-1");
        assertThat(cluster.job(namespace, "monday-1")).as("its Pod, which nobody collects here").hasValueSatisfying(view -> {
            assertThat(view.job()).isEmpty();
            assertThat(view.outcome(Instant.now())).isEqualTo(new Outcome.Running());
        });
    }

    @Test
    void aNameThatIsTakenIsARefusal() {
        cluster.create(job());
        assertThat(refusal(job()).isConflict()).isTrue();
    }

    @Test
    void labelsAndFinalizersComeAndGoUnlessSomebodyElseWasFaster() {
        Restore restore = client.resource(Samples.in(namespace, Samples.restore(RestoreStrategy.Create, null, null))).create();
        restore.getMetadata().setLabels(Labels.underWay(restore, true));
        restore.getMetadata().setFinalizers(List.of(Labels.CLEAN_UP));
        cluster.amend(restore);
        Restore marked = client.resource(restore).get();
        assertThat(Labels.isUnderWay(marked)).isTrue();
        assertThat(marked.getMetadata().getFinalizers()).containsExactly(Labels.CLEAN_UP);
        assertThat(catchThrowableOfType(Refusal.class, () -> cluster.amend(restore)).isConflict()).isTrue();

        marked.getMetadata().setLabels(Labels.underWay(marked, false));
        marked.getMetadata().setFinalizers(List.of());
        cluster.amend(marked);
        Restore bare = client.resource(restore).get();
        assertThat(bare.getMetadata().getLabels()).isNullOrEmpty();
        assertThat(bare.getMetadata().getFinalizers()).isEmpty();
        client.resource(bare).delete();
        cluster.amend(bare);
    }

    @Test
    void whatRetentionPurgedIsCountedAndWhatIsTooOldToBeListedIsNot() {
        backup.setStatus(Samples.failed(Instant.now()));
        cluster.deleteBackup(namespace, "monday", client.resource(backup).updateStatus().getMetadata().getUid());
        assertThat(counted()).containsExactlyInAnyOrder("remuda_purged_backups 0", "remuda_backup_attempts succeeded 0", "remuda_backup_attempts failed 0");

        Backup purged = client.resource(Samples.in(namespace, Samples.backup())).create();
        purged.setStatus(Changes.in(Samples.completed(Instant.now(), "p/", null, null), Map.of("phase", "Deleting")));
        client.resource(purged).updateStatus();
        cluster.deleteBackup(namespace, "monday", purged.getMetadata().getUid());
        cluster.deleteBackup(namespace, "monday", purged.getMetadata().getUid());
        assertThat(counted()).contains("remuda_purged_backups 1");
    }

    @Test
    void attemptsAreCountedByWhatBecameOfThem() {
        cluster.tell(backup, new Step.Tell(true, "PolicyMissing", "nothing was tried"));
        assertThat(counted()).contains("remuda_backup_attempts failed 0");
        backup.setStatus(Samples.failed(Instant.now()));
        cluster.tell(backup, new Step.Tell(true, "PodLost", "attempt 1 of 2 failed"));
        cluster.tell(backup, new Step.Tell(true, "PodLost", "attempt 1 of 2 failed"));
        cluster.tell(backup, new Step.Tell(true, "PurgeFailed", "no attempt"));
        cluster.tell(backup, new Step.Tell(false, "Completed", "all of it", Occasion.Succeeded));
        assertThat(counted()).contains("remuda_backup_attempts succeeded 1", "remuda_backup_attempts failed 1");
    }

    private List<String> counted() {
        return tally.collect().stream()
                .flatMap(metric -> ((CounterSnapshot) metric).getDataPoints().stream().map(point ->
                        Stream.of(metric.getMetadata().getName(), point.getLabels().get("result"), String.valueOf((long) point.getValue())).filter(Objects::nonNull).collect(Collectors.joining(" "))))
                .toList();
    }

    @Test
    void allBackupsOfTheNamespaceAreListed() {
        assertThat(cluster.backups(namespace)).extracting(found -> found.getMetadata().getName()).containsExactly("monday");
    }

    @Test
    void anInvalidJobIsARefusalForEver() {
        Job invalid = new JobBuilder(job()).editMetadata().addToLabels("no label", "x").endMetadata().build();
        Refusal refusal = refusal(invalid);
        assertThat(refusal.isFinal()).isTrue();
        assertThat(refusal).hasMessageContaining("no label");
    }

    @Test
    void aNamespaceThatGoesAwayIsARefusalForNow() {
        client.namespaces().withName(namespace).delete();
        Refusal refusal = refusal(job());
        assertThat(refusal.isFinal()).isFalse();
        assertThat(refusal.isConflict()).isFalse();
        assertThat(refusal).hasMessageContaining("being terminated");
    }

    @Test
    void theSameWordsAreToldOnce() {
        Step.Tell words = new Step.Tell(true, "DumpFailed", "x".repeat(5_000), Occasion.Failed);
        cluster.tell(backup, words);
        cluster.tell(backup, words);
        cluster.tell(backup, new Step.Tell(false, "Completed", "m"));
        assertThat(notices).singleElement().satisfies(notice -> {
            assertThat(notice.occasion()).isEqualTo(Occasion.Failed);
            assertThat(notice.policy()).isEqualTo("horses");
            assertThat(notice.message()).as("whole").hasSize(5_000);
        });
        assertThat(client.v1().events().inNamespace(namespace).list().getItems()).hasSize(2);
        assertThat(metrics.get("remuda.failures").counters()).singleElement().satisfies(counter -> {
            assertThat(counter.count()).as("told twice by an operator that was started anew, but once failed").isOne();
            assertThat(counter.getId().getTag("reason")).isEqualTo("DumpFailed");
            assertThat(counter.getId().getTag("kind")).isEqualTo("Backup");
        });
    }

    /** As the kubelet was seen to tell of a ConfigMap that does not exist. */
    @Test
    void whyAPodDoesNotStartIsReadFromItsEvents() {
        cluster.create(job());
        Kubelet kubelet = new Kubelet(client, namespace);
        kubelet.pod("monday-1", known -> Pods.waiting(known, "ContainerCreating", null));
        Pod pod = cluster.job(namespace, "monday-1").orElseThrow().pod().orElseThrow();
        client.resource(event(pod, "Pulled", "Normal", ago(1), "Container image is present")).create();
        client.resource(event(pod, "FailedMount", "Warning", ago(3), "earlier")).create();
        client.resource(event(pod, "FailedMount", "Warning", ago(2), "configmap \"ca\" not found")).create();

        assertThat(cluster.job(namespace, "monday-1").orElseThrow().outcome(Instant.now()))
                .isEqualTo(new Outcome.Waiting("FailedMount", "configmap \"ca\" not found"));
    }

    /** The kubelet would tell it again. */
    @Test
    void aTroubleThatIsOverExplainsNothing() {
        cluster.create(job());
        new Kubelet(client, namespace).pod("monday-1", known -> Pods.waiting(known, "ContainerCreating", null));
        Pod pod = cluster.job(namespace, "monday-1").orElseThrow().pod().orElseThrow();
        client.resource(event(pod, "FailedMount", "Warning", ago(200), "failed to sync secret cache")).create();

        assertThat(cluster.job(namespace, "monday-1").orElseThrow().outcome(Instant.now())).isInstanceOfSatisfying(
                Outcome.Waiting.class, waiting -> assertThat(waiting.reason()).isEqualTo("ContainerCreating"));
    }

    private static String ago(int seconds) {
        return Instant.now().minusSeconds(seconds).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static Event event(Pod about, String reason, String type, String at, String message) {
        return new EventBuilder()
                .withNewMetadata()
                .withGenerateName("e-")
                .withNamespace(about.getMetadata().getNamespace())
                .endMetadata()
                .withNewInvolvedObject()
                .withKind("Pod")
                .withNamespace(about.getMetadata().getNamespace())
                .withName(about.getMetadata().getName())
                .withUid(about.getMetadata().getUid())
                .endInvolvedObject()
                .withReason(reason)
                .withType(type)
                .withLastTimestamp(at)
                .withMessage(message)
                .build();
    }

    private Refusal refusal(Job job) {
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> cluster.create(job));
        assertThat(refusal).isNotNull();
        return refusal;
    }

    private Job job() {
        Mounts mounts = new Mounts();
        SettleTask task = new SettleTask(mounts.store(Samples.storage()), "p/");
        return new JobBuilding(Samples.CONFIG).build(Owner.of(backup), "monday-1", "settle", task, mounts, JobTemplateSpec.EMPTY, Duration.ofHours(1));
    }
}
