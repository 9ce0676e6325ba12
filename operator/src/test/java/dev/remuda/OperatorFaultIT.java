package dev.remuda;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.NameRef;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.TierSpec;
import dev.remuda.config.OperatorConfig;
import dev.remuda.job.Names;
import dev.remuda.support.ApiServer;
import dev.remuda.support.MovingClock;
import dev.remuda.support.Robot;
import dev.remuda.support.Samples;
import dev.remuda.task.RestoreStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An operator that does not hear the answer to each of the things that it writes in the lives of a scheduled Backup, a Restore and a purge, that dies
 * some writes later, and another one that takes over. One operator does so in many namespaces, in each of them at another moment.
 */
class OperatorFaultIT {
    private static final TierSpec HOURLY = new TierSpec("hourly", "0 * * * *", new RetentionSpec("1h", null, null), null);
    private static final int LIVES_ON = 3;
    private static final int MORE_THAN_IT_WRITES = 1_000;

    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final Instant slot = Instant.now().truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));
    private final MovingClock clock = new MovingClock(slot.plusSeconds(10));
    private final Set<String> over = new HashSet<>();
    private final Robot robot = new Robot(client, clock, "fault-");

    /** What the SDK says of a write that fails, some thousand times. */
    private final Logger noise = (Logger) LoggerFactory.getLogger("io.javaoperatorsdk");
    private final Level usual = noise.getLevel();

    @BeforeEach
    void quiet() {
        noise.setLevel(Level.OFF);
    }

    @AfterEach
    void loud() {
        noise.setLevel(usual);
        robot.close();
    }

    @Test
    void whereverOneDiesTheNextComesToTheSameEnd() throws IOException {
        String undisturbed = live(server.createNamespace("fault"));
        Faults none = new Faults(Map.of(undisturbed, new Fault(MORE_THAN_IT_WRITES, MORE_THAN_IT_WRITES)));
        run(none, () -> isOver(undisturbed));
        int writes = none.counts.get(undisturbed).get();
        List<String> wanted = facts(undisturbed);
        assertThat(wanted).as("whole").contains("Backup " + Names.scheduled("horses", slot) + " Completed", "Backup back-safety Completed", "Restore back Completed", "Job horses-maintain-1")
                .noneMatch(fact -> fact.contains("Backup old"));

        Map<String, Fault> faults = new TreeMap<>();
        for (int deafAt = 1 - LIVES_ON; deafAt <= writes; deafAt++) {
            faults.put(live(server.createNamespace("fault")), new Fault(deafAt, deafAt + LIVES_ON));
        }
        Faults all = new Faults(faults);
        run(all, () -> faults.keySet().stream().allMatch(namespace -> all.dead.contains(namespace) || isOver(namespace)));
        run(new Faults(Map.of()), () -> faults.keySet().stream().allMatch(this::isOver));
        assertThat(all.dead).as("namespaces in which one died").hasSizeGreaterThan(writes * 3 / 4);
        faults.forEach((namespace, fault) -> assertThat(facts(namespace)).as("%s in %s", fault, namespace).isEqualTo(wanted));
    }

    /** Somebody changes each resource right before the operator writes to it, three times; then a write succeeds. */
    @Test
    void aRivalThatIsQuickerIsWaitedOut() throws IOException {
        String namespace = live(server.createNamespace("fault"));
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        Logger all = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        all.addAppender(said);
        Rival rival = new Rival();
        try {
            run(rival, () -> isOver(namespace));
        } finally {
            all.detachAppender(said);
        }
        assertThat(facts(namespace)).contains("Backup back-safety Completed", "Restore back Completed", "Job horses-maintain-1").noneMatch(fact -> fact.contains("Backup old"));
        assertThat(said.list).as("errors").noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.ERROR));
        assertThat(rival.interferences.get()).as("conflicts").isGreaterThan(10);
        assertThat(rival.writes.get()).as("writes to resources").isLessThan(100);
    }

    @Test
    void whatHasOurNamesAndIsNotOursIsNeitherChangedNorTaken() throws IOException {
        String namespace = server.createNamespace("fault");
        client.resource(Samples.in(namespace, Samples.policy())).create();
        backup(namespace, "monday");
        List<HasMetadata> foreign = List.of(
                client.resource(job(namespace, "tuesday-1")).create(), client.resource(job(namespace, "back-preflight-1")).create());
        Backup taken = Samples.in(namespace, Samples.backup());
        taken.getMetadata().setName("third-safety");
        taken.setSpec(new BackupSpec(new NameRef("cows"), null, null, null));
        client.resource(taken).create();
        Backup tuesday = Samples.in(namespace, Samples.backup());
        tuesday.getMetadata().setName("tuesday");
        client.resource(tuesday).create();
        for (String name : List.of("back", "third")) {
            Restore restore = Samples.in(namespace, Samples.restore(RestoreStrategy.Swap, null, "horses"));
            restore.getMetadata().setName(name);
            client.resource(restore).create();
        }
        run(new Interceptor() {}, () -> Stream.of("back", "third").allMatch(name -> phase(Restore.class, namespace, name) == Phase.Failed)
                && phase(Backup.class, namespace, "tuesday") == Phase.Failed);
        assertThat(reason(client.resources(Backup.class).inNamespace(namespace).withName("tuesday").get().getStatus().conditions())).isEqualTo("NameTaken");
        assertThat(Stream.of("back", "third").map(name -> reason(client.resources(Restore.class).inNamespace(namespace).withName(name).get().getStatus().conditions())))
                .containsOnly("NameTaken");
        assertThat(foreign).allSatisfy(known -> assertThat(client.resource(known).get().getMetadata().getResourceVersion()).isEqualTo(known.getMetadata().getResourceVersion()));
        Backup after = client.resources(Backup.class).inNamespace(namespace).withName("third-safety").get();
        assertThat(after.getSpec()).isEqualTo(taken.getSpec());
        assertThat(after.getMetadata().getLabels()).isNullOrEmpty();
        assertThat(after.getMetadata().getOwnerReferences()).isEmpty();
    }

    /** Somebody's, which never runs. */
    private static Job job(String namespace, String name) {
        return new JobBuilder().withNewMetadata().withName(name).withNamespace(namespace).endMetadata().withNewSpec().withSuspend(true).withNewTemplate().withNewSpec()
                .withRestartPolicy("Never").addNewContainer().withName("c").withImage("i").endContainer().endSpec().endTemplate().endSpec().build();
    }

    private <T extends HasMetadata> Phase phase(Class<T> kind, String namespace, String name) {
        T found = client.resources(kind).inNamespace(namespace).withName(name).get();
        return switch (found) {
            case Backup backup when backup.getStatus() != null -> backup.getStatus().phase();
            case Restore restore when restore.getStatus() != null -> restore.getStatus().phase();
            default -> null;
        };
    }

    private static String reason(List<Condition> conditions) {
        return conditions.getFirst().getReason();
    }

    private final class Rival implements Interceptor {
        private static final int TIMES = 3;
        private static final Pattern RESOURCE = Pattern.compile("/apis/remuda.dev/v1beta1/namespaces/(fault[^/]+)/([^/]+)/([^/]+)(/status)?");

        private final Map<String, AtomicInteger> times = new ConcurrentHashMap<>();
        private final AtomicInteger interferences = new AtomicInteger();
        private final AtomicInteger writes = new AtomicInteger();

        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            Matcher path = RESOURCE.matcher(request.uri().getPath());
            if (request.method().equals("GET") || !path.matches()) {
                return;
            }
            writes.incrementAndGet();
            if (times.computeIfAbsent(request.uri().getPath(), name -> new AtomicInteger()).incrementAndGet() <= TIMES) {
                interferences.incrementAndGet();
                HttpClient http = client.getHttpClient();
                String annotation = "{\"metadata\": {\"annotations\": {\"rival\": \"" + interferences.get() + "\"}}}";
                URI resource = URI.create(request.uri().toString().replaceFirst("/status.*|[?].*", ""));
                http.sendAsync(http.newHttpRequestBuilder().uri(resource).method("PATCH", "application/merge-patch+json", annotation).build(), String.class).join();
            }
        }
    }

    /** Numbers of writes that the API server has heard: the one whose answer is lost, and the last one. */
    private record Fault(int deafAt, int diesAfter) {}

    private void run(Interceptor between, BooleanSupplier end) throws IOException {
        OperatorConfig c = Samples.CONFIG;
        OperatorConfig config = new OperatorConfig(Set.of(), c.workerImage(), c.imagePullPolicy(), Duration.ofDays(30), c.archivePoll(), 0, false, Optional.empty(), "default");
        try (OperatorApp operator = OperatorApp.start(server.adminClient(between), config, clock, () -> {})) {
            assertThat(operator.healthPort()).isPositive();
            Awaitility.await().pollInterval(Duration.ofMillis(100)).atMost(Duration.ofMinutes(2)).until(end::getAsBoolean);
        }
    }

    /** A policy whose backup is due, a Restore of another one, and an old Backup whose time is over. */
    private String live(String namespace) {
        BackupPolicy policy = Samples.in(namespace, Samples.policy());
        policy.setSpec(Samples.with(policy.getSpec(), HOURLY));
        client.resource(policy).create();
        backup(namespace, "old", "hourly");
        backup(namespace, "monday");
        client.resource(Samples.in(namespace, Samples.restore(RestoreStrategy.Swap, null, "horses"))).create();
        return namespace;
    }

    private void backup(String namespace, String name, String... tiers) {
        Backup backup = Samples.in(namespace, Samples.backup());
        backup.getMetadata().setName(name);
        backup.setSpec(new BackupSpec(new NameRef("horses"), List.of(tiers), null, null));
        Backup made = client.resource(backup).create();
        made.setStatus(Samples.completed(slot.minus(Duration.ofDays(2)), "stables/" + namespace + "/horses/" + name + "/", tiers.length == 0 ? null : tiers[0], null));
        client.resource(made).updateStatus();
    }

    private boolean isOver(String namespace) {
        return over.contains(namespace) || looksOver(namespace) && over.add(namespace);
    }

    private boolean looksOver(String namespace) {
        Restore restore = client.resources(Restore.class).inNamespace(namespace).withName("back").get();
        BackupPolicy policy = client.resources(BackupPolicy.class).inNamespace(namespace).withName("horses").get();
        return restore.getStatus() != null && restore.getStatus().phase() != null && restore.getStatus().phase().isFinal() && restore.getMetadata().getFinalizers().isEmpty()
                && restore.getStatus().steps().stream().anyMatch(step -> step.name() == StepName.Report && step.finishedAt() != null)
                && policy.getStatus() != null && policy.getStatus().maintenance() != null && !policy.getStatus().maintenance().job().underWay()
                && policy.getStatus().retention().kept() == 2 && policy.getStatus().lastBackup() != null
                && client.resources(Backup.class).inNamespace(namespace).withName("old").get() == null;
    }

    /** All that there is and what it says, without what differs by time or place. */
    private List<String> facts(String namespace) {
        List<String> facts = new ArrayList<>();
        client.resources(Backup.class).inNamespace(namespace).list().getItems().forEach(backup -> {
            facts.add("Backup " + name(backup) + " " + backup.getStatus().phase());
            assertThat(backup.getStatus().attempts()).allSatisfy(attempt -> assertThat(attempt.settledBy()).isNull());
        });
        client.resources(Restore.class).inNamespace(namespace).list().getItems().forEach(restore -> {
            facts.add("Restore " + name(restore) + " " + restore.getStatus().phase());
            restore.getStatus().steps().forEach(step -> facts.add("Step " + step.name() + " " + step.attempt() + " " + step.reason()));
        });
        client.resources(Job.class).inNamespace(namespace).list().getItems().forEach(job -> facts.add("Job " + name(job)));
        client.v1().events().inNamespace(namespace).list().getItems().stream()
                .map(event -> "Event " + event.getInvolvedObject().getName() + " " + event.getReason())
                .forEach(facts::add);
        return facts.stream().sorted().toList();
    }

    private static String name(HasMetadata resource) {
        return resource.getMetadata().getName();
    }

    /** Counts what is written in each namespace, and lets nothing more leave for it after the one after which the operator dies. */
    private final class Faults implements Interceptor {
        private static final Pattern NAMESPACE = Pattern.compile("/namespaces/([^/]+)/");

        private final Map<String, Fault> faults;
        private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
        private final Set<String> dead = ConcurrentHashMap.newKeySet();

        Faults(Map<String, Fault> faults) {
            this.faults = faults;
        }

        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            Matcher path = NAMESPACE.matcher(request.uri().getPath());
            if (request.method().equals("GET") || !path.find() || !faults.containsKey(path.group(1))) {
                return;
            }
            String namespace = path.group(1);
            Fault fault = faults.get(namespace);
            int count = counts.computeIfAbsent(namespace, name -> new AtomicInteger()).incrementAndGet();
            if (count == fault.deafAt()) {
                send(request);
            }
            if (count > fault.diesAfter()) {
                dead.add(namespace);
            }
            if (count == fault.deafAt() || count > fault.diesAfter()) {
                builder.uri(URI.create("http://127.0.0.1:1/"));
            }
        }

        /** By another way, so that the answer does not come back. */
        private void send(HttpRequest request) {
            HttpClient http = client.getHttpClient();
            String type = Stream.of("Content-Type", "content-type").map(request::header).filter(header -> header != null).findFirst().orElse("application/json");
            String body = request.bodyString() == null ? "" : request.bodyString();
            http.sendAsync(http.newHttpRequestBuilder().uri(request.uri()).method(request.method(), type, body).build(), String.class).join();
        }
    }
}
