package dev.remuda.worker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.remuda.support.FaultyLink;
import dev.remuda.support.FaultyLink.Direction;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.task.BackupResult;
import dev.remuda.task.CleanUpResult;
import dev.remuda.task.Compression;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.Result;
import dev.remuda.task.SideDatabase;

import static org.assertj.core.api.Assertions.assertThat;

/** A database server, or the network before it, that fails in mid-work: the reason, a message with cause and cure, nothing in the store, nobody left on the server. */
class DatabaseFaultIT {
    private static final long MB = 1_000_000;

    /** The common pool has one thread on a small machine. */
    private static final Executor OWN_THREAD = task -> new Thread(task).start();

    /** Two looks after 0.3 s each, that take 2 s when nobody answers. */
    private static final Patience SHORT = new Patience(StoreFaultIT.SHORT.store(), new Patience.Database(Duration.ofSeconds(1), Duration.ofMillis(300)));

    private static PostgresServer mortal;
    private static String large; // on the mortal one

    private final Bench bench = new Bench();
    private final PostgresServer postgres = bench.postgres;
    private final FaultyLink link = FaultyLink.to(postgres);

    DatabaseFaultIT() {
        bench.patience = SHORT;
    }

    @AfterEach
    void nothingIsLeft() {
        link.close();
        bench.requireNothingStored();
    }

    @AfterAll
    static void close() {
        if (mortal != null) {
            mortal.close();
        }
    }

    /** One of few connections that each test may kill. */
    private static PostgresServer mortal() {
        if (mortal == null) {
            mortal = PostgresServer.start(15, "max_connections=5");
            large = filled(mortal, 100);
        } else {
            mortal.restart();
        }
        return mortal;
    }

    /** A database with so many MB. */
    private static String filled(PostgresServer server, int megabytes) {
        String database = server.createDatabase();
        fill(server, database, megabytes);
        return database;
    }

    private static void fill(PostgresServer server, String database, int megabytes) {
        server.run(
                database, "CREATE TABLE filler (id int, bytes bytea)", "ALTER TABLE filler ALTER bytes SET STORAGE EXTERNAL",
                "INSERT INTO filler SELECT i, decode(repeat(md5(i::text), 62500), 'hex') FROM generate_series(1, " + megabytes + ") i");
    }

    private DatabaseAccess through(FaultyLink way, String database) {
        return new DatabaseAccess(way.host(), way.port(), database, null, bench.named("db"), null);
    }

    private Result backup(DatabaseAccess access) {
        return bench.run(bench.backup(access, bench.access(), new Compression(Compression.Algorithm.None, 0)));
    }

    private CompletableFuture<Result> begun(DatabaseAccess access) {
        return CompletableFuture.supplyAsync(() -> backup(access), OWN_THREAD);
    }

    private static void requireFailure(Result result, Reason reason, String... words) {
        assertThat(result).isInstanceOfSatisfying(FailureResult.class, failure -> {
            assertThat(failure.reason()).as(failure.message()).isEqualTo(reason);
            assertThat(failure.message()).contains(words).doesNotContain(PostgresServer.PASSWORD);
            assertThat(failure.leftovers()).isFalse();
        });
    }

    private static void requireFailure(CompletableFuture<Result> work, Reason reason, String... words) {
        requireFailure(work.orTimeout(60, TimeUnit.SECONDS).join(), reason, words);
    }

    private static void requireNobodyOn(PostgresServer server, String database) {
        Awaitility.await().untilAsserted(
                () -> assertThat(server.ask("postgres", "SELECT state || ' ' || query FROM pg_stat_activity WHERE datname = '" + database + "'")).isEmpty());
    }

    private static void whenDumping(PostgresServer server, String database) {
        Awaitility.await().pollInterval(Duration.ofMillis(20)).until(() -> !server.ask(
                "postgres", "SELECT 1 FROM pg_stat_activity WHERE datname = '" + database + "' AND application_name LIKE 'remuda%' AND query LIKE 'COPY %'").isEmpty());
    }

    @Test
    void theConnectionIsResetInMidDump() {
        String database = filled(postgres, 20);
        link.resetAfter(Direction.ToClient, 10 * MB);

        requireFailure(begun(through(link, database)), Reason.DatabaseUnreachable, "pg_dump ended with exit code 1", "the connection to 127.0.0.1:" + link.port() + " was lost");
        assertThat(Reason.DatabaseUnreachable.canPass()).isTrue();
        requireNobodyOn(postgres, database);
    }

