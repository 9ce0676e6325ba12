package dev.remuda.support;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.fabric8.kubernetes.api.model.Pod;

/** Kills, deletes and cuts off whatever works on the stage, at random, every few seconds, until it is stopped. */
public final class Mischief implements Runnable {
    private static final Duration BETWEEN = Duration.ofSeconds(4);

    private final Stage stage;
    private final List<Detour> ways;
    private final Random random;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Map<String, Integer> done = new TreeMap<>();

    /** One kind of it. @return whether there was something to do it to */
    private interface Deed {
        boolean onto() throws Exception;
    }

    private record Kind(String words, int weight, Deed deed) {}

    public Mischief(Stage stage, List<Detour> ways, long seed) {
        this.stage = stage;
        this.ways = ways;
        this.random = new Random(seed);
    }

    public void stop() {
        stopped.countDown();
    }

    /** What was done how often. */
    public synchronized Map<String, Integer> done() {
        return Map.copyOf(done);
    }

    @Override
    public void run() {
        List<Kind> kinds = List.of(
                new Kind("a worker was killed", 6, () -> kill("/java")),
                new Kind("a pg_dump was killed", 3, () -> kill("/pg_dump")),
                new Kind("a pg_restore was killed", 3, () -> kill("/pg_restore")),
                new Kind("a Pod was deleted by force", 4, this::deletePod),
                new Kind("a Job was deleted", 3, this::deleteJob),
                new Kind("a Pod was evicted", 3, this::evict),
                new Kind("connections to the database were reset", 4, this::resetDatabase),
                new Kind("backends were terminated", 2, this::terminate),
                new Kind("the store was away for three seconds", 3, this::storeAway),
                new Kind("the operator was killed", 2, this::killOperator));
        try {
            while (!stopped.await(BETWEEN.toMillis(), TimeUnit.MILLISECONDS)) {
                Kind kind = pick(kinds);
                if (kind.deed().onto()) {
                    synchronized (this) {
                        done.merge(kind.words(), 1, Integer::sum);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Kind pick(List<Kind> kinds) {
        int at = random.nextInt(kinds.stream().mapToInt(Kind::weight).sum());
        for (Kind kind : kinds) {
            at -= kind.weight();
            if (at < 0) {
                return kind;
            }
        }
        throw new AssertionError();
    }

    private boolean kill(String program) throws Exception {
        Optional<ProcessHandle> victim = pod().flatMap(pod -> Victim.program(pod, program));
        if (victim.isPresent() && victim.get().isAlive()) {
            Victim.asRoot("sh", "-c", "kill -KILL " + victim.get().pid() + " || true");
        }
        return victim.isPresent();
    }

    private boolean deletePod() {
        Optional<Pod> pod = pod();
        pod.ifPresent(one -> stage.kubectl("delete", "pod", one.getMetadata().getName(), "--grace-period=0", "--force", "--ignore-not-found"));
        return pod.isPresent();
    }

    private boolean deleteJob() {
        Optional<Pod> pod = pod();
        pod.ifPresent(one -> stage.kubectl("delete", "job", one.getMetadata().getLabels().get("job-name"), "--ignore-not-found"));
        return pod.isPresent();
    }

    private boolean evict() {
        Optional<Pod> pod = pod();
        pod.ifPresent(one -> stage.cluster().client().pods().inNamespace(stage.namespace()).withName(one.getMetadata().getName()).evict());
        return pod.isPresent();
    }

    private boolean resetDatabase() {
        way().database().reset();
        return true;
    }

    private boolean terminate() {
        return !stage.postgres().ask(
                "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname LIKE 'remuda%' OR application_name = 'pg_dump'").isEmpty();
    }

    private boolean storeAway() throws InterruptedException {
        FaultyStore store = way().store();
        store.down();
        stopped.await(3, TimeUnit.SECONDS);
        store.up();
        return true;
    }

    private boolean killOperator() {
        stage.cluster().killOperator();
        return true;
    }

    private Detour way() {
        return ways.get(random.nextInt(ways.size()));
    }

    private Optional<Pod> pod() {
        List<Pod> working = stage.cluster().client().pods().inNamespace(stage.namespace()).withLabel("remuda.dev/task").list().getItems().stream()
                .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
                .toList();
        return working.isEmpty() ? Optional.empty() : Optional.of(working.get(random.nextInt(working.size())));
    }
}
