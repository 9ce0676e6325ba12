package dev.remuda.e2e;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Condition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.support.Comeback;
import dev.remuda.support.Detour;
import dev.remuda.support.Fault;
import dev.remuda.support.FaultTable;
import dev.remuda.support.FaultyLink.Direction;
import dev.remuda.support.Racing;
import dev.remuda.support.S3Call;
import dev.remuda.support.Stage;

import static dev.remuda.support.Fault.answer;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What store, network and database server can do to a Backup and a Restore on a real cluster; each has a way of its own to both, which fails in
 * its own manner. Too many for each run of the suite, which has them without a cluster: {@code make faults} runs them here.
 */
@Tag("faults")
class NetworkFaultsIT {
    private static final Stage STAGE = Stage.shared();
    private static final Semaphore AT_ONCE = new Semaphore(4);
    private static final long MEGABYTE = 1_000_000;
    private static final Map<String, CompletableFuture<Duration>> ENDS = new ConcurrentHashMap<>();
    private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();
    private static String database;

    /**
     * @param words the fault
     * @param spoil what is done to the way before the Backup begins
     * @param ends phase, and the reason of each attempt
     */
    private record Case(String name, String words, String when, Consumer<Detour> spoil, Phase phase, List<String> ends) {
        @Override
        public String toString() {
            return words;
        }
    }

    private static Stream<Case> cases() {
        return Stream.of(
                well("throttled", "503 SlowDown, twice", way -> way.store().on(S3Call.UploadPart).first(2).then(answer(503, "SlowDown"))),
                failed("always-throttled", "503 SlowDown, always", way -> way.store().on(S3Call.UploadPart).then(answer(503, "SlowDown")), "StorageThrottled", "StorageThrottled"),
                well("error", "500 InternalError, twice", way -> way.store().on(S3Call.CompleteMultipartUpload).first(2).then(answer(500, "InternalError"))),
                failed("always-error", "500 InternalError on the manifest, always", way -> way.store().on(S3Call.PutObject).key("manifest.json").then(answer(500, "InternalError")),
                        "StorageUnreachable", "StorageUnreachable"),
                well("reset", "the connection is reset in the middle of a part", way -> way.store().on(S3Call.UploadPart).part(2).first(1).then(Fault.resetRequest(MEGABYTE))),
                well("lost-complete", "the answer to CompleteMultipartUpload is lost", way -> way.store().on(S3Call.CompleteMultipartUpload).first(1).then(Fault.answerLost())),
                well("lost-manifest", "the answer to the manifest's PutObject is lost", way -> way.store().on(S3Call.PutObject).key("manifest.json").first(1).then(Fault.answerLost())),
                well("cut", "an answer is cut in mid-body", way -> way.store().on(S3Call.GetObject).first(1).then(Fault.cutResponse(100))),
                well("flip", "a byte of a part changes on its way", way -> way.store().on(S3Call.UploadPart).part(2).first(1).then(Fault.flipRequest(MEGABYTE))),
                well("slow", "the store takes 5 MB a second", way -> way.store().on(S3Call.UploadPart).then(Fault.slowRequest(5 * MEGABYTE))),
                failed("expired", "the credentials expire in mid-upload", way -> {
                    way.store().on(S3Call.UploadPart).from(2).then(answer(400, "ExpiredToken"));
                    way.store().on(S3Call.AbortMultipartUpload).first(1).then(answer(400, "ExpiredToken"));
                }, "StorageAccessDenied"),
                failed("full", "507 InsufficientStorage", way -> way.store().on(S3Call.UploadPart).from(2).then(answer(507, "InsufficientStorage")), "StorageFull"),
                failed("read-only", "the bucket is read-only", way -> way.store().on(S3Call.CreateMultipartUpload).then(answer(403, "AccessDenied")), "StorageAccessDenied"),
                failed("no-abort", "s3:AbortMultipartUpload is not allowed, and the store is full", way -> {
                    way.store().on(S3Call.UploadPart).from(2).then(answer(507, "InsufficientStorage"));
                    way.store().on(S3Call.AbortMultipartUpload).first(1).then(answer(403, "AccessDenied"));
                }, "StorageFull"),
                failed("clock", "the clocks differ by a day", way -> way.store().onAny().then(answer(403, "RequestTimeTooSkewed")), "StorageAccessDenied"),
                again("db-reset", "the connection to the database is reset in mid-dump", way -> way.database().resetAfter(Direction.ToClient, 20 * MEGABYTE), "DatabaseUnreachable"),
                again("db-refused", "the server takes no connections for a while", way -> way.database().refuse(), "DatabaseUnreachable"),
                failed("db-stalled", "the network to the database is a black hole in mid-dump", way -> way.database().stallAfter(Direction.ToClient, 20 * MEGABYTE), "TimedOut"));
    }