    /** As behind a proxy that hangs: TCP is fine. */
    @Test
    void nothingComesThroughInMidDump() {
        String database = filled(postgres, 20);
        link.stallAfter(Direction.ToClient, 10 * MB);

        requireFailure(begun(through(link, database)), Reason.DatabaseUnreachable, "server 127.0.0.1:" + link.port() + " cannot be reached any more", "a new connection is not answered");

        link.close();
        requireNobodyOn(postgres, database);
    }

    /** While the tables are locked. */
    @Test
    void nothingComesThroughBeforeTheSnapshot() {
        String database = Racing.create(postgres);
        link.stallAfter(Direction.ToClient, 10_000);

        requireFailure(begun(through(link, database)), Reason.DatabaseUnreachable, "127.0.0.1:" + link.port());

        link.close();
        requireNobodyOn(postgres, database);
    }

    @Test
    void nobodyAnswersAfterTheConnectionWasMade() {
        link.stall();

        requireFailure(begun(through(link, "postgres")), Reason.DatabaseUnreachable, "127.0.0.1:" + link.port());
    }

    /** Longer than the silence after which the server is asked whether it is there; it is. */
    @Test
    void aStatementThatTakesLongIsNoFault() throws Exception {
        String database = Racing.create(postgres);
        try (Connection other = postgres.connect(database); Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE horses IN ACCESS EXCLUSIVE MODE");
            int before = link.accepted();
            CompletableFuture<Result> work = begun(through(link, database));

            Awaitility.await().until(() -> link.accepted() >= before + 2 + 4); // the worker's, and four looks
            other.rollback();

            assertThat(work.join()).isInstanceOf(BackupResult.class);
        }
        bench.bucket.keys(bench.prefix).forEach(bench.bucket::delete);
    }

    /** TCP asks soon whether the other end is there: the kernel's table of connections shows when. */
    @Test
    void aPeerThatIsGoneIsMissedByTcp() throws Exception {
        String database = filled(postgres, 20);
        link.stallAfter(Direction.ToClient, 10 * MB);
        bench.patience = Patience.USUAL;
        CompletableFuture<Result> work = begun(through(link, database));
        Awaitility.await().until(link::stalled);

        Awaitility.await().untilAsserted(() -> assertThat(keepAlives(link.port())).hasSizeGreaterThanOrEqualTo(2).allMatch(seconds -> seconds > 0 && seconds <= 60));

        link.close();
        requireFailure(work, Reason.DatabaseUnreachable, "the connection to 127.0.0.1:" + link.port() + " was lost");
    }

