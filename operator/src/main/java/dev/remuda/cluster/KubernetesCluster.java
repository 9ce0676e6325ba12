package dev.remuda.cluster;

import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Occasion;
import dev.remuda.api.Phase;
import dev.remuda.job.Cluster;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;
import dev.remuda.job.Labels;
import dev.remuda.job.Names;
import dev.remuda.job.Outcome;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.observability.Failures;
import dev.remuda.observability.Notice;
import dev.remuda.observability.Tally;
import dev.remuda.task.Catalogued;
import dev.remuda.task.Json;
import dev.remuda.task.Progress;
import dev.remuda.task.Reason;

/** A {@link Cluster} behind the fabric8 client. */
public final class KubernetesCluster implements Cluster {
    /** How many resources a watch asks for at once when it begins: an answer with all of a large fleet would take more memory than the fleet itself. */
    public static final long PAGE = 500;

    private static final Logger LOG = LoggerFactory.getLogger(KubernetesCluster.class);
    private static final int MAX_EVENT_MESSAGE = 1024;
    private static final int LINES_HEARD = 100;

    /** What stands in no status. */
    private static final Set<String> TROUBLES = Set.of(Outcome.Waiting.NOT_CREATED, "FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox");

    /** The kubelet tells a trouble that lasts at least every two minutes; the Job controller rests longer before it tries again. */
    private static final Duration LASTING = Duration.ofMinutes(3);

    private final KubernetesClient client;
    private final Clock clock;
    private final Failures failures;
    private final Tally tally;
    private final Consumer<Notice> notices;

    /** @param notices hears what somebody may want to be told of, each thing once */
    public KubernetesCluster(KubernetesClient client, Clock clock, Failures failures, Tally tally, Consumer<Notice> notices) {
        this.client = client;
        this.clock = clock;
        this.failures = failures;
        this.tally = tally;
        this.notices = notices;
    }

    @Override
    public Optional<JobView> job(String namespace, String name) {
        Optional<Job> job = Optional.ofNullable(client.batch().v1().jobs().inNamespace(namespace).withName(name).get());
        Optional<Pod> pod = client.pods().inNamespace(namespace).withLabel(JobSources.JOB_NAME, name).list().getItems().stream()
                .filter(known -> JobView.owns(job, known))
                .findFirst();
        if (job.isEmpty() && pod.isEmpty()) {
            return Optional.empty();
        }
        JobView view = new JobView(name, job, pod);
        boolean unexplained = view.outcome(clock.instant()) instanceof Outcome.Waiting waiting && waiting.trouble().isEmpty();
        return Optional.of(unexplained ? new JobView(name, job, pod, trouble(pod.<HasMetadata>map(made -> made).or(() -> job).orElseThrow())) : view);
    }

