package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.task.CleanUpResult;
import dev.remuda.task.Compression;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.Result;
import dev.remuda.task.SideDatabase;

import static org.assertj.core.api.Assertions.assertThat;

/** Restores of whole backups, and what is left of one that fails or is stopped half-way. */
class RestoreIT {
    private final Bench bench = new Bench();
    private final PostgresServer postgres = bench.postgres;
    private final String database = Racing.create(postgres);
    private final List<String> before = Racing.checksums(postgres, database);

    @ParameterizedTest
    @EnumSource(Compression.Algorithm.class)
    void recreateBringsBackEveryRowThoughTheDatabaseIsInUse(Compression.Algorithm algorithm) throws SQLException {
        bench.completed(bench.backup(bench.database(database), bench.access(), new Compression(algorithm, 1)));
        postgres.run(database, "DELETE FROM entries", "UPDATE horses SET name = 'x' || id", "DROP TABLE photos");
        try (Connection user = postgres.connect(database)) {
            RestoreResult result = bench.restored(bench.restore(database, RestoreStrategy.Recreate, database));

            assertThat(result.databaseName()).isEqualTo(database);
            assertThat(result.rows()).isEqualTo(Racing.ROWS);
            assertThat(result.tables()).isEqualTo(Racing.TABLES.size());
            assertThat(user.isValid(1)).as("the user's connection was ended").isFalse();
        }
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
        bench.requireNoSideDatabases();
    }

    @Test
    void createMakesADatabaseThatDidNotExist() {
        bench.completed(bench.backup(database));

        bench.restored(bench.restore(database + "_copy", RestoreStrategy.Create, null));

        assertThat(Racing.checksums(postgres, database + "_copy")).isEqualTo(before);
        assertThat(postgres.ask(database + "_copy", "SELECT 1 FROM pg_stat_user_tables WHERE relname = 'horses' AND last_analyze IS NOT NULL"))
                .as("the planner knows the tables").isNotEmpty();
    }

    @Test
    void recreateOfADatabaseThatIsGone() {
        bench.completed(bench.backup(database));
        postgres.run("postgres", "DROP DATABASE " + database);

        bench.restored(bench.restore(database, RestoreStrategy.Recreate, database));

        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
    }

    @Test
    void ownerSettingsAndGrantsOfTheDatabaseComeBack() {
        String quoted = "\"" + database + "\"";
        postgres.run(
                database, "CREATE ROLE owner_1 LOGIN", "CREATE ROLE app_1", "ALTER DATABASE " + quoted + " OWNER TO owner_1",
                "ALTER DATABASE " + quoted + " SET search_path = \"$user\", public, \"od, d\"", "ALTER DATABASE " + quoted + " SET work_mem = '7MB'",
                "ALTER ROLE app_1 IN DATABASE " + quoted + " SET statement_timeout = '9s'", "ALTER DATABASE " + quoted + " CONNECTION LIMIT 33",
                "REVOKE ALL ON DATABASE " + quoted + " FROM PUBLIC", "GRANT CONNECT ON DATABASE " + quoted + " TO app_1 WITH GRANT OPTION",
                "GRANT SELECT ON horses TO app_1");
        String properties = "SELECT string_agg(coalesce(r.rolname, '') || regexp_replace(setconfig::text, ',remuda[^,}]*', ''), ' ' ORDER BY r.rolname) || ' ' || min(datacl::text) || ' '"
                + " || min(datconnlimit) || ' ' || min(pg_get_userbyid(datdba)) FROM pg_database d JOIN pg_db_role_setting s ON s.setdatabase = d.oid"
                + " LEFT JOIN pg_roles r ON r.oid = s.setrole WHERE datname = '" + database + "'";
        List<String> asBackedUp = postgres.ask("postgres", properties);
        bench.completed(bench.backup(database));

        bench.restored(bench.restore(database, RestoreStrategy.Recreate, database));

        assertThat(postgres.ask("postgres", properties)).isEqualTo(asBackedUp).first().asString().contains("od, d").contains("app_1=c*/owner_1");
    }

    @Test
    void aUserWhoMayOnlyCreateDatabasesRestoresItsOwn() {
        postgres.run("postgres", "CREATE ROLE maker LOGIN CREATEDB PASSWORD 'p'", "ALTER DATABASE " + database + " OWNER TO maker");
        postgres.run(database, "GRANT ALL ON SCHEMA public TO maker", "CREATE ROLE unrelated");
        postgres.run(database, "DO $$ DECLARE t text; BEGIN FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN"
                + " ('r', 'v', 'm') LOOP EXECUTE 'ALTER TABLE ' || t || ' OWNER TO maker'; END LOOP; END $$",
                "ALTER TYPE going OWNER TO maker", "ALTER FUNCTION entries_of OWNER TO maker", "SELECT lo_unlink(oid) FROM pg_largeobject_metadata",
                "REVOKE ALL ON SCHEMA public FROM maker");
        bench.secret("db", Map.of("username", "maker", "password", "p"));
        bench.completed(bench.backup(database));

        RestoreResult result = bench.restored(bench.restore(database, RestoreStrategy.Recreate, database));

        assertThat(result.rows()).isEqualTo(Racing.ROWS);
    }

