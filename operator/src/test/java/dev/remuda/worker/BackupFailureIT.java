package dev.remuda.worker;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.support.SeaweedServer;
import dev.remuda.task.BackupTask;
import dev.remuda.task.Compression;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.task.Result;
import dev.remuda.task.SettleResult;
import dev.remuda.task.StoreAccess;

import static org.assertj.core.api.Assertions.assertThat;

/** Each way in which a backup fails: the reason, a message that names cause and cure, and nothing left in the store. */
class BackupFailureIT {
    private static final Compression NONE = new Compression(Compression.Algorithm.None, 0);

    private final Bench bench = new Bench();
    private final PostgresServer postgres = bench.postgres;

    BackupFailureIT() {
        bench.patience = StoreFaultIT.SHORT;
    }

    @AfterEach
    void nothingIsLeftInTheStore() {
        bench.requireNothingStored();
    }

    private void fails(BackupTask task, Reason reason, String... words) {
        FailureResult failure = bench.failed(task);
        assertThat(failure.reason()).as(failure.message()).isEqualTo(reason);
        assertThat(failure.message()).contains(words).doesNotContain(PostgresServer.PASSWORD, SeaweedServer.KEY);
        assertThat(failure.leftovers()).isFalse();
    }

    @Test
    void wrongPassword() {
        bench.secret("db", Map.of("username", "postgres", "password", "wrong"));

        fails(bench.backup("postgres"), Reason.DatabaseAuthenticationFailed, "user postgres", "username and password in the Secret");
    }

    @Test
    void unknownHost() {
        DatabaseAccess nowhere = new DatabaseAccess("postgres.nowhere.invalid", null, "x", null, bench.named("db"), null);

        fails(bench.backup(nowhere, bench.access()), Reason.DatabaseUnreachable, "host postgres.nowhere.invalid is not known", "database.host");
    }

    @Test
    void nobodyListens() {
        DatabaseAccess closed = new DatabaseAccess("127.0.0.1", 1, "x", null, bench.named("db"), null);

        fails(bench.backup(closed, bench.access()), Reason.DatabaseUnreachable, "127.0.0.1:1 does not take connections", "check host and port");
    }

    @Test
    void unknownDatabase() {
        fails(bench.backup("no_such"), Reason.DatabaseNotFound, "no database no_such", "database.name");
    }

    @Test
    void missingSecretOfTheDatabase() {
        DatabaseAccess access = new DatabaseAccess(postgres.host(), postgres.port(), "postgres", null, bench.named("absent"), null);

        fails(bench.backup(access, bench.access()), Reason.SecretMissing, "Secret absent does not exist");
    }

    @Test
    void missingKeyOfTheDatabasesSecret() {
        bench.secret("half", Map.of("username", "postgres", "pasword", "x"));
        DatabaseAccess access = new DatabaseAccess(postgres.host(), postgres.port(), "postgres", null, bench.named("half"), null);

        fails(bench.backup(access, bench.access()), Reason.SecretMissing, "Secret half has no password", "its keys are: pasword, username");
    }

    @Test
    void missingSecretOfTheStore() {
        StoreAccess access = new StoreAccess(SeaweedServer.BUCKET, null, bench.store.endpoint(), true, bench.named("absent"), StoreAccess.Tagging.Auto);

        fails(bench.backup(bench.database("postgres"), access), Reason.SecretMissing, "Secret absent does not exist");
    }

    @Test
    void wrongBucket() {
        StoreAccess access = new StoreAccess("no-such-bucket", null, bench.store.endpoint(), true, bench.named("s3"), StoreAccess.Tagging.Auto);

        fails(bench.backup(bench.database("postgres"), access), Reason.BucketNotFound, "bucket no-such-bucket does not exist", "storage.s3.bucket");
    }

    @Test
    void wrongKeyOfTheStore() {
        bench.secret("s3", Map.of("AWS_SECRET_ACCESS_KEY", "wrong"));

        fails(bench.backup("postgres"), Reason.StorageAccessDenied, "access key is wrong", "correct Secret s3");
    }

    @Test
    void unknownKeyOfTheStore() {
        bench.secret("s3", Map.of("AWS_ACCESS_KEY_ID", "nobody"));

        fails(bench.backup("postgres"), Reason.StorageAccessDenied, "access key is wrong", "correct Secret s3");
    }

    @Test
    void storeThatDoesNotAnswer() {
        StoreAccess access = new StoreAccess(SeaweedServer.BUCKET, null, "http://127.0.0.1:1", true, bench.named("s3"), StoreAccess.Tagging.Auto);

        fails(bench.backup(bench.database("postgres"), access), Reason.StorageUnreachable, "http://127.0.0.1:1 does not answer", "storage.s3.endpoint");
    }

    @Test
    void storeWhoseNameIsNotKnown() {
        StoreAccess access = new StoreAccess(SeaweedServer.BUCKET, null, "http://s3.nowhere.invalid", true, bench.named("s3"), StoreAccess.Tagging.Auto);

        fails(bench.backup(bench.database("postgres"), access), Reason.StorageUnreachable, "s3.nowhere.invalid", "storage.s3.endpoint");
    }

