package dev.remuda.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import dev.remuda.support.Folders;
import dev.remuda.support.Racing;
import dev.remuda.support.Started;
import dev.remuda.task.BackupResult;
import dev.remuda.task.Compression;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.task.Result;
import dev.remuda.task.SettleResult;
import dev.remuda.task.Task;
import dev.remuda.task.WorkerProtocol;

import static org.assertj.core.api.Assertions.assertThat;

/** The worker as the process that it is in its Pod. */
class WorkerProcessIT {
    private static final Compression NONE = new Compression(Compression.Algorithm.None, 0);

    private final Bench bench = new Bench();
    private final Path folder = Folders.temporary("worker");
    private final Path resultFile = folder.resolve("result");

    private Started start(Task task, String... options) throws IOException {
        Map<String, String> environment = new HashMap<>(bench.environment(task));
        environment.put(WorkerProtocol.RESULT_FILE_VARIABLE, resultFile.toString());
        List<String> command = Stream.of(
                        Stream.of(ProcessHandle.current().info().command().orElseThrow()), Stream.of(options),
                        Stream.of("-Djava.io.tmpdir=" + folder, "-cp", System.getProperty("java.class.path"), "dev.remuda.Main", "worker"))
                .flatMap(part -> part)
                .toList();
        return Started.program(command, environment, folder.resolve("log"));
    }

    private Result result() throws IOException {
        return Json.read(Files.readString(resultFile), Result.class);
    }

    @Test
    void leavesItsResultAndEndsWithZero() throws Exception {
        Started worker = start(bench.backup(Racing.create(bench.postgres)));

        assertThat(worker.exitCode()).as(worker.output()).isZero();
        assertThat(result()).isInstanceOf(BackupResult.class);
        assertThat(worker.output()).doesNotContain("secret\" 100%", "a-key-of-the-tests");
    }

    @Test
    void leavesItsFailureAndEndsWithOne() throws Exception {
        Started worker = start(bench.backup("no_such"));

        assertThat(worker.exitCode()).isOne();
        assertThat(((FailureResult) result()).reason()).isEqualTo(Reason.DatabaseNotFound);
    }

    @Test
    void needsLittleMemoryForALargeDumpAndNoDisk() throws Exception {
        Started worker = start(bench.backup(bench.database(large()), bench.access(), NONE), "-Xmx64m", "-XX:+ExitOnOutOfMemoryError");
        AtomicLong most = new AtomicLong();
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> {
            most.accumulateAndGet(bytesIn(folder), Math::max);
            return !worker.isAlive();
        });

        assertThat(worker.exitCode()).as(worker.output()).isZero();
        assertThat(((BackupResult) result()).sizeBytes()).isGreaterThan(300_000_000L);
        assertThat(most.get()).as("bytes of files the worker wrote, its own libraries included").isLessThan(8_000_000L);
    }

    @Test
    void endedBySigtermItTakesBackWhatItStoredAndSaysSo() throws Exception {
        Started worker = start(bench.backup(bench.database(large()), bench.access(), NONE));
        Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10)).until(() -> bench.bucket.parts(bench.prefix) > 0);

        worker.handle().destroy();

        assertThat(worker.exitCode()).isNotZero();
        assertThat(((FailureResult) result()).message()).contains("told to stop (SIGTERM)");
        bench.requireNothingStored();
        assertThat(bench.postgres.ask("postgres", "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'remuda'")).containsExactly("0");
    }

    @Test
    void killedItLeavesNoWordAndWhatItStoredIsSettledLater() throws Exception {
        Started worker = start(bench.backup(bench.database(large()), bench.access(), NONE));
        Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10)).until(() -> bench.bucket.parts(bench.prefix) > 0);

        worker.kill();

        assertThat(resultFile).doesNotExist();
        assertThat(bench.run(bench.settle())).isEqualTo(new SettleResult(null, 0, 1));
        bench.requireNothingStored();
    }

    @Test
    void withoutATaskItSaysWhoStartsIt() {
        Result result = WorkerApp.work(Map.of(), new Stop());

        assertThat(((FailureResult) result).message()).contains("started by the operator").contains(WorkerProtocol.TASK_VARIABLE);
    }

    private String large() {
        return Racing.large(bench.postgres);
    }

    private static long bytesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(Path::toFile).mapToLong(file -> file.isFile() ? file.length() : 0).sum();
        } catch (java.io.UncheckedIOException e) {
            return 0; // a file went while we looked
        }
    }
}
