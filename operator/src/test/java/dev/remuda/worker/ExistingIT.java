package dev.remuda.worker;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.support.SeaweedServer;
import dev.remuda.task.BackupTask;
import dev.remuda.task.CleanUpResult;
import dev.remuda.task.Compression;
import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.FailureResult;
import dev.remuda.task.PreflightResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.Selection;
import dev.remuda.task.TableName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tables and schemas that come back into a database that is there: all of them, or nothing changes. */
class ExistingIT {
    private final Bench bench = new Bench();
    private final PostgresServer postgres = bench.postgres;
    private final String database = Racing.create(postgres);
    private final List<String> before = Racing.checksums(postgres, database);

    @Test
    void aDroppedTableComesBackWithAllThatIsPartOfIt() {
        postgres.run(database, "CREATE TRIGGER t BEFORE UPDATE ON entries FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                "GRANT SELECT ON entries TO PUBLIC", "COMMENT ON COLUMN entries.odds IS 'at the off'");
        bench.completed(bench.backup(database));
        String facts = "SELECT relacl::text || (SELECT count(*) FROM pg_trigger WHERE tgrelid = c.oid) || col_description(c.oid, 3) FROM pg_class c WHERE relname = 'entries'";
        List<String> asItWas = postgres.ask(database, facts);
        postgres.run(database, "DROP TABLE entries CASCADE", "CREATE VIEW favourites AS SELECT 1 AS race", "DROP VIEW favourites", "UPDATE horses SET name = 'new ' || id WHERE id < 10");

        RestoreTask task = part("entries");
        assertThat(bench.run(bench.preflight(task))).isInstanceOf(PreflightResult.class);
        RestoreResult result = (RestoreResult) bench.run(task);

        assertThat(result.tables()).isEqualTo(1);
        assertThat(result.rows()).isEqualTo(3000);
        assertThat(postgres.ask(database, facts)).isEqualTo(asItWas);
        assertThat(postgres.ask(database, "SELECT count(*) FROM pg_constraint WHERE conrelid = 'entries'::regclass")).containsExactly("3");
        assertThat(postgres.ask(database, "SELECT count(*) FROM pg_indexes WHERE tablename = 'entries'")).containsExactly("2");
        assertThat(postgres.ask(database, "SELECT count(*) FROM horses WHERE name LIKE 'new %'")).as("the rest is as it was").containsExactly("9");
        assertThat(bench.run(task)).as("a second run finds it done").isInstanceOf(RestoreResult.class);
        assertThat(bench.run(bench.cleaning(task, database))).isInstanceOfSatisfying(CleanUpResult.class, left -> assertThat(left.restored()).isTrue());
        bench.requireNoSideDatabases();
    }

    @Test
    void lostRowsComeBackIntoTablesThatReferToEachOther() {
        bench.completed(bench.backup(database));
        postgres.run(database, "DELETE FROM entries WHERE horse < 2000", "DELETE FROM horses WHERE id < 2000", "CREATE TABLE audit (what text)",
                "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO audit VALUES (TG_OP); RETURN NEW; END'",
                "CREATE TRIGGER noted AFTER INSERT ON horses FOR EACH ROW EXECUTE FUNCTION noted()");

        assertThat(bench.failed(part("horses", "entries")).message()).contains("confirm is 'null'", "2 of the tables to restore have rows", "confirm: " + database);
        assertThat(bench.failed(confirmed("horses")).message()).contains("public.entries refers to them", "include");
        RestoreResult result = (RestoreResult) bench.run(confirmed("horses", "entries"));

        assertThat(result.note()).contains("replaced the rows of public.");
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
        assertThat(postgres.ask(database, "SELECT count(*) FROM audit")).as("triggers do not act on what is only put back").containsExactly("0");
        assertThat(postgres.ask(database, "SELECT tgenabled FROM pg_trigger WHERE tgname = 'noted'")).containsExactly("O");
    }

    @Test
    void aWholeSchemaComesBack() {
        postgres.run(database, "CREATE SCHEMA stud", "CREATE TYPE stud.colour AS ENUM ('bay', 'grey')", "CREATE TABLE stud.\"Mares; drop\" (id serial PRIMARY KEY, c stud.colour)",
                "INSERT INTO stud.\"Mares; drop\" (c) SELECT 'bay' FROM generate_series(1, 7)", "CREATE VIEW stud.bays AS SELECT * FROM stud.\"Mares; drop\"",
                "CREATE FUNCTION stud.count(int) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM stud.bays'");
        bench.completed(bench.backup(database));
        postgres.run(database, "DROP TABLE stud.\"Mares; drop\" CASCADE");

        RestoreResult result = (RestoreResult) bench.run(bench.of(task(null), new Selection(List.of("stud"), null)));

        assertThat(result.rows()).isEqualTo(7);
        assertThat(result.note()).contains("is there already and is left as it is");
        assertThat(postgres.ask(database, "SELECT stud.count(1)")).containsExactly("7");
        assertThat(postgres.ask(database, "INSERT INTO stud.\"Mares; drop\" (c) VALUES ('grey') RETURNING id")).containsExactly("8");

        postgres.run(database, "DROP SCHEMA stud CASCADE");
        assertThat(bench.run(bench.of(task(null), new Selection(List.of("stud"), null)))).isInstanceOf(RestoreResult.class);
        assertThat(postgres.ask(database, "SELECT stud.count(1)")).containsExactly("7");
    }

    @Test
    void whatItNeedsAndIsNotThereIsNamedAndNothingChanges() {
        bench.completed(bench.backup(database));
        postgres.run(database, "DROP TABLE entries CASCADE", "DROP TABLE races CASCADE");

        FailureResult failure = bench.failed(part("entries"));

        assertThat(failure.message()).contains("races", "What it needs of the target: ");
        assertThat(postgres.ask(database, "SELECT to_regclass('public.entries') IS NULL")).containsExactly("t");
        assertThat(bench.run(bench.cleaning(part("entries"), database))).isInstanceOfSatisfying(CleanUpResult.class, left -> assertThat(left.restored()).isFalse());
    }

    @Test
    void aCheckThatIsNotTrueChangesNothing() {
        bench.completed(bench.backup(database));
        postgres.run(database, "DELETE FROM entries");

        FailureResult failure = bench.failed(bench.with(confirmed("entries"), "SELECT count(*) = 1 FROM entries"));

        assertThat(failure.reason()).isEqualTo(Reason.CheckFailed);
        assertThat(failure.message()).contains("must return true and returned false");
        assertThat(postgres.ask(database, "SELECT count(*) FROM entries")).containsExactly("0");
        assertThat(bench.failed(bench.with(confirmed("entries"), "SELECT $$x$$ IN (SELECT nonsense)")).message()).contains("nonsense");
        assertThat(bench.run(bench.with(confirmed("entries"), "SELECT count(*) = 3000 FROM entries"))).isInstanceOf(RestoreResult.class);
    }

    @Test
    void stoppedInTheMiddleNothingHasChanged() throws Exception {
        bench.completed(bench.backup(database));
        postgres.run(database, "DELETE FROM entries");
        Stop stop = new Stop();
        try (var connection = postgres.connect(database); var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM entries"); // the restore waits for this lock
            CompletableFuture<?> work = CompletableFuture.supplyAsync(() -> bench.run(confirmed("entries"), stop));
            org.awaitility.Awaitility.await().until(() -> work.isDone()
                    || !postgres.ask("postgres", "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '" + database + "'").isEmpty());
            stop.request();
            assertThat(work.orTimeout(20, TimeUnit.SECONDS).join()).isInstanceOf(FailureResult.class);
        }
        assertThat(postgres.ask(database, "SELECT count(*) FROM entries")).containsExactly("0");
    }

    @Test
    void wrongNamesAreRefusedBeforeAnythingIsTouched() {
        bench.completed(bench.backup(database));

        FailureResult failure = bench.failed(bench.preflight(part("entries", "jockeys")));

        assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec);
        assertThat(failure.message()).contains("table public.jockeys is not in the backup");
        assertThat(bench.failed(bench.of(task("gone_1", null), selection("entries"))).message()).contains("database gone_1 does not exist", "strategy Create");
    }