    /** Seconds until each connection to a port is asked whether it is alive; 0: it is not. */
    private static List<Long> keepAlives(int port) throws Exception {
        List<Long> seconds = new ArrayList<>();
        String end = String.format(":%04X", port);
        for (String file : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(file))) {
                String[] words = line.strip().split("\\s+");
                if (words.length > 6 && words[2].endsWith(end) && words[3].equals("01")) {
                    String[] timer = words[5].split(":");
                    seconds.add(timer[0].equals("02") ? Long.parseLong(timer[1], 16) / 100 : 0);
                }
            }
        }
        return seconds;
    }

    @Test
    void theServerIsShutDownInMidDump() {
        PostgresServer server = mortal();
        CompletableFuture<Result> work = begun(bench.database(server, large));
        whenDumping(server, large);

        server.shutDown();

        requireFailure(work, Reason.DatabaseUnreachable, "terminating connection due to administrator command", "see the server's log");
        requireFailure(begun(bench.database(server, large)), Reason.DatabaseUnreachable, "does not take connections", "whether it runs");
    }

    @Test
    void theServerIsKilledInMidDump() {
        PostgresServer server = mortal();
        CompletableFuture<Result> work = begun(bench.database(server, large));
        whenDumping(server, large);

        server.restart();

        requireFailure(work, Reason.DatabaseUnreachable, "server closed the connection unexpectedly");
        requireNobodyOn(server, large);
    }

    @Test
    void theServerStartsUp() {
        PostgresServer server = mortal();

        server.recoverForEver();

        requireFailure(begun(bench.database(server, large)), Reason.DatabaseUnreachable, "the database system is starting up", "check that the server runs");
    }

    @Test
    void theServersMachineHangsInMidDump() {
        PostgresServer server = mortal();
        CompletableFuture<Result> work = begun(bench.database(server, large));
        whenDumping(server, large);

        server.freeze();

        requireFailure(work, Reason.DatabaseUnreachable, "cannot be reached any more");
    }

    @Test
    void noConnectionIsLeftOnTheServer() throws Exception {
        PostgresServer server = mortal();
        List<Connection> taken = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                taken.add(server.connect("postgres"));
            }
            requireFailure(begun(bench.database(server, large)), Reason.DatabaseUnreachable, "pg_dump", "too many clients already", "raise max_connections");

            taken.add(server.connect("postgres"));
            requireFailure(begun(bench.database(server, large)), Reason.DatabaseUnreachable, "too many clients already", "raise max_connections");

            taken.removeLast().close();
            requireNobody(taken.getFirst(), large);
        } finally {
            for (Connection connection : taken) {
                connection.close();
            }
        }
    }

    private static void requireNobody(Connection connection, String database) {
        Awaitility.await().untilAsserted(() -> {
            try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery("SELECT count(*) FROM pg_stat_activity WHERE datname = '" + database + "'")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isZero();
            }
        });
    }

    @Test
    void theStatementIsCancelled() {
        String database = filled(postgres, 100);
        CompletableFuture<Result> work = begun(bench.database(database));
        whenDumping(postgres, database);

        postgres.ask("postgres", "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = '" + database + "' AND query LIKE 'COPY %'");

        requireFailure(work, Reason.DumpFailed, "canceling statement due to user request", "ended it on the server", "spare user postgres");
        requireNobodyOn(postgres, database);
    }

    @Test
    void theConnectionIsResetInMidRestore() {
        Restore restore = new Restore();
        link.resetAfter(Direction.ToServer, 20 * MB);

        requireFailure(CompletableFuture.supplyAsync(() -> bench.run(restore.task), OWN_THREAD), Reason.DatabaseUnreachable, "was lost: see the server's log");

        restore.requireTargetAsBefore();
        restore.requireCleanedUp();
    }

    @Test
    void nothingComesThroughInMidRestore() {
        Restore restore = new Restore();
        link.stallAfter(Direction.ToServer, 20 * MB);

        requireFailure(
                CompletableFuture.supplyAsync(() -> bench.run(restore.task), OWN_THREAD), Reason.DatabaseUnreachable, "cannot be reached any more", "is incomplete and could not be dropped");

        link.close();
        restore.requireTargetAsBefore();
        restore.requireCleanedUp();
    }

    /** The disk is full, says the server: a table's constraint says it here. */
    @Test
    void theDiskIsFullInMidRestore() {
        String database = Racing.create(postgres);
        postgres.run(
                database, "CREATE FUNCTION full(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN IF current_database() LIKE ''remuda_restore%'' THEN RAISE EXCEPTION USING "
                        + "ERRCODE = ''53100'', MESSAGE = ''could not extend file \"base/1/2\": No space left on device''; END IF; RETURN true; END'".replace("''", "''"),
                "CREATE TABLE filling (id int CHECK (\"full\"(id)))", "INSERT INTO filling VALUES (1)");
        assertThat(bench.run(bench.backup(database))).isInstanceOf(BackupResult.class);

        requireFailure(bench.run(bench.restore(database, RestoreStrategy.Swap, database)), Reason.DiskFull, "No space left on device", "make room on it");

        bench.requireNoSideDatabases();
        bench.bucket.keys(bench.prefix).forEach(bench.bucket::delete);
    }

    /** Of a database with 40 MB, through the link. */
    private final class Restore {
        final String database = Racing.create(postgres);
        final List<String> before;
        final RestoreTask task;

        Restore() {
            fill(postgres, database, 25);
            before = Racing.checksums(postgres, database);
            assertThat(bench.run(bench.backup(database))).isInstanceOf(BackupResult.class);
            task = bench.restore(through(link, database), RestoreStrategy.Swap, database);
        }

        void requireTargetAsBefore() {
            assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
            bench.bucket.keys(bench.prefix).forEach(bench.bucket::delete);
        }

        void requireCleanedUp() {
            assertThat(postgres.has(SideDatabase.restore(task.uid()))).as("its connection was lost as well, so it could not be dropped").isTrue();
            assertThat(bench.run(bench.cleaning(task, database))).isInstanceOfSatisfying(CleanUpResult.class, result -> assertThat(result.restored()).isFalse());
            bench.requireNoSideDatabases();
            requireNobodyOn(postgres, database);
        }
    }
}
