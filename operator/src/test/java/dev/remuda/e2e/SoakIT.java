package dev.remuda.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.support.Comeback;
import dev.remuda.support.Detour;
import dev.remuda.support.Fault;
import dev.remuda.support.Mischief;
import dev.remuda.support.Racing;
import dev.remuda.support.S3Call;
import dev.remuda.support.Stage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Half an hour of Backups and Restores while all that they need fails at random. In the end each resource is in a final phase, every Backup that
 * says Completed gives its database back, and nothing is left over. {@code make soak} runs it.
 */
@Tag("soak")
class SoakIT {
    private static final Stage STAGE = Stage.shared();
    private static final Duration AT_MOST = Duration.ofMinutes(Long.getLong("soak.minutes", 30));
    private static final int BACKUPS_AND_RESTORES = Integer.getInteger("soak.count", 500);
    private static final long SEED = Long.getLong("soak.seed", System.nanoTime());
    private static final int A_RESTORE_EVERY = 8;
    private static final int AT_ONCE = 6;
    private static final int POLICIES = 4;

    private final Random random = new Random(SEED);
    private final List<String> databases = IntStream.range(0, POLICIES).mapToObj(i -> Racing.create(STAGE.postgres())).toList();
    private final List<Detour> ways = databases.stream().map(each -> new Detour(STAGE)).toList();
    private final List<String> completed = Collections.synchronizedList(new ArrayList<>());
    private final List<String> restores = new ArrayList<>();
    private final List<String> backups = new ArrayList<>();

    @Test
    void nothingIsSilentlyLost() throws Exception {
        Instant began = Instant.now();
        for (int i = 0; i < POLICIES; i++) {
            policy("soak-" + i, databases.get(i), ways.get(i));
            trouble(ways.get(i), i);
        }
        Mischief mischief = new Mischief(STAGE, ways, SEED);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> devil = threads.submit(mischief);
            work(threads, began.plus(AT_MOST));
            mischief.stop();
            devil.get();
        }
        ways.forEach(way -> way.store().heal());
        Duration worked = Duration.between(began, Instant.now());