    @Test
    void aLostPartitionComesBackAsOne() {
        postgres.run(database, "CREATE FUNCTION norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)'",
                "CREATE TABLE events (id int, year int, name text, PRIMARY KEY (id, year)) PARTITION BY RANGE (year)", "CREATE INDEX by_name ON events (norm(name))",
                "CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM (2024) TO (2025)", "CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM (2025) TO (2026)",
                "CREATE UNIQUE INDEX only_2024 ON events_2024 (norm(name))", "INSERT INTO events SELECT i, 2024 + i % 2, 'n' || i FROM generate_series(1, 1000) i");
        String facts = "SELECT count(*) || (SELECT string_agg(indexdef, '|' ORDER BY indexname) FROM pg_indexes WHERE tablename LIKE 'events%')"
                + " || (SELECT string_agg(inhrelid::regclass || ' of ' || inhparent::regclass, '|' ORDER BY 1) FROM (SELECT * FROM pg_inherits ORDER BY inhrelid::regclass::text) i) FROM events";
        List<String> asItWas = postgres.ask(database, facts);
        bench.completed(bench.backup(database));

        postgres.run(database, "DROP TABLE events_2024");
        assertThat(bench.run(part("events"))).as("a table that is there and partitioned has no rows to confirm").isInstanceOf(FailureResult.class);
        assertThat(bench.run(confirmed("events"))).isInstanceOf(RestoreResult.class);
        assertThat(postgres.ask(database, facts)).isEqualTo(asItWas);

        postgres.run(database, "DROP TABLE events_2024");
        assertThat(bench.run(part("events_2024"))).isInstanceOf(RestoreResult.class);
        assertThat(postgres.ask(database, "SELECT count(*) FROM events_2024")).containsExactly("500");
    }