    @Test
    void tableThatTheUserMayNotRead() {
        String database = Racing.create(postgres);
        asReader("reader_1", database, "GRANT SELECT ON horses, entries, photos TO reader_1", "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO reader_1");

        fails(bench.backup(database), Reason.DatabasePermissionDenied, "user reader_1 may not read public.races;", "GRANT pg_read_all_data TO \"reader_1\"");
    }

    @Test
    void rowsThatAPolicyHidesFromTheUser() {
        String database = Racing.create(postgres);
        asReader("reader_2", database, "GRANT pg_read_all_data TO reader_2", "ALTER TABLE races ENABLE ROW LEVEL SECURITY");

        fails(bench.backup(database), Reason.DatabasePermissionDenied, "row security policies hide rows of public.races", "BYPASSRLS");
    }

    @Test
    void largeObjectThatTheUserMayNotRead() {
        String database = Racing.create(postgres);
        asReader(
                "reader_3", database, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_3", "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO reader_3");

        fails(bench.backup(database), Reason.DatabasePermissionDenied, "pg_dump ended with exit code 1", "large object");
    }

    private void asReader(String name, String database, String... grants) {
        postgres.run(database, "CREATE ROLE " + name + " LOGIN PASSWORD 'p'");
        postgres.run(database, grants);
        bench.secret("db", Map.of("username", name, "password", "p"));
    }

    @Test
    void noProgramsForTheServersVersion() {
        Result result = WorkerApp.work(
                Map.of("REMUDA_TASK", Json.write(bench.backup("postgres")), "REMUDA_POSTGRESQL_CLIENTS", "/usr/lib/none"), new Stop());

        assertThat(result).isInstanceOf(FailureResult.class);
        assertThat(((FailureResult) result).message()).contains("/usr/lib/none");
    }

    @Test
    void killedPgDump() {
        CompletableFuture<Result> work = start(Racing.large(postgres));
        ProcessHandle dump = whileStreaming(work);

        dump.destroyForcibly();

        failed(work, Reason.DumpFailed, "pg_dump was killed (SIGKILL");
    }

    @Test
    void lostConnection() {
        CompletableFuture<Result> work = start(Racing.large(postgres));
        whileStreaming(work);

        postgres.ask("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY public.large%'");

        failed(work, Reason.DatabaseUnreachable, "connection to 127.0.0.1", "was lost");
    }

    @Test
    void stoppedBySigterm() {
        Stop stop = new Stop();
        String database = Racing.large(postgres);
        CompletableFuture<Result> work =
                CompletableFuture.supplyAsync(() -> bench.run(bench.backup(bench.database(database), bench.access(), NONE), stop));
        whileStreaming(work);

        stop.request();

        failed(work, Reason.PodLost, "told to stop (SIGTERM)");
    }

    @Test
    void fullStore() {
        try (SeaweedServer small = SeaweedServer.start("-volume.max=3", "-master.volumeSizeLimitMB=16")) {
            Bench there = new Bench(small);
            there.patience = StoreFaultIT.SHORT;

            FailureResult failure = there.failed(there.backup(there.database(Racing.large(postgres)), there.access(), NONE));

            assertThat(failure.reason()).isEqualTo(Reason.StorageUnreachable);
            assertThat(failure.message()).contains("the store answered 500 InternalError while storing part", "whether it is full");
            assertThat(failure.leftovers()).isFalse();
            there.requireNothingStored();
        }
    }

    @Test
    void storeThatDiesMeanwhileAndWhatWasLeftThere() {
        try (SeaweedServer mortal = SeaweedServer.start()) {
            Bench there = new Bench(mortal);
            there.patience = StoreFaultIT.SHORT;
            String database = Racing.large(postgres);
            CompletableFuture<Result> work =
                    CompletableFuture.supplyAsync(() -> there.run(there.backup(there.database(database), there.access(), NONE)));
            Awaitility.await().until(() -> there.bucket.parts(there.prefix) > 0);
            mortal.kill();

            FailureResult failure = (FailureResult) work.join();
            assertThat(failure.reason()).isEqualTo(Reason.StorageUnreachable);
            assertThat(failure.leftovers()).as("the upload could not be aborted").isTrue();

            mortal.run();
            assertThat(there.run(there.settle())).isEqualTo(new SettleResult(null, 0, 1));
            there.requireNothingStored();
        }
    }

    private CompletableFuture<Result> start(String database) {
        return CompletableFuture.supplyAsync(() -> bench.run(bench.backup(bench.database(database), bench.access(), NONE)));
    }

    /** Waits until a part is stored. @return pg_dump */
    private ProcessHandle whileStreaming(CompletableFuture<Result> work) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(10)).until(() -> bench.bucket.parts(bench.prefix) > 0 || work.isDone());
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("pg_dump"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("pg_dump does not run (any more): " + work.getNow(null)));
    }

    private static void failed(CompletableFuture<Result> work, Reason reason, String... words) {
        FailureResult failure = (FailureResult) work.orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(failure.reason()).as(failure.message()).isEqualTo(reason);
        assertThat(failure.message()).contains(words);
        assertThat(failure.leftovers()).isFalse();
    }
}
