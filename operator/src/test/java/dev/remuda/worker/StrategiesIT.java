package dev.remuda.worker;

import java.util.SortedMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.support.PostgresServer;
import dev.remuda.support.Zoo;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.Selection;
import dev.remuda.task.SwitchResult;
import dev.remuda.task.TableName;

import static org.assertj.core.api.Assertions.assertThat;

/** Each strategy on each major brings a database back in which everything is that gets lost easily: equal fact by fact, row by row. */
class StrategiesIT {
    static Stream<Arguments> allOfThem() {
        return Stream.of(15, 16, 17, 18).flatMap(major -> Stream.of(RestoreStrategy.Swap, RestoreStrategy.Recreate).map(strategy -> Arguments.of(major, strategy)));
    }

    @ParameterizedTest(name = "{1} on {0}")
    @MethodSource("allOfThem")
    void bringsEverythingBack(int major, RestoreStrategy strategy) {
        PostgresServer server = PostgresServer.shared(major);
        Bench bench = new Bench(server);
        String database = Zoo.create(server, Zoo.Extra.HASHED_ENUM, Zoo.Extra.POLICIES);
        SortedMap<String, String> before = Zoo.fingerprint(server, database);
        bench.completed(bench.backup(database));
        server.run(database, "DROP SCHEMA zoo CASCADE", "CREATE TABLE rubbish (id int)");

        bench.restored(bench.restore(database, strategy, database));

        assertThat(Zoo.fingerprint(server, database)).isEqualTo(before);
    }

    @ParameterizedTest(name = "on {0}")
    @org.junit.jupiter.params.provider.ValueSource(ints = {15, 16, 17, 18})
    void aTableNamedToDoHarmComesBackAlone(int major) {
        PostgresServer server = PostgresServer.shared(major);
        Bench bench = new Bench(server);
        String database = server.createDatabase();
        String name = "\"; drop table victims; --";
        String quoted = "\"" + name.replace("\"", "\"\"") + "\"";
        server.run(database, "CREATE TABLE victims (id int)", "INSERT INTO victims VALUES (1)", "CREATE TABLE " + quoted + " (id int PRIMARY KEY, \"'$(x)\" text)",
                "INSERT INTO " + quoted + " VALUES (1, '\\.'), (2, E'\\\\N\\n$$')");
        bench.completed(bench.backup(database));
        server.run(database, "DROP TABLE " + quoted);

        RestoreTask task = bench.of(bench.restore(database, RestoreStrategy.Existing, null), new Selection(null, java.util.List.of(new TableName("public", name))));
        assertThat(bench.run(task)).isInstanceOf(RestoreResult.class);

        assertThat(server.ask(database, "SELECT \"'$(x)\" FROM " + quoted + " ORDER BY id")).containsExactly("\\.", "\\N\n$$");
        assertThat(server.ask(database, "SELECT count(*) FROM victims")).containsExactly("1");
    }

    @Test
    void hypertablesTakeTheTargetsPlaceInOneJobAndInSeveral() {
        PostgresServer server = PostgresServer.timescale();
        Bench bench = new Bench(server);
        String database = server.createDatabase();
        server.run(
                database, "CREATE EXTENSION timescaledb", "CREATE TABLE odds (at timestamptz NOT NULL, race int, value numeric)", "SELECT create_hypertable('odds', 'at')",
                "INSERT INTO odds SELECT timestamptz '2026-01-01Z' + i * interval '1 hour', i % 7, i FROM generate_series(1, 5000) i", "CREATE INDEX ON odds (race)",
                "CREATE TABLE races (id int PRIMARY KEY)", "INSERT INTO races SELECT generate_series(0, 6)", "ALTER TABLE odds ADD FOREIGN KEY (race) REFERENCES races");
        String facts = "SELECT md5(string_agg(o::text, '|' ORDER BY at)) || (SELECT count(*) FROM timescaledb_information.chunks) || (SELECT count(*) FROM pg_constraint) FROM odds o";
        String before = server.ask(database, facts).getFirst();
        bench.completed(bench.backup(database));

        for (int jobs : new int[] {1, 3}) {
            server.run(database, "DELETE FROM odds WHERE race = 3");
            RestoreTask task = bench.as(bench.restore(database, RestoreStrategy.Swap, database), null, jobs, 100 << 20);
            assertThat(bench.run(task)).isInstanceOf(RestoreResult.class);
            assertThat(bench.run(bench.switching(task, database))).isInstanceOf(SwitchResult.class);

            assertThat(server.ask(database, facts)).as("%s jobs", jobs).containsExactly(before);
            assertThat(server.ask(database, "SELECT current_setting('timescaledb.restoring')")).containsExactly("off");
            assertThat(server.ask(database, "INSERT INTO odds VALUES ('2030-01-01Z', 1, 1) RETURNING value")).containsExactly("1");
            server.run(database, "DELETE FROM odds WHERE at = '2030-01-01Z'");
        }
    }

    /** pg_dump and pg_restore need 2 GiB each for it; the worker itself no more than for any other. */
    @Test
    void aRowOfAGigabyteComesBack() {
        PostgresServer server = PostgresServer.shared(15);
        Bench bench = new Bench(server);
        String database = Zoo.create(server, Zoo.Extra.LARGEST_ROW);
        String table = server.ask(
                database, "SELECT c.oid::regclass FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'zoo'::regnamespace ORDER BY (SELECT max(attnum) FROM pg_attribute "
                        + "WHERE attrelid = c.oid AND atttypid = 'bytea'::regtype) NULLS LAST, oid DESC").getFirst();
        SortedMap<String, String> before = Zoo.fingerprint(server, database);
        assertThat(before.toString()).contains(table);
        bench.completed(bench.backup(database));

        bench.restored(bench.restore(database + "_copy", RestoreStrategy.Create, null));

        assertThat(Zoo.fingerprint(server, database + "_copy")).isEqualTo(before);
        server.run("postgres", "DROP DATABASE " + database + "_copy", "DROP DATABASE " + database);
    }
}