    @Test
    void anIndexThatCallsAFunctionThatIsThereComesBack() {
        postgres.run(database, "CREATE FUNCTION norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)'", "CREATE TABLE users (email text)",
                "CREATE UNIQUE INDEX users_email ON users (norm(email))", "CREATE STATISTICS st ON (norm(email)), (email || 'x') FROM users", "INSERT INTO users VALUES ('a')");
        bench.completed(bench.backup(database));
        List<String> asItWas = Racing.checksums(postgres, database);
        postgres.run(database, "DROP TABLE users");

        assertThat(bench.run(bench.of(task(database), new Selection(List.of("public"), null)))).isInstanceOf(RestoreResult.class);

        assertThat(postgres.ask(database, "SELECT indexdef FROM pg_indexes WHERE indexname = 'users_email'")).hasSize(1);
        assertThat(postgres.ask(database, "SELECT 1 FROM pg_statistic_ext WHERE stxname = 'st'")).hasSize(1);
        assertThat(Racing.checksums(postgres, database)).isEqualTo(asItWas);
    }

    @Test
    void aReaderWhoKeepsATableForLongStopsTheRestoreForAWhileOnly() throws Exception {
        bench.completed(bench.backup(database));
        try (var connection = postgres.connect(database); var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM entries");

            FailureResult failure = bench.failed(confirmed("entries"));

            assertThat(failure.reason()).isEqualTo(Reason.TargetInUse);
            assertThat(failure.reason().canPass()).isTrue();
        }
        assertThat(bench.run(confirmed("entries"))).isInstanceOf(RestoreResult.class);
    }

