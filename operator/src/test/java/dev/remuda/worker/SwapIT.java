package dev.remuda.worker;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.task.CleanUpResult;
import dev.remuda.task.DropResult;
import dev.remuda.task.DropTask;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.SideDatabase;
import dev.remuda.task.SwitchResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A restore beside the target that takes its place, the way back, and the end of the old database. */
class SwapIT {
    private final Bench bench = new Bench();
    private final PostgresServer postgres = bench.postgres;
    private final String database = Racing.create(postgres);
    private final List<String> before = Racing.checksums(postgres, database);
    private final RestoreTask task = bench.restore(database, RestoreStrategy.Swap, database);

    @Test
    void theTargetServesUntilItIsReplacedAndTheOldOneIsKeptClosed() {
        bench.completed(bench.backup(database));
        postgres.run(database, "DELETE FROM entries", "DROP TABLE photos");
        List<String> damaged = postgres.ask(database, "SELECT count(*) FROM horses");

        RestoreResult restored = (RestoreResult) bench.run(task);

        assertThat(restored.rows()).isEqualTo(Racing.ROWS);
        assertThat(postgres.ask(database, "SELECT count(*) FROM entries")).as("the target is as it was").containsExactly("0");
        SwitchResult switched = (SwitchResult) bench.run(bench.switching(task, database));
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
        assertThat(postgres.ask("postgres", "SELECT datallowconn FROM pg_database WHERE oid = " + switched.replacedOid() + " AND datname = '" + task.replaced() + "'"))
                .as("the old one is closed").containsExactly("f");
        assertThat(damaged).isNotEmpty();
        bench.requireNoSideDatabases();

        assertThat(bench.run(bench.switching(task, database))).as("a second run finds it done").isInstanceOf(SwitchResult.class);
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
        assertThat(bench.run(bench.cleaning(task, database))).isInstanceOfSatisfying(CleanUpResult.class, result -> {
            assertThat(result.restored()).isTrue();
            assertThat(result.switched().goBack()).isEqualTo(switched.goBack());
        });
    }

    @Test
    void theCommandToGoBackPutsTheOldDatabaseBack() throws Exception {
        bench.completed(bench.backup(database));
        postgres.run(database, "DELETE FROM entries");
        bench.run(task);
        SwitchResult switched = (SwitchResult) bench.run(bench.switching(task, database));

        try (Connection connection = postgres.connect(database)) {
            ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-c", switched.goBack()).redirectErrorStream(true);
            shell.environment().put("PGPASSWORD", PostgresServer.PASSWORD);
            Process process = shell.start();
            String said = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor()).as(said).isZero();
            assertThat(connection.isValid(1)).as("connections to the restored one were ended").isFalse();
        }

