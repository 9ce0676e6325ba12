package dev.remuda.worker;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.support.PostgresServer;
import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.Exclusion;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.Selection;
import dev.remuda.task.TableName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Parts of a database with hypertables: those that would silently lack rows are refused, the others are made. */
class TimescaleSelectionIT {
    private static final PostgresServer SERVER = PostgresServer.timescale();
    private static String database;

    private final Bench bench = new Bench(SERVER);

    @BeforeAll
    static void aDatabaseWithAHypertable() {
        database = SERVER.createDatabase();
        SERVER.run(
                database, "CREATE EXTENSION timescaledb", "CREATE SCHEMA audit", "CREATE SCHEMA chunks",
                "CREATE TABLE odds (at timestamptz NOT NULL, odds numeric)", "SELECT create_hypertable('odds', 'at', associated_schema_name => 'chunks')",
                "INSERT INTO odds SELECT timestamptz '2026-01-01Z' + i * interval '1 hour', i % 90 FROM generate_series(1, 500) i",
                "CREATE TABLE \"Ställe 🐎\" (id int)", "INSERT INTO \"Ställe 🐎\" VALUES (1)", "CREATE TABLE races (id int)", "INSERT INTO races SELECT generate_series(1, 7)", "CREATE TABLE audit.log (id int)",
                "INSERT INTO audit.log SELECT generate_series(1, 9)");
    }

    private BackupTask task(DumpScope scope) {
        BackupTask task = bench.backup(database);
        return new BackupTask(
                task.backup(), task.namespace(), task.policy(), task.attempt(), task.database(), task.store(), task.prefix(), task.earlier(), task.compression(), task.labels(), task.tier(),
                task.tiers(), task.slot(), task.storageClass(), scope, true);
    }

    private static DumpScope include(List<String> schemas, String... tables) {
        return new DumpScope(null, new Selection(schemas, tables(tables)), null);
    }

    private static List<TableName> tables(String... names) {
        return Stream.of(names).map(TableName::parse).toList();
    }

    private static String chunk() {
        return SERVER.ask(database, "SELECT chunk_schema || '.' || chunk_name FROM timescaledb_information.chunks LIMIT 1").getFirst();
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments(include(null, "public.odds"), "include.tables names public.odds"),
                arguments(include(null, chunk()), "include.tables names chunks._hyper"),
                arguments(include(List.of("public")), "include.schemas names public, which holds hypertables (such as public.odds)"),
                arguments(include(List.of("chunks")), "include.schemas names chunks"),
                arguments(include(List.of("_timescaledb_catalog")), "include.schemas names _timescaledb_catalog"),
                arguments(new DumpScope(null, null, new Exclusion(List.of("public"), null, null)), "exclude.schemas names public"),
                arguments(new DumpScope(null, null, new Exclusion(List.of("_timescaledb_internal"), null, null)), "exclude.schemas names _timescaledb_internal"),
                arguments(new DumpScope(null, null, new Exclusion(null, tables("public.odds"), null)), "exclude.tables names public.odds"),
                arguments(new DumpScope(null, null, new Exclusion(null, tables(chunk()), null)), "exclude.tables names chunks._hyper"),
                arguments(new DumpScope(null, null, new Exclusion(null, null, tables("public.odds"))), "exclude.tableData names public.odds"),
                arguments(new DumpScope(DumpContent.SchemaOnly, null, null), "content SchemaOnly is no backup of TimescaleDB's hypertables"),
                arguments(new DumpScope(DumpContent.DataOnly, null, null), "content DataOnly is no backup of TimescaleDB's hypertables"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("refused")
    void whatWouldLackRowsIsRefused(DumpScope scope, String why) {
        FailureResult failure = bench.failed(task(scope));

        assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec);
        assertThat(failure.message()).contains(why, "database " + database).containsPattern("take .* out of the list|use content All");
        bench.requireNothingStored();
    }

    @Test
    void ordinaryTablesMayBeLeftOut() {
        BackupResult result = bench.completed(task(new DumpScope(null, null, new Exclusion(List.of("gone"), tables("public.races", "public.\"Ställe 🐎\""), tables("audit.log")))));

        assertThat(result.rows()).isEqualTo(500);
        assertThat(result.tables()).isEqualTo(2);
        assertThat(bench.manifest().database().timescaledb().hypertables()).isEqualTo(1);
        bench.restored(bench.restore(database + "_copy", RestoreStrategy.Create, null));
        assertThat(SERVER.ask(database + "_copy", "SELECT count(*) FROM odds UNION ALL SELECT count(*) FROM audit.log")).containsExactly("500", "0");
        assertThat(SERVER.ask(database + "_copy", "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).containsExactly("odds");
    }

    /** Neither the extension nor anything of it is in such a dump, so no step of TimescaleDB belongs to its restore. */
    @Test
    void ordinaryTablesMayBeDumpedAlone() {
        BackupResult result = bench.completed(task(include(List.of("audit"))));

        assertThat(result.rows()).isEqualTo(9);
        assertThat(bench.manifest().database().timescaledb()).isNull();
        assertThat(bench.files()).contains("globals.sql");
        bench.restored(bench.restore(database + "_audit", RestoreStrategy.Create, null));
        assertThat(SERVER.ask(database + "_audit", "SELECT count(*) FROM audit.log")).containsExactly("9");
    }

    @Test
    void theirSchemaAloneToo() {
        BackupResult result = bench.completed(task(new DumpScope(DumpContent.SchemaOnly, new Selection(null, tables("public.races")), null)));

        assertThat(result.tables()).isEqualTo(1);
        assertThat(result.rows()).isZero();
    }
}
