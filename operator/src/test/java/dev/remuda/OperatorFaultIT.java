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
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
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
 * An operator that is killed after each of the things that it writes in the lives of a scheduled Backup, a Restore and a purge, and another one that
 * takes over; and one that lives on but does not hear the answer. One operator does so in many namespaces, in each of them at another moment.
 */
class OperatorFaultIT {
    private static final TierSpec HOURLY = new TierSpec("hourly", "0 * * * *", new RetentionSpec("1h", null, null), null);
    private static final int MORE_THAN_IT_WRITES = 1_000;

    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final Instant slot = Instant.now().truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1));
    private final MovingClock clock = new MovingClock(slot.plusSeconds(10));
    private final Set<String> over = new HashSet<>();
    private final Robot robot = new Robot(client, clock, "fault-");

    /** What the SDK says of a write that fails, some thousand times. */
    private final Logger noise = (Logger) LoggerFactory.getLogger("io.javaoperatorsdk");

    @BeforeEach
    void quiet() {
        noise.setLevel(Level.OFF);
    }

    @AfterEach
    void loud() {
        noise.setLevel(null);
        robot.close();
    }

    @Test
    void whereverOneDiesTheNextComesToTheSameEnd() throws IOException {
        String undisturbed = live(server.createNamespace("fault"));
        Faults none = new Faults(Map.of(undisturbed, new Fault(MORE_THAN_IT_WRITES, true)));
        run(none, () -> isOver(undisturbed));
        int writes = none.counts.get(undisturbed).get();
        List<String> wanted = facts(undisturbed);
        assertThat(wanted).as("whole").contains("Backup " + Names.scheduled("horses", slot) + " Completed", "Backup back-safety Completed", "Restore back Completed", "Job horses-maintain-1")
                .noneMatch(fact -> fact.contains("Backup old"));

        Map<String, Fault> faults = new TreeMap<>();
        for (int at = 1; at <= writes; at++) {
            faults.put(live(server.createNamespace("fault")), new Fault(at, true));
            faults.put(live(server.createNamespace("fault")), new Fault(at, false));
        }
        Faults all = new Faults(faults);
        run(all, () -> faults.keySet().stream().allMatch(namespace -> all.dead.contains(namespace) || isOver(namespace)));
        run(new Faults(Map.of()), () -> faults.keySet().stream().allMatch(this::isOver));
        assertThat(all.dead).as("namespaces in which one died").hasSizeGreaterThan(writes * 3 / 4);
        faults.forEach((namespace, fault) -> assertThat(facts(namespace)).as("%s in %s", fault, namespace).isEqualTo(wanted));
    }

    /** The API server has heard the write of that number, whose answer is lost. @param dies or whether the operator lives on */
    private record Fault(int at, boolean dies) {}

    private void run(Interceptor between, BooleanSupplier end) throws IOException {
        OperatorConfig c = Samples.CONFIG;
        OperatorConfig config = new OperatorConfig(Set.of(), c.workerImage(), c.imagePullPolicy(), Duration.ofDays(30), c.archivePoll(), 0, false, "default");
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
                && policy.getStatus() != null && policy.getStatus().maintenance() != null && !policy.getStatus().maintenance().underWay()
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

    /** Counts what is written in each namespace, and lets nothing more leave for it after the one with which the operator dies. */
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
            if (count == fault.at()) {
                send(request);
            }
            if (count >= fault.at() && fault.dies()) {
                dead.add(namespace);
            }
            if (count == fault.at() || dead.contains(namespace)) {
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
