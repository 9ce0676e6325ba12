package dev.remuda.worker.postgres;

import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.TableName;

/**
 * What of a database with TimescaleDB is dumped as a whole or not at all.
 *
 * @param hypertables as users see them, and the views of continuous aggregates, whose rows are in hypertables
 * @param chunks the tables that hold their rows
 */
record TimescaleParts(Set<TableName> hypertables, Set<TableName> chunks) {
    private static final String SEEN = """
            SELECT schema_name::text, table_name::text FROM _timescaledb_catalog.hypertable
            UNION SELECT user_view_schema::text, user_view_name::text FROM _timescaledb_catalog.continuous_agg
            """;

    private static final String CHUNKS = "SELECT schema_name::text, table_name::text FROM _timescaledb_catalog.chunk";

    static TimescaleParts of(Database database) {
        return new TimescaleParts(names(database, SEEN), names(database, CHUNKS));
    }

    private static Set<TableName> names(Database database, String sql) {
        return new HashSet<>(database.query("listing hypertables", sql, row -> new TableName(row.getString(1), row.getString(2))));
    }

    /** Why such a dump would lack rows, and what to do; empty when it would not. */
    Optional<String> objection(DumpScope scope) {
        return Stream.of(
                        content(scope),
                        schemas("include", scope.include().schemas()),
                        schemas("exclude", scope.exclude().schemas()),
                        tables("include.tables", scope.include().tables()),
                        tables("exclude.tables", scope.exclude().tables()),
                        tables("exclude.tableData", scope.exclude().tableData()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** Restored, a schema alone has no hypertables but plain tables, and rows alone have no chunks to go to. */
    private Optional<String> content(DumpScope scope) {
        boolean all = scope.content() == DumpContent.All || !scope.include().none();
        return all || hypertables.isEmpty() && scope.content() == DumpContent.SchemaOnly
                ? Optional.empty()
                : Optional.of("content " + scope.content() + " is no backup of TimescaleDB's hypertables; use content All, or include only schemas or tables without hypertables");
    }

    private Optional<String> schemas(String list, Collection<String> named) {
        return first(named, this::isTouchedSchema).map(schema -> list + ".schemas names " + schema + ", which holds " + held(schema)
                + " of TimescaleDB, and pg_dump would leave rows out without an error; take " + schema + " out of the list, and dump hypertables with the whole database");
    }

    private Optional<String> tables(String list, Collection<TableName> named) {
        return first(named, table -> hypertables.contains(table) || chunks.contains(table) || isOwnSchema(table.schema()))
                .map(table -> list + " names " + table + ", which is " + (hypertables.contains(table) ? "a hypertable or continuous aggregate" : "a part")
                        + " of TimescaleDB: its rows lie in chunks, which pg_dump does not take with it; take it out of the list, and dump hypertables with the whole database");
    }

    private boolean isTouchedSchema(String schema) {
        return isOwnSchema(schema) || Stream.concat(hypertables.stream(), chunks.stream()).anyMatch(table -> table.schema().equals(schema));
    }

    private static boolean isOwnSchema(String schema) {
        return schema.startsWith("_timescaledb_") || schema.equals("timescaledb_information") || schema.equals("timescaledb_experimental");
    }

    private String held(String schema) {
        String names = hypertables.stream().filter(table -> table.schema().equals(schema)).map(TableName::toString).sorted().limit(1).collect(Collectors.joining());
        return names.isEmpty() || isOwnSchema(schema) ? "parts" : "hypertables (such as " + names + ")";
    }

    private static <T> Optional<T> first(Collection<T> named, Predicate<T> touched) {
        return named.stream().filter(touched).findFirst();
    }
}