    @Test
    void aRefusalInTheMiddleOfManyRowsEndsAtOnce() {
        postgres.run(database, "INSERT INTO photos (image) SELECT decode(repeat(md5(i::text), 20000), 'hex') FROM generate_series(1, 40) i");
        bench.completed(bench.backup(database));
        postgres.run(database, "DELETE FROM photos", "ALTER TABLE photos ADD CHECK (id > 1)");

        FailureResult failure = (FailureResult) CompletableFuture.supplyAsync(() -> bench.run(confirmed("photos"))).orTimeout(60, TimeUnit.SECONDS).join();

        assertThat(failure.message()).contains("violates check constraint").doesNotContain("Failing row");
        assertThat(postgres.ask(database, "SELECT count(*) FROM photos")).containsExactly("0");
    }

    @Test
    void aStoreThatIsGoneInTheMiddleChangesNothing() {
        try (SeaweedServer store = SeaweedServer.start()) {
            Bench lone = new Bench(store);
            String large = postgres.createDatabase();
            postgres.run(large, "CREATE TABLE large (id int, bytes bytea)", "ALTER TABLE large ALTER bytes SET STORAGE EXTERNAL",
                    "INSERT INTO large SELECT i, decode(repeat(md5(random()::text), 62500), 'hex') FROM generate_series(1, 40) i");
            lone.completed(lone.backup(lone.database(large), lone.access(), new Compression(Compression.Algorithm.None, 0)));
            postgres.run(large, "DELETE FROM large WHERE id > 7");
            Journal gone = new Journal() {
                @Override
                synchronized void begin(String name, Long bytes, Integer tables) {
                    super.begin(name, bytes, tables);
                    if (name.equals("Restore")) {
                        store.kill();
                    }
                }
            };
            RestoreTask task = lone.of(lone.restore(large, RestoreStrategy.Existing, large), selection("large"));

            CompletableFuture<?> work = CompletableFuture.runAsync(() -> lone.run(task, gone));
            assertThatThrownBy(() -> work.orTimeout(120, TimeUnit.SECONDS).join()).hasCauseInstanceOf(WorkFailure.class).hasMessageContaining("does not answer");

            assertThat(postgres.ask(large, "SELECT count(*) FROM large")).containsExactly("7");
        }
    }

    @Test
    void aDumpOfRowsAloneFillsTablesThatAreThere() {
        BackupTask whole = bench.backup(database);
        bench.completed(new BackupTask(
                whole.backup(), whole.namespace(), whole.policy(), whole.attempt(), whole.database(), whole.store(), whole.prefix(), whole.earlier(), whole.compression(), whole.labels(), null, null, null,
                null, new DumpScope(DumpContent.DataOnly, null, null), false));
        postgres.run(database, "DELETE FROM entries");

        assertThat(bench.failed(bench.restore(database, RestoreStrategy.Swap, database)).message()).contains("rows only", "cannot take the place of the whole");
        assertThat(bench.failed(bench.restore(database + "_new", RestoreStrategy.Create, null)).message()).contains("rows alone", "strategy Existing");
        assertThat(((RestoreResult) bench.run(confirmed("entries"))).rows()).isEqualTo(3000);
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
    }

    @Test
    void partsMakeADatabaseOfTheirOwnToo() {
        bench.completed(bench.backup(database));

        RestoreTask create = bench.of(bench.restore(database + "_part", RestoreStrategy.Create, null), selection("horses", "photos"));
        RestoreResult result = bench.restored(create);

        assertThat(result.tables()).isEqualTo(2);
        assertThat(postgres.ask(database + "_part", "SELECT count(*) FROM horses")).containsExactly("3000");
        assertThat(postgres.ask(database + "_part", "SELECT to_regclass('races') IS NULL")).containsExactly("t");
    }

    private RestoreTask part(String... tables) {
        return bench.of(task(null), selection(tables));
    }

    private RestoreTask confirmed(String... tables) {
        return bench.of(task(database), selection(tables));
    }

    private RestoreTask task(String confirm) {
        return task(database, confirm);
    }

    private RestoreTask task(String target, String confirm) {
        return bench.restore(target, RestoreStrategy.Existing, confirm);
    }

    private static Selection selection(String... tables) {
        return new Selection(null, List.of(tables).stream().map(name -> new TableName("public", name)).toList());
    }
}