    @Test
    void rowsThatDoNotFitAreFoundByCounting() {
        bench.completed(bench.backup(database));
        String manifest = new String(bench.bucket.read(bench.prefix + "manifest.json"), StandardCharsets.UTF_8);
        bench.bucket.write(bench.prefix + "manifest.json", manifest.replace("\"rows\" : 500", "\"rows\" : 501").getBytes(StandardCharsets.UTF_8));

        FailureResult failure = bench.failed(bench.restore(database + "_copy", RestoreStrategy.Create, null));

        assertThat(failure.reason()).isEqualTo(Reason.CheckFailed);
        assertThat(failure.message()).contains("public.races has 500 rows instead of 501");
        assertThat(postgres.has(database + "_copy")).isFalse();
        bench.requireNoSideDatabases();
    }

    @Test
    void aRestoreThatFailsHalfWayLeavesNoHalfDatabase() {
        // A check that the rows pass in one database and not in the other: the schema alone restores, the rows do not.
        postgres.run(
                database,
                "CREATE FUNCTION here(int) RETURNS boolean LANGUAGE sql AS 'SELECT current_database() = ''" + database + "'''",
                "CREATE TABLE picky (id int CHECK (here(id)), secret text)", "INSERT INTO picky VALUES (1, 'a private row')");
        bench.completed(bench.backup(database));

        FailureResult failure = bench.failed(bench.restore(database + "_copy", RestoreStrategy.Create, null));

        assertThat(failure.reason()).isEqualTo(Reason.RestoreFailed);
        assertThat(failure.message()).contains("picky")
                .as("rows are nobody's business").contains("COPY picky, line 1").doesNotContain("Failing row", "a private row");
        assertThat(postgres.has(database + "_copy")).isFalse();
        bench.requireNoSideDatabases();
    }

    @Test
    void afterTheOldDataIsGoneTheCleanUpSaysSo() {
        postgres.run(
                database,
                "CREATE FUNCTION old() RETURNS boolean LANGUAGE sql AS 'SELECT current_database() = ''" + database + "'''",
                "CREATE TABLE picky (id int CHECK (old()))", "INSERT INTO picky VALUES (1)");
        bench.completed(bench.backup(database));

        RestoreTask task = bench.restore(database, RestoreStrategy.Recreate, database);
        FailureResult failure = bench.failed(task);

        assertThat(failure.message()).contains("picky");
        assertThat(bench.run(bench.cleaning(task, database))).isEqualTo(new CleanUpResult(false, null, List.of(SideDatabase.restore(task.uid())), null));
        bench.requireNoSideDatabases();
    }

    @Test
    void anApplicationThatKeepsReconnectingCannotDisturb() throws Exception {
        bench.completed(bench.backup(database));
        AtomicBoolean over = new AtomicBoolean();
        Thread application = Thread.ofVirtual().start(() -> {
            while (!over.get()) {
                try (Connection connection = postgres.connect(database);
                        Statement statement = connection.createStatement()) {
                    statement.execute("CREATE TABLE IF NOT EXISTS migrations (id int)");
                    statement.execute("INSERT INTO horses (name) VALUES ('eager ' || clock_timestamp())");
                } catch (SQLException | IllegalStateException e) {
                    Thread.onSpinWait(); // thrown out, or the database is not there: an application tries again
                }
            }
        });

        RestoreResult result = bench.restored(bench.restore(database, RestoreStrategy.Recreate, database));
        over.set(true);
        application.join();

        assertThat(result.rows()).isEqualTo(Racing.ROWS);
    }

    @Test
    void stoppedBeforeItTouchesTheTarget() {
        bench.completed(bench.backup(database));
        Stop stop = new Stop();
        stop.request();

        FailureResult failure = (FailureResult) bench.run(bench.restore(database, RestoreStrategy.Recreate, database), stop);

        assertThat(failure.reason()).isEqualTo(Reason.PodLost);
        assertThat(failure.message()).contains("told to stop (SIGTERM)");
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
        bench.requireNoSideDatabases();
    }

    @Test
    void stoppedWhileItFillsItDropsWhatIsHalf() {
        postgres.run(
                database, "CREATE FUNCTION slow(int) RETURNS boolean LANGUAGE sql AS 'SELECT pg_sleep(60) IS NOT NULL'", "CREATE TABLE slow (id int)",
                "INSERT INTO slow VALUES (1)", "ALTER TABLE slow ADD CHECK (slow(id)) NOT VALID",
                // NOT VALID would be checked after the rows; so it is marked as valid, and the rows take their minute.
                "UPDATE pg_constraint SET convalidated = true WHERE conname = 'slow_id_check'");
        bench.completed(bench.backup(database));
        Stop stop = new Stop();
        CompletableFuture<Result> work =
                CompletableFuture.supplyAsync(() -> bench.run(bench.restore(database, RestoreStrategy.Swap, database), stop));
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> work.isDone() || !postgres.ask(
                "postgres", "SELECT 1 FROM pg_stat_activity WHERE datname LIKE 'remuda_restore%' AND wait_event = 'PgSleep'").isEmpty());

        stop.request();

        FailureResult failure = (FailureResult) work.orTimeout(30, TimeUnit.SECONDS).join();
        assertThat(failure.message()).contains("told to stop (SIGTERM)", "pg_restore was ended with the worker");
        bench.requireNoSideDatabases();
    }

    @Test
    void aFunctionOfTheDatabasesOwnIsNeverCalledWithOurRights() {
        postgres.run(
                database,
                "CREATE TABLE called (by text)",
                "CREATE FUNCTION has_schema_privilege(name, text) RETURNS boolean LANGUAGE plpgsql AS"
                        + " 'BEGIN INSERT INTO public.called VALUES (current_user); RETURN true; END'",
                "ALTER DATABASE " + database + " SET search_path = public, pg_catalog");

        bench.completed(bench.backup(database));

        assertThat(postgres.ask(database, "SELECT count(*) FROM called")).containsExactly("0");
    }
}