        assertThat(postgres.ask(database, "SELECT count(*) FROM entries")).containsExactly("0");
        postgres.run("postgres", "ALTER DATABASE " + SideDatabase.restore(task.uid()) + " ALLOW_CONNECTIONS true");
        assertThat(Racing.checksums(postgres, SideDatabase.restore(task.uid()))).as("the restored one is kept, closed").isEqualTo(before);
        postgres.run("postgres", "DROP DATABASE " + SideDatabase.restore(task.uid()));
    }

    @Test
    void aCommandToGoBackThatFailsLeavesTheTargetOpen() throws Exception {
        postgres.run("postgres", "CREATE ROLE going_back LOGIN CREATEDB PASSWORD 'p'", "ALTER DATABASE " + database + " OWNER TO going_back");
        bench.completed(bench.backup(database));
        bench.run(task);
        SwitchResult switched = (SwitchResult) bench.run(bench.switching(task, database));

        try (Connection monitoring = postgres.connect(database)) { // of a superuser, whom an owner cannot put out
            ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-c", switched.goBack().replace("-U 'postgres'", "-U 'going_back'")).redirectErrorStream(true);
            shell.environment().put("PGPASSWORD", "p");
            Process process = shell.start();
            String said = new String(process.getInputStream().readAllBytes());
            process.waitFor();
            assertThat(said).contains("is being accessed by other users");
            assertThat(monitoring.isValid(1)).isTrue();
        }

        assertThat(Racing.checksums(postgres, database)).as("the restored one serves still").isEqualTo(before);
    }

    @Test
    void theOldDatabaseIsDroppedByItsIdAlone() {
        bench.completed(bench.backup(database));
        bench.run(task);
        SwitchResult switched = (SwitchResult) bench.run(bench.switching(task, database));
        DropTask drop = new DropTask("r", bench.database(database), task.replaced(), switched.replacedOid());

        assertThat(bench.run(new DropTask("r", bench.database(database), task.replaced(), 1))).isEqualTo(new DropResult(false));
        assertThat(postgres.has(task.replaced())).as("another one of that name is left alone").isTrue();
        assertThat(bench.run(drop)).isEqualTo(new DropResult(true));
        assertThat(postgres.has(task.replaced())).isFalse();
        assertThat(bench.run(drop)).isEqualTo(new DropResult(false));
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
    }

    @Test
    void whatAnApplicationMakesInThePlaceOfADroppedDatabaseIsSetAsideAndKept() {
        bench.completed(bench.backup(database));
        RestoreTask recreate = bench.restore(database, RestoreStrategy.Recreate, database);
        Journal eager = new Journal() {
            @Override
            void done(String what) {
                super.done(what);
                if (what.endsWith("is dropped")) {
                    postgres.run("postgres", "CREATE DATABASE " + database);
                    postgres.run(database, "CREATE TABLE written_since (id int)");
                    throw new WorkFailure(Reason.StorageUnreachable, "a cause that passes");
                }
            }
        };
        assertThatThrownBy(() -> bench.run(recreate, eager)).isInstanceOf(WorkFailure.class);

        bench.run(recreate);
        assertThat(postgres.ask(database, "SELECT count(*) FROM written_since")).as("the next attempt does not drop it").containsExactly("0");
        SwitchResult switched = (SwitchResult) bench.run(bench.switching(recreate, database));

        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
        assertThat(switched.replacedOid()).isNotNull().isNotEqualTo(recreate.targetOid());
        assertThat(postgres.has(recreate.replaced())).isTrue();
    }

    @Test
    void aCleanUpTellsAnotherDatabaseFromTheOneThatWasThere() {
        bench.completed(bench.backup(database));
        CleanUpResult same = (CleanUpResult) bench.run(bench.cleaning(task, database));
        postgres.run("postgres", "DROP DATABASE " + database, "CREATE DATABASE " + database);
        CleanUpResult other = (CleanUpResult) bench.run(bench.cleaning(task, database));

        assertThat(same.oid()).isEqualTo(task.targetOid());
        assertThat(other.oid()).isNotNull().isNotEqualTo(task.targetOid());
    }

    @Test
    void jobsThatMigrationsHaveRemovedAreNotMissed() {
        bench.completed(bench.backup(database));
        bench.run(task);
        String side = SideDatabase.restore(task.uid());
        String comment = postgres.ask("postgres", "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '" + side + "'").getFirst();
        postgres.run("postgres", "COMMENT ON DATABASE " + side + " IS '" + comment + "\nremuda.timescaledb_jobs=1000,1001'");

        SwitchResult switched = (SwitchResult) bench.run(bench.switching(task, database));

        assertThat(switched.note()).isNull();
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
    }

    @Test
    void swapOfADatabaseThatIsGone() {
        bench.completed(bench.backup(database));
        postgres.run("postgres", "DROP DATABASE " + database);

        bench.run(task);
        SwitchResult switched = (SwitchResult) bench.run(bench.switching(task, database));

        assertThat(switched.replacedOid()).isNull();
        assertThat(switched.goBack()).isNull();
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
    }

    @Test
    void clientsThatHammerItAreRefusedForAMoment() throws Exception {
        bench.completed(bench.backup(database));
        bench.run(task);
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong worst = new AtomicLong();
        List<Thread> clients = java.util.stream.IntStream.range(0, 8).mapToObj(i -> Thread.ofVirtual().start(() -> hammer(over, worst))).toList();

        SwitchResult switched = (SwitchResult) bench.run(bench.switching(task, database));
        over.set(true);
        for (Thread client : clients) {
            client.join();
        }

        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
        assertThat(switched.refusedMillis()).isLessThan(5_000);
        assertThat(worst.get()).as("the longest that a client went without an answer, in ms").isLessThan(5_000);
        System.out.printf("switch under 8 clients: %d ms in the transaction, at worst %d ms without an answer%n", switched.refusedMillis(), worst.get());
    }

    private void hammer(AtomicBoolean over, AtomicLong worst) {
        long lastAnswer = System.nanoTime();
        while (!over.get()) {
            try (Connection connection = postgres.connect(database);
                    Statement statement = connection.createStatement()) {
                while (!over.get()) {
                    statement.execute("SELECT count(*) FROM horses");
                    long now = System.nanoTime();
                    long gap = (now - lastAnswer) / 1_000_000;
                    worst.accumulateAndGet(gap, Math::max);
                    lastAnswer = now;
                }
            } catch (SQLException | IllegalStateException e) {
                Thread.onSpinWait(); // refused: an application tries again
            }
        }
    }

    @Test
    void whatHoldsTheTargetIsFoundBeforeAnythingIsDone() {
        bench.completed(bench.backup(database));
        postgres.run("postgres", "CREATE DATABASE \"" + task.replaced() + "\"");

        FailureResult failure = bench.failed(task);

        assertThat(failure.reason()).isEqualTo(Reason.TargetExists);
        assertThat(failure.message()).contains(task.replaced(), "name the Restore otherwise");
        postgres.run("postgres", "DROP DATABASE \"" + task.replaced() + "\"");
        bench.requireNoSideDatabases();
    }

    @Test
    void aCheckThatIsNotTrueStopsTheRestoreBeforeTheSwitch() {
        bench.completed(bench.backup(database));

        assertThat(bench.failed(bench.with(task, "SELECT count(*) > 0 FROM horses", "SELECT count(*) = 1 FROM horses")))
                .satisfies(failure -> {
                    assertThat(failure.reason()).isEqualTo(Reason.CheckFailed);
                    assertThat(failure.message()).contains("check 'SELECT count(*) = 1 FROM horses' must return true and returned false");
                });
        assertThat(bench.failed(bench.with(task, "SELECT nonsense")).message()).contains("could not be asked", "correct the Restore's checks");
        assertThat(bench.failed(bench.with(task, "SELECT id > 0 FROM horses")).message()).contains("returned", "rows");
        assertThat(bench.run(bench.with(task, "SELECT count(*) > 0 FROM horses", "SELECT '{\"a\": 1}'::jsonb ? 'a'"))).isInstanceOf(RestoreResult.class);
        bench.run(bench.cleaning(task, database));
        bench.requireNoSideDatabases();
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
    }
}