        assertNothingIsLeft();
        int equal = assertAllComeBack();
        report(worked, mischief, equal);
    }

    private void work(ExecutorService threads, Instant end) throws InterruptedException, ExecutionException {
        Semaphore room = new Semaphore(AT_ONCE);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 1; i <= BACKUPS_AND_RESTORES && Instant.now().isBefore(end); i++) {
            room.acquire();
            boolean restore = i % A_RESTORE_EVERY == 0 && !completed.isEmpty();
            String source = restore ? completed.get(random.nextInt(completed.size())) : null;
            String name = (restore ? "soak-back-" : "soak-" + random.nextInt(POLICIES) + "-") + i;
            (restore ? restores : backups).add(name);
            all.add(threads.submit(() -> {
                try {
                    if (restore) {
                        restore(name, source);
                    } else {
                        backup(name);
                    }
                } finally {
                    room.release();
                }
            }));
        }
        for (Future<?> each : all) {
            each.get();
        }
    }

    private void backup(String name) {
        STAGE.backup(name, name.substring(0, name.lastIndexOf('-')));
        if (STAGE.await(name, seen -> seen.getStatus() != null && seen.getStatus().hasEnded(), Duration.ofMinutes(15)).getStatus().phase() == Phase.Completed) {
            completed.add(name);
        }
    }

    private void restore(String name, String source) {
        String target = name.replace('-', '_');
        STAGE.restore(name, source, "strategy: Create\ntarget: {name: " + target + "}");
        Restore ended = STAGE.endedRestore(name, Duration.ofMinutes(15));
        boolean there = !STAGE.postgres().ask("postgres", "SELECT 1 FROM pg_database WHERE datname = '" + target + "'").isEmpty();
        assertThat(there).as(name + ": " + ended.getStatus().conditions()).isEqualTo(ended.getStatus().phase() == Phase.Completed);
        if (there) {
            assertThat(Racing.checksums(STAGE.postgres(), target)).as(name).isEqualTo(Racing.checksums(STAGE.postgres(), databaseOf(source)));
            STAGE.postgres().run("postgres", "DROP DATABASE " + target + " WITH (FORCE)");
        }
    }

    private String databaseOf(String backup) {
        return databases.get(Integer.parseInt(backup.split("-")[1]));
    }

    /** Of the network and the store, all the time. */
    private static void trouble(Detour way, int number) {
        long seed = SEED + number;
        way.store().onAny().chance(0.01, seed).then(Fault.answer(503, "SlowDown"));
        way.store().onAny().chance(0.01, seed + 1).then(Fault.answer(500, "InternalError"));
        way.store().onAny().chance(0.01, seed + 2).then(Fault.answerLost());
        way.store().on(S3Call.UploadPart).chance(0.03, seed + 3).then(Fault.resetRequest(100_000));
        way.store().on(S3Call.UploadPart).chance(0.02, seed + 4).then(Fault.flipRequest(1_000));
        way.store().on(S3Call.GetObject).chance(0.03, seed + 5).then(Fault.cutResponse(100));
        way.store().on(S3Call.PutObject).chance(0.01, seed + 6).then(Fault.answer(403, "AccessDenied"));
        way.store().onAny().chance(0.02, seed + 7).then(Fault.delay(Duration.ofSeconds(2)));
    }

    private void assertNothingIsLeft() {
        List<Backup> all = backups.stream().map(STAGE::backup).toList();
        assertThat(all).allSatisfy(backup -> {
            assertThat(backup.getStatus().hasEnded()).as(backup.getMetadata().getName()).isTrue();
            assertThat(STAGE.busyJobs(backup)).as(backup.getMetadata().getName()).isEmpty();
            assertThat(backup.getStatus().conditions().getFirst().getMessage()).isNotBlank();
        });
        List<String> expected = all.stream().map(Backup::getStatus)
                .filter(status -> status.phase() == Phase.Completed)
                .flatMap(status -> List.of(status.location().dataKey(), status.location().prefix() + "manifest.json").stream())
                .sorted()
                .toList();
        String root = "demo/" + STAGE.namespace() + "/soak-";
        assertThat(STAGE.bucket().keys(root).stream().filter(key -> !key.contains("/restores/")).sorted()).as("what is stored is what is Completed").isEqualTo(expected);
        assertThat(STAGE.bucket().unfinished(root)).isEmpty();
        Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(
                () -> assertThat(STAGE.postgres().ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'remuda%' OR datname LIKE 'soak%'")).isEmpty());
        assertThat(STAGE.postgres().ask("postgres", "SELECT slot_name FROM pg_replication_slots")).isEmpty();
        assertThat(STAGE.cluster().client().pods().inNamespace(STAGE.namespace()).withLabel("remuda.dev/task").list().getItems())
                .allSatisfy(pod -> assertThat(pod.getStatus().getPhase()).isIn("Succeeded", "Failed"));
    }

    /** @return how many */
    private int assertAllComeBack() throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newFixedThreadPool(POLICIES)) {
            List<Future<?>> all = new ArrayList<>();
            completed.forEach(name -> all.add(threads.submit(() -> Comeback.assertSame(STAGE, STAGE.backup(name), databaseOf(name)))));
            for (Future<?> each : all) {
                each.get(10, TimeUnit.MINUTES);
            }
            return all.size();
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    private void report(Duration worked, Mischief mischief, int equal) throws IOException {
        Map<String, Long> ends = new TreeMap<>(backups.stream().map(STAGE::backup).map(Backup::getStatus)
                .collect(Collectors.groupingBy(status -> "Backups " + status.phase() + (status.phase() == Phase.Completed ? " in attempt " + status.attempts().size()
                        : ": " + status.conditions().getFirst().getReason()), Collectors.counting())));
        ends.putAll(restores.stream().map(STAGE::restore).collect(Collectors.groupingBy(
                restore -> "Restores " + restore.getStatus().phase() + ": " + restore.getStatus().conditions().getFirst().getReason(), Collectors.counting())));
        Map<String, Long> failures = new TreeMap<>(backups.stream().map(STAGE::backup).map(Backup::getStatus).map(BackupStatus::attempts).flatMap(List::stream)
                .filter(attempt -> attempt.reason() != null)
                .collect(Collectors.groupingBy(attempt -> "failed attempts: " + attempt.reason(), Collectors.counting())));
        List<String> lines = new ArrayList<>();
        lines.add("Seed " + SEED + ", " + worked.toMinutes() + " min " + worked.toSecondsPart() + " s: " + backups.size() + " Backups, " + restores.size() + " Restores");
        ends.forEach((what, count) -> lines.add("  " + count + " " + what));
        failures.forEach((what, count) -> lines.add("  " + count + " " + what));
        new TreeMap<>(mischief.done()).forEach((what, count) -> lines.add("  " + count + " times " + what));
        lines.add("  " + equal + " of " + completed.size() + " Completed Backups came back equal; nothing was left in bucket, server and cluster");
        Files.write(Path.of("target", "soak.txt"), lines);
        lines.forEach(System.out::println);
    }

    private static void policy(String name, String database, Detour way) {
        STAGE.apply(Stage.plainPolicyYaml(name, database, way.changes(), "retry: {limit: 3, backoff: 2s}\ntimeout: 10m\nfailedBackupsHistoryLimit: 1000\n"));
    }
}