    /**
     * What the Job controller was answered when it last tried to make a Pod (no such service account, a quota, a policy of the namespace), or
     * what keeps the kubelet from starting that.
     */
    private Optional<Outcome.Waiting> trouble(HasMetadata about) {
        try {
            return lastTrouble(about);
        } catch (KubernetesClientException e) {
            LOG.debug("the Events of {} {}/{} cannot be read: {}", about.getKind(), about.getMetadata().getNamespace(), about.getMetadata().getName(), e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Outcome.Waiting> lastTrouble(HasMetadata about) {
        return client.v1().events().inNamespace(about.getMetadata().getNamespace())
                .withField("involvedObject.uid", about.getMetadata().getUid())
                .withField("type", "Warning")
                .list()
                .getItems()
                .stream()
                .filter(event -> TROUBLES.contains(event.getReason()))
                .filter(event -> !passed(event, clock.instant()))
                .max(Comparator.comparing(event -> Objects.requireNonNullElse(event.getLastTimestamp(), "")))
                .map(event -> new Outcome.Waiting(event.getReason(), event.getMessage()));
    }

    /** Whether what the Event tells is over. */
    static boolean passed(Event event, Instant now) {
        return event.getLastTimestamp() != null
                && !event.getReason().equals(Outcome.Waiting.NOT_CREATED)
                && Instant.parse(event.getLastTimestamp()).plus(LASTING).isBefore(now);
    }

    @Override
    public void create(Job job) {
        try {
            client.resource(job).create();
            LOG.info("created Job {}/{}", job.getMetadata().getNamespace(), job.getMetadata().getName());
        } catch (KubernetesClientException e) {
            throw refused(e);
        }
    }

    @Override
    public Optional<Progress> progress(String namespace, String pod) {
        try {
            String log = client.pods().inNamespace(namespace).withName(pod).inContainer(JobBuilding.WORKER).tailingLines(LINES_HEARD).getLog();
            return log == null ? Optional.empty() : log.lines().filter(line -> line.contains(Progress.MARK)).reduce((earlier, later) -> later).flatMap(line -> said(line, Progress.MARK, Progress.class));
        } catch (KubernetesClientException e) {
            LOG.debug("the log of Pod {}/{} cannot be read: {}", namespace, pod, e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public List<Catalogued> catalogued(String namespace, String pod) {
        try {
            String log = client.pods().inNamespace(namespace).withName(pod).inContainer(JobBuilding.WORKER).getLog();
            return log == null ? List.of() : log.lines().flatMap(line -> said(line, Catalogued.MARK, Catalogued.class).stream()).toList();
        } catch (KubernetesClientException e) {
            LOG.warn("the log of Pod {}/{} cannot be read: {}", namespace, pod, e.getMessage());
            return List.of();
        }
    }

    /** What a worker wrote behind the mark. */
    private static <T> Optional<T> said(String line, String mark, Class<T> type) {
        int at = line.indexOf(mark);
        try {
            return at < 0 ? Optional.empty() : Optional.of(Json.read(line.substring(at + mark.length()), type));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // cut off, or of another version
        }
    }

    @Override
    public Optional<Backup> backup(String namespace, String name) {
        return Optional.ofNullable(backups(namespace, name).get());
    }

    @Override
    public void create(Backup backup) {
        try {
            client.resource(backup).create();
            LOG.info("created Backup {}/{}", backup.getMetadata().getNamespace(), backup.getMetadata().getName());
        } catch (KubernetesClientException e) {
            throw refused(e);
        }
    }

    @Override
    public List<Backup> backups(String namespace) {
        return client.resources(Backup.class).inNamespace(namespace).list().getItems();
    }

    @Override
    public void updateStatus(HasMetadata resource) {
        unlessGone(() -> patchStatus(client, resource, false));
    }

    /**
     * Writes what this operator knows of the status, if nobody has changed the resource since it was read.
     *
     * @param first whether the resource has no status yet
     */
    static <R extends HasMetadata> R patchStatus(KubernetesClient client, R resource, boolean first) {
        Object status = ((CustomResource<?, ?>) resource).getStatus();
        return client.resource(resource).subresource("status").patch(PatchContext.of(PatchType.JSON), StatusPatch.of(resource, status, first));
    }

    @Override
    public void amend(HasMetadata resource) {
        ObjectMeta wanted = resource.getMetadata();
        List<Map<String, Object>> patch = List.of(
                replacing("resourceVersion", wanted.getResourceVersion()), // a conflict, when it is not that any more
                replacing("labels", Objects.requireNonNullElse(wanted.getLabels(), Map.of())),
                replacing("annotations", Objects.requireNonNullElse(wanted.getAnnotations(), Map.of())),
                replacing("finalizers", wanted.getFinalizers()),
                replacing("ownerReferences", wanted.getOwnerReferences()));
        unlessGone(() -> client.resource(resource).patch(PatchContext.of(PatchType.JSON), Serialization.asJson(patch)));
    }

    /** Unlike a merge, it also takes away what is not there any more. */
    private static Map<String, Object> replacing(String field, Object value) {
        return Map.of("op", "add", "path", "/metadata/" + field, "value", value);
    }

    @Override
    public void deleteBackup(String namespace, String name, String uid) {
        Backup found = backups(namespace, name).get();
        if (found == null || !uid.equals(found.getMetadata().getUid())) {
            return;
        }
        if (Labels.isDeletedWithData(found) || found.hasFinalizer(Labels.PURGE)) {
            found.getMetadata().setLabels(Labels.deletedWithData(found, false)); // else the finalizer would come back
            found.removeFinalizer(Labels.PURGE);
            amend(found);
        }
        Backup left = backups(namespace, name).get();
        if (left != null && uid.equals(left.getMetadata().getUid())) {
            unlessGone(() -> client.resource(left).lockResourceVersion().delete());
            LOG.info("deleted Backup {}/{}", namespace, name);
            if (left.getStatus() != null && left.getStatus().phase() == Phase.Deleting) { // a Failed one was deleted because there are too many
                tally.add(left, Tally.Count.PURGED);
            }
        }
    }

    private Resource<Backup> backups(String namespace, String name) {
        return client.resources(Backup.class).inNamespace(namespace).withName(name);
    }

    private static void unlessGone(Runnable write) {
        try {
            write.run();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw refused(e);
            }
        }
    }

    /** An answer, and none that says the API server is away, is a refusal. */
    private static RuntimeException refused(KubernetesClientException e) {
        if (e.getCode() <= 0) {
            return e;
        }
        boolean namespaceEnds = Optional.ofNullable(e.getStatus())
                .map(Status::getDetails)
                .filter(details -> details.getCauses().stream().anyMatch(cause -> "NamespaceTerminating".equals(cause.getReason())))
                .isPresent();
        return new Refusal(e.getCode(), e.getStatus() == null ? e.getMessage() : e.getStatus().getMessage(), namespaceEnds);
    }

    @Override
    public void delete(String namespace, String job) {
        unlessGone(() -> client.batch().v1().jobs().inNamespace(namespace).withName(job).withPropagationPolicy(DeletionPropagation.BACKGROUND).delete());
        LOG.info("deleted Job {}/{}", namespace, job);
    }

    @Override
    public void tell(HasMetadata about, Step.Tell words) {
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        try {
            client.resource(new EventBuilder()
                            .withNewMetadata()
                            .withName(Names.event(about.getMetadata().getName(), about.getMetadata().getUid(), words.reason() + " " + words.message()))
                            .withNamespace(about.getMetadata().getNamespace())
                            .endMetadata()
                            .withNewInvolvedObject()
                            .withApiVersion(about.getApiVersion())
                            .withKind(about.getKind())
                            .withName(about.getMetadata().getName())
                            .withNamespace(about.getMetadata().getNamespace())
                            .withUid(about.getMetadata().getUid())
                            .endInvolvedObject()
                            .withType(words.warning() ? "Warning" : "Normal")
                            .withReason(words.reason())
                            .withMessage(shorten(words.message()))
                            .withFirstTimestamp(now)
                            .withLastTimestamp(now)
                            .withCount(1)
                            .withNewSource()
                            .withComponent("remuda")
                            .endSource()
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return; // told already, before the operator was started anew
            }
            if (e.getCode() <= 0) {
                throw e; // the API server is away: the status is not written either, and both are tried again
            }
            LOG.warn("no Event for {} {}/{}: {}", about.getKind(), about.getMetadata().getNamespace(), about.getMetadata().getName(), e.getMessage());
        }
        LOG.info("{} {}/{}: {}: {}", about.getKind(), about.getMetadata().getNamespace(), about.getMetadata().getName(), words.reason(), words.message());
        if (words.warning()) {
            failures.count(about.getMetadata().getNamespace(), about.getKind(), words.reason());
        }
        if (about instanceof Backup backup) {
            attempt(backup, words);
        }
        if (words.occasion() != null) {
            notices.accept(new Notice(
                    words.occasion(), about.getMetadata().getNamespace(), policy(about), about.getKind(), about.getMetadata().getName(), words.reason(), words.message(),
                    Instant.parse(now)));
        }
    }

    /** Each attempt is told of once, when it has ended; what is told of a Backup beside that has no Reason, or there was no attempt. */
    private void attempt(Backup backup, Step.Tell words) {
        if (words.occasion() == Occasion.Succeeded) {
            tally.add(backup, Tally.Count.SUCCEEDED);
        } else if (words.warning() && isReason(words.reason()) && backup.getStatus() != null && !backup.getStatus().attempts().isEmpty()) {
            tally.add(backup, Tally.Count.FAILED);
        }
    }

    private static boolean isReason(String word) {
        return Stream.of(Reason.values()).anyMatch(reason -> reason.name().equals(word));
    }

    /** Whose it is, where the resource itself says so. */
    private static String policy(HasMetadata about) {
        return switch (about) {
            case BackupPolicy policy -> policy.getMetadata().getName();
            case Backup backup -> backup.getSpec().policyRef().name();
            default -> null;
        };
    }

    private static String shorten(String message) {
        return message.length() <= MAX_EVENT_MESSAGE ? message : message.substring(0, MAX_EVENT_MESSAGE - 1) + "…";
    }
}
