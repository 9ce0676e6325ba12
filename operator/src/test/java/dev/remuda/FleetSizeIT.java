package dev.remuda;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.fabric8.kubernetes.client.KubernetesClient;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupPolicyStatus.Catalogue;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.NameRef;
import dev.remuda.api.StoreJob;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Changes;
import dev.remuda.support.Folders;
import dev.remuda.support.Samples;
import dev.remuda.support.Started;

import static org.assertj.core.api.Assertions.assertThat;

/** How much memory an operator needs for a fleet, and how long a scrape takes; {@code make fleet} prints it. The process is that of the image, with the chart's limit. */
@Tag("bench")
class FleetSizeIT {
    private static final int POLICIES = Integer.getInteger("fleet.policies", 5_000);
    private static final int BACKUPS_OF_EACH = Integer.getInteger("fleet.backups", 3);
    private static final int AT_ONCE = 16;
    private static final int PORT = ApiServer.freePort();
    private static final long LIMIT_MIB = Long.getLong("fleet.mib", 384);

    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final String namespace = server.createNamespace("fleet");
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void thousandsOfPolicies() throws Exception {
        create();
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Instant began = Instant.now();
        // As in the image; half of the limit for the heap.
        Started operator = Started.program(
                List.of(java.toString(), "-XX:+UseSerialGC", "-Xmx" + LIMIT_MIB / 2 + "m", "-XX:+ExitOnOutOfMemoryError", "-jar", Folders.repository().resolve("operator/target/remuda-operator.jar").toString(), "operator"),
                Map.of("KUBECONFIG", server.kubeconfig().toString(), "REMUDA_WORKER_IMAGE", "remuda:bench", "REMUDA_NAMESPACES", namespace, "REMUDA_LEADER_ELECTION", "false",
                        "REMUDA_HEALTH_PORT", Integer.toString(PORT)),
                Folders.log("fleet"));
        Awaitility.await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofMillis(100)).failFast("the operator has ended, see its log", () -> !operator.isAlive()).until(() -> status("/readyz") == 200);
        Duration ready = Duration.between(began, Instant.now());
        Awaitility.await().atMost(Duration.ofMinutes(10)).pollInterval(Duration.ofSeconds(2)).failFast("the operator has ended, see its log", () -> !operator.isAlive()).until(
                () -> scraped().lines().filter(line -> line.startsWith("remuda_policy_ready{")).count() == POLICIES);
        Duration settled = Duration.between(began, Instant.now());

        List<Long> scrapes = new ArrayList<>();
        String page = "";
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            page = scraped();
            scrapes.add(Duration.ofNanos(System.nanoTime() - start).toMillis());
        }
        long series = page.lines().filter(line -> line.contains("policy=\"")).count();
        String said = "%d policies, %d Backups: ready after %d s, all looked at after %d s; %d MiB resident at most of a limit of %d, %d MiB live on the heap; %d series (%.1f a policy), %d KiB a scrape, in %s ms".formatted(
                POLICIES, POLICIES * BACKUPS_OF_EACH, ready.toSeconds(), settled.toSeconds(), resident(operator.handle().pid()), LIMIT_MIB, live(operator.handle().pid()), series, (double) series / POLICIES, page.length() / 1024, scrapes);
        System.out.println(said);
        Files.writeString(Path.of("target", "fleet.txt"), said + "\n");
        assertThat(operator.isAlive()).as(operator.output()).isTrue();
        operator.kill();
    }

    private void create() throws Exception {
        Instant now = Instant.now();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < POLICIES; i++) {
                String name = "policy-" + i;
                all.add(threads.submit(() -> policy(name, now)));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
    }

    private void policy(String name, Instant now) {
        BackupPolicy policy = Samples.in(namespace, Samples.policy());
        policy.getMetadata().setName(name);
        policy.setSpec(Changes.in(policy.getSpec(), Map.of("objectives", Map.of("rpo", "6h", "rto", "1h"))));
        BackupPolicy made = client.resource(policy).create();
        made.setStatus(new BackupPolicyStatus(
                null, null, null, null, null, null, null, null, null, new Catalogue(new StoreJob(1, name + "-catalogue-1", now, now, null, null, 0), null, null, 0, now, null), null, null));
        client.resource(made).updateStatus();
        for (int i = 0; i < BACKUPS_OF_EACH; i++) {
            Backup backup = Samples.in(namespace, Samples.backup());
            backup.getMetadata().setName(name + "-" + i);
            backup.setSpec(new BackupSpec(new NameRef(name), null, null, null));
            Backup there = client.resource(backup).create();
            there.setStatus(Samples.completed(now.minusSeconds(60L * i), "p/" + name + "-" + i + "/", null, null));
            client.resource(there).updateStatus();
        }
    }

    private String scraped() throws IOException, InterruptedException {
        return http.send(request("/metrics"), BodyHandlers.ofString()).body();
    }

    private int status(String path) {
        try {
            return http.send(request(path), BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private static HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + PORT + path)).build();
    }

    /** What is on the heap when it was cleared of garbage: a limit decides how much more there may be. */
    private static long live(long pid) throws IOException, InterruptedException {
        Path log = Folders.log("histogram");
        Started.program(List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid), "GC.class_histogram"), Map.of(), log).exitCode();
        return Files.readAllLines(log).stream().filter(line -> line.startsWith("Total")).mapToLong(line -> Long.parseLong(line.split(" +")[2])).findFirst().orElseThrow() >> 20;
    }

    /** At most so far. */
    private static long resident(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream().filter(line -> line.startsWith("VmHWM:")).mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", ""))).findFirst().orElseThrow() / 1024;
    }
}