    private static Case well(String name, String words, Consumer<Detour> spoil) {
        return new Case(name, words, "in a Backup", spoil, Phase.Completed, List.of("completed"));
    }

    private static Case again(String name, String words, Consumer<Detour> spoil, String reason) {
        return new Case(name, words, "in a Backup", spoil, Phase.Completed, List.of(reason, "completed"));
    }

    private static Case failed(String name, String words, Consumer<Detour> spoil, String... reasons) {
        return new Case(name, words, "in a Backup", spoil, Phase.Failed, List.of(reasons));
    }

    @BeforeAll
    static void allBegin() {
        database = Racing.padded(STAGE.postgres(), 25);
        cases().forEach(one -> ENDS.computeIfAbsent(one.name(), name -> CompletableFuture.supplyAsync(() -> live(one), THREADS)));
    }

    @AfterAll
    static void allIsOver() {
        THREADS.close();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aBackup(Case one) {
        Duration took = ENDS.get(one.name()).join();
        Backup backup = STAGE.backup("net-" + one.name());
        Condition condition = backup.getStatus().conditions().getFirst();
        String root = "demo/" + STAGE.namespace() + "/net-" + one.name() + "/";
        List<String> keys = STAGE.bucket().keys(root);
        int uploads = STAGE.bucket().unfinished(root).size();
        List<String> busy = STAGE.busyJobs(backup);
        List<String> ends = Stage.ends(backup);
        FaultTable.row(
                one.words(), one.when(), backup.getStatus().phase() + " " + condition.getReason(), String.join(", ", ends),
                keys.isEmpty() && uploads == 0 ? "nothing" : keys.size() + " objects, " + uploads + " uploads", busy.isEmpty() ? "nothing" : busy.toString(), took);

        assertThat(backup.getStatus().phase()).as(condition.getMessage()).isEqualTo(one.phase());
        assertThat(ends).as(backup.getStatus().attempts().toString()).isEqualTo(one.ends());
        assertThat(keys).hasSize(one.phase() == Phase.Completed ? 2 : 0);
        assertThat(uploads).isZero();
        assertThat(busy).isEmpty();
        if (one.phase() == Phase.Completed) {
            Comeback.assertSame(STAGE, backup, database);
        }
    }

    @Test
    void aRestoreWhoseStoreAndDatabaseBreakOff() {
        Detour way = new Detour(STAGE);
        policy("net-restore", way);
        STAGE.backup("net-restore", "net-restore");
        assertThat(STAGE.ended("net-restore").getStatus().phase()).isEqualTo(Phase.Completed);
        way.store().on(S3Call.GetObject).key("data.dump").first(1).then(Fault.cutResponse(10 * MEGABYTE));
        way.database().resetAfter(Direction.ToServer, 60 * MEGABYTE);
        String target = database + "_again";

        STAGE.restore("net-restore", "net-restore", "strategy: Create\ntarget: {name: " + target + "}");
        Restore restore = STAGE.endedRestore("net-restore");

        FaultTable.row(
                "store and database break off", "in a Restore", restore.getStatus().phase() + " " + restore.getStatus().conditions().getFirst().getReason(),
                restore.getStatus().steps().stream().map(step -> step.name() + (step.reason() == null ? "" : " " + step.reason())).collect(Collectors.joining(", ")),
                "its source", "nothing", Duration.between(restore.getStatus().startedAt(), restore.getStatus().completedAt()));
        assertThat(restore.getStatus().phase()).as(STAGE.events("Restore", "net-restore")).isEqualTo(Phase.Completed);
        assertThat(Racing.checksums(STAGE.postgres(), target)).isEqualTo(Racing.checksums(STAGE.postgres(), database));
        String uid = restore.getMetadata().getUid().replace("-", "");
        assertThat(STAGE.postgres().ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'remuda%" + uid + "'")).isEmpty();
        way.close();
    }

    private static Duration live(Case one) {
        try (Detour way = new Detour(STAGE)) {
            AT_ONCE.acquire();
            String name = "net-" + one.name();
            policy(name, way);
            one.spoil().accept(way);
            STAGE.backup(name, name);
            if (one.name().equals("db-refused")) {
                STAGE.await(name, seen -> seen.getStatus() != null && seen.getStatus().attempts().size() == 2);
                way.database().admit();
            }
            Backup ended = STAGE.ended(name);
            AT_ONCE.release();
            return Duration.between(ended.getStatus().startedAt(), ended.getStatus().completedAt());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void policy(String name, Detour way) {
        STAGE.apply(Stage.plainPolicyYaml(name, database, way.changes(), "retry: {limit: 1, backoff: 5s}\ntimeout: 3m\n"));
    }
}
