package dev.remuda.worker;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.support.SeaweedServer;
import dev.remuda.task.CleanUpResult;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.Result;
import dev.remuda.task.SideDatabase;
import dev.remuda.task.SwitchResult;

import static org.assertj.core.api.Assertions.assertThat;

/** The server is restarted, or the store is gone, in the middle of a restore: a cause that can pass, after which the same work is done again. */
class RestoreInterruptedIT {
    @ParameterizedTest
    @EnumSource(value = RestoreStrategy.class, names = {"Swap", "Recreate"})
    void theServerIsRestartedWhileItIsFilled(RestoreStrategy strategy) {
        try (PostgresServer server = PostgresServer.start(15)) {
            Bench bench = new Bench(server);
            String database = Racing.create(server);
            List<String> before = Racing.checksums(server, database);
            bench.completed(slow(bench, server, database));
            RestoreTask task = bench.restore(database, strategy, database);
            CompletableFuture<Result> work = CompletableFuture.supplyAsync(() -> bench.run(task));
            untilSlow(server, task);

            server.restart();

            FailureResult failure = (FailureResult) work.orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(failure.reason()).as(failure.message()).isEqualTo(Reason.DatabaseUnreachable);
            assertThat(failure.reason().canPass()).isTrue();
            assertThat(server.has(database)).isEqualTo(strategy == RestoreStrategy.Swap);
            server.run("template1", "ALTER ROLE postgres SET remuda_test.fast = 'on'");

            assertThat(bench.run(task)).as("the same work again").isInstanceOf(RestoreResult.class);
            assertThat(bench.run(bench.switching(task, database))).isInstanceOf(SwitchResult.class);
            assertThat(Racing.checksums(server, database)).isEqualTo(before);
            bench.requireNoSideDatabases();
        }
    }

    /** A table whose rows take a minute to restore, for as long as a setting of the server is not made. */
    private static dev.remuda.task.BackupTask slow(Bench bench, PostgresServer server, String database) {
        server.run(
                database, "CREATE FUNCTION slow(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN IF current_setting(''remuda_test.fast'', true) IS DISTINCT FROM ''on'' AND "
                        + "current_database() LIKE ''remuda_restore%'' THEN PERFORM pg_sleep(60); END IF; RETURN true; END'",
                "CREATE TABLE slow (id int CHECK (slow(id)))", "INSERT INTO slow VALUES (1)");
        return bench.backup(database);
    }

    private static void untilSlow(PostgresServer server, RestoreTask task) {
        Awaitility.await().atMost(java.time.Duration.ofSeconds(60)).until(() -> !server.ask(
                "postgres", "SELECT 1 FROM pg_stat_activity WHERE datname = '" + SideDatabase.restore(task.uid()) + "' AND wait_event = 'PgSleep'").isEmpty());
    }

    @Test
    void theStoreIsGoneInTheMiddle() {
        try (SeaweedServer store = SeaweedServer.start()) {
            Bench bench = new Bench(store);
            bench.patience = StoreFaultIT.SHORT;
            String database = Racing.create(bench.postgres);
            List<String> before = Racing.checksums(bench.postgres, database);
            bench.completed(bench.backup(database));
            RestoreTask task = bench.restore(database, RestoreStrategy.Swap, database);
            Journal gone = new Journal() {
                @Override
                void done(String what) {
                    super.done(what);
                    if (what.contains("is created")) {
                        store.kill();
                    }
                }
            };

            assertThat(failure(() -> bench.run(task, gone)).reason()).isEqualTo(Reason.StorageUnreachable);
            assertThat(Racing.checksums(bench.postgres, database)).isEqualTo(before);
            assertThat(bench.run(bench.cleaning(task, database))).isInstanceOfSatisfying(CleanUpResult.class, left -> assertThat(left.restored()).isFalse());
            bench.requireNoSideDatabases();

            store.run();
            assertThat(bench.run(task)).as("the same work again").isInstanceOf(RestoreResult.class);
            store.kill();
            assertThat(bench.run(bench.switching(task, database))).as("the switch needs no store").isInstanceOf(SwitchResult.class);
            assertThat(Racing.checksums(bench.postgres, database)).isEqualTo(before);
        }
    }

    private static WorkFailure failure(Runnable work) {
        try {
            work.run();
            throw new AssertionError("it did not fail");
        } catch (WorkFailure e) {
            return e;
        }
    }

    /** A worker on a node that is cut off goes on while the next attempt is at work: it can change nothing any more. */
    @Test
    void anEarlierWorkerThatStillRunsChangesNothing() {
        PostgresServer server = PostgresServer.shared();
        Bench bench = new Bench();
        String database = Racing.create(server);
        List<String> before = Racing.checksums(server, database);
        bench.completed(bench.backup(database));
        RestoreTask task = bench.restore(database, RestoreStrategy.Swap, database);
        Journal overtaken = new Journal() {
            @Override
            void done(String what) {
                super.done(what);
                if (what.contains("is filled")) {
                    assertThat(bench.run(task)).as("the next attempt").isInstanceOf(RestoreResult.class);
                }
            }
        };

        assertThat(failure(() -> bench.run(task, overtaken)).reason()).isEqualTo(Reason.DatabaseUnreachable);

        assertThat(bench.run(bench.switching(task, database))).isInstanceOf(SwitchResult.class);
        assertThat(Racing.checksums(server, database)).isEqualTo(before);
    }
}
