package dev.remuda.worker.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.Reason;
import dev.remuda.task.TableName;
import dev.remuda.worker.WorkFailure;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.Manifest.Table;

/**
 * The tables whose rows a dump holds. Partitions count each for itself and their parent not at all, but those by hash together; a hypertable counts as one, its chunks
 * not. Views and materialized views hold no rows of their own: the latter are filled anew by a restore. Tables that belong to an extension
 * are the extension's.
 */
public final class Tables {
    private static final Logger LOG = LoggerFactory.getLogger(Tables.class);
    private static final int SHOWN = 5;
    private static final String PARTITIONED = "partitioned";

    private static final String DUMPED = """
            SELECT n.nspname, c.relname, c.oid
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND c.relpersistence <> 't'
              AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
              AND (c.relpersistence = 'p' OR NOT pg_is_in_recovery())
            """;

    /**
     * A hash may put a row into another partition after a restore (an enum's value is hashed by an id that is made anew), so below the topmost
     * table that is partitioned by one, partitions are not comparable.
     */
    private static final String HASHED = """
            WITH RECURSIVE hashed AS (SELECT partrelid AS oid FROM pg_partitioned_table WHERE partstrat = 'h'),
            below AS (
              SELECT i.inhrelid AS oid FROM pg_inherits i JOIN hashed h ON h.oid = i.inhparent
              UNION SELECT i.inhrelid FROM pg_inherits i JOIN below b ON b.oid = i.inhparent)
            """;

    private static final String UNREADABLE_TABLES =
            "SELECT nspname, relname FROM (" + DUMPED + ") t WHERE NOT (has_schema_privilege(nspname, 'USAGE') AND has_table_privilege(oid, 'SELECT'))";

    private static final String FILTERED_TABLES = "SELECT nspname, relname FROM (" + DUMPED + ") t WHERE row_security_active(oid) ORDER BY 1, 2";

    private static final String UNREADABLE_SEQUENCES = """
            SELECT n.nspname, c.relname, tn.nspname, t.relname
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')
              LEFT JOIN pg_class t ON t.oid = o.refobjid LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
            WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
              AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_sequence_privilege(c.oid, 'SELECT'))
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            """;

    private static final String HYPERTABLES = """
            SELECT schema_name::text AS nspname, table_name::text AS relname,
                   coalesce((to_jsonb(h)->>'compression_state')::int, 0) = 2 AS compressed
            FROM _timescaledb_catalog.hypertable h
            """;

    private static final String CHUNKS = "SELECT schema_name::text AS nspname, table_name::text AS relname FROM _timescaledb_catalog.chunk";

    private Tables() {}

    /** Refuses a user who could not read all of what is dumped, before anything is begun. */
    public static void refuseUnreadable(Database database, DumpScope wanted) {
        DumpScope scope = Partitions.joined(database, wanted);
        List<String> hidden = Stream.of(
                        hidden(database, UNREADABLE_TABLES, row -> scope.contains(name(row))),
                        hidden(database, UNREADABLE_SEQUENCES, row -> isDumped(scope, name(row), new TableName(row.getString(3), row.getString(4)))))
                .flatMap(List::stream)
                .sorted()
                .toList();
        String user = database.login().user();
        if (!hidden.isEmpty()) {
            throw new WorkFailure(
                    Reason.DatabasePermissionDenied, "user " + user + " may not read " + some(hidden) + "; GRANT pg_read_all_data TO " + Sql.identifier(user)
                            + ", or grant SELECT on them");
        }
        List<String> filtered = hidden(database, FILTERED_TABLES, row -> scope.containsRows(name(row)));
        if (!filtered.isEmpty()) {
            throw new WorkFailure(
                    Reason.DatabasePermissionDenied, "row security policies hide rows of " + some(filtered) + " from user " + user + "; ALTER ROLE "
                            + Sql.identifier(user) + " BYPASSRLS, or use the tables' owner");
        }
    }

    private static List<String> hidden(Database database, String sql, Database.Row<Boolean> counts) {
        return database.query("checking privileges", sql, row -> counts.read(row) ? row.getString(1) + "." + row.getString(2) : "").stream()
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** A sequence is dumped with the table that it belongs to, or else by itself. */
    private static boolean isDumped(DumpScope scope, TableName sequence, TableName owner) {
        boolean owned = owner.name() != null && scope.contains(owner);
        return scope.content() != DumpContent.SchemaOnly && (owned || scope.contains(sequence));
    }

    private static TableName name(ResultSet row) throws SQLException {
        return new TableName(row.getString(1), row.getString(2));
    }

    /** The dumped tables' names, quoted. */
    static List<String> names(Database database, DumpScope scope) {
        return list(database, scope).stream().map(table -> Sql.name(table.schema(), table.name())).toList();
    }

    /** Counts every dumped table in the snapshot's transaction. */
    static List<Table> countInSnapshot(Database database, DumpScope scope, IntConsumer told) {
        database.execute("setting a savepoint", "SAVEPOINT counting");
        return count(database, scope, counted -> {
            database.execute("giving locks back", "ROLLBACK TO SAVEPOINT counting");
            told.accept(counted);
        });
    }

    /**
     * Counts every table, one after the other.
     *
     * @param afterEach told how many are counted
     */
    public static List<Table> count(Database database, IntConsumer afterEach) {
        return count(database, DumpScope.WHOLE, afterEach);
    }

    /** All tables, as a whole dump has them. */
    public static List<TableName> named(Database database) {
        return list(database, DumpScope.WHOLE).stream().map(Table::qualified).toList();
    }

    /** Counts the named tables. @param told how many are counted, after each */
    public static List<Table> count(Database database, Collection<TableName> names, IntConsumer told) {
        Set<TableName> wanted = Set.copyOf(names);
        List<Table> counted = new ArrayList<>();
        Stream.concat(all(database).stream(), hashed(database).stream()).filter(table -> wanted.contains(table.qualified())).forEach(table -> {
            counted.add(new Table(table.schema(), table.name(), table.kind(), rows(database, table)));
            told.accept(counted.size());
        });
        return counted;
    }

    /** A count locks each index of each chunk to the end of its transaction; the server's lock table has room for some thousands only. */
    private static List<Table> count(Database database, DumpScope scope, IntConsumer afterEach) {
        List<Table> counted = new ArrayList<>();
        for (Table table : list(database, scope)) {
            if (!scope.containsRows(table.qualified())) {
                counted.add(table);
                continue;
            }
            counted.add(new Table(table.schema(), table.name(), table.kind(), rows(database, table)));
            afterEach.accept(counted.size());
        }
        LOG.info("{} tables counted", counted.size());
        return counted;
    }

    private static long rows(Database database, Table table) {
        String only = table.kind().equals("table") ? "ONLY " : "";
        return database.one(
                "counting rows of " + table.schema() + "." + table.name(), "SELECT count(*) FROM " + only + Sql.name(table.schema(), table.name()), row -> row.getLong(1));
    }

    /** What of the expected is not so: one line a table, empty when all is equal. */
    public static List<String> differences(List<Table> expected, List<Table> found) {
        Map<String, Table> byName = new HashMap<>();
        found.forEach(table -> byName.put(Sql.name(table.schema(), table.name()), table));
        List<String> differences = new ArrayList<>();
        for (Table table : expected) {
            Table there = byName.get(Sql.name(table.schema(), table.name()));
            String name = table.schema() + "." + table.name();
            if (there == null) {
                differences.add(name + " is missing");
            } else if (there.rows() != table.rows()) {
                differences.add(name + " has " + there.rows() + " rows instead of " + table.rows());
            } else if (!there.kind().equals(table.kind())) {
                differences.add(name + " is a " + there.kind() + " instead of a " + table.kind());
            }
        }
        return differences;
    }

    /** The first few of them, and how many more there are. */
    public static String some(List<String> names) {
        String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
        return names.size() > SHOWN ? shown + " and " + (names.size() - SHOWN) + " more" : shown;
    }

    private static List<Table> list(Database database, DumpScope scope) {
        List<Table> tables = all(database).stream().filter(table -> scope.contains(table.qualified())).toList();
        if (!scope.whole()) {
            return tables; // a partition may be left out
        }
        Set<TableName> below = new HashSet<>(database.query(
                "listing partitions by hash", HASHED + "SELECT n.nspname, c.relname FROM below b JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace", Tables::name));
        return Stream.concat(tables.stream().filter(table -> !below.contains(table.qualified())), hashed(database).stream())
                .sorted(Comparator.comparing(Table::schema).thenComparing(Table::name))
                .toList();
    }

    /** The topmost of those that are partitioned by a hash. */
    private static List<Table> hashed(Database database) {
        return database.query(
                "listing tables partitioned by hash",
                HASHED + "SELECT n.nspname, c.relname FROM hashed h JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace "
                        + "WHERE c.oid NOT IN (SELECT oid FROM below) AND c.relpersistence <> 't'",
                row -> new Table(row.getString(1), row.getString(2), PARTITIONED, 0));
    }

    private static List<Table> all(Database database) {
        String sql = Timescale.version(database).isEmpty()
                ? "SELECT nspname, relname, 'table' FROM (" + DUMPED + ") t ORDER BY 1, 2"
                : "WITH hypertables AS (" + HYPERTABLES + "), chunks AS (" + CHUNKS + ") "
                        + "SELECT t.nspname, t.relname, CASE WHEN h.relname IS NULL THEN 'table' ELSE 'hypertable' END "
                        + "FROM (" + DUMPED + ") t LEFT JOIN hypertables h USING (nspname, relname) "
                        + "WHERE NOT coalesce(h.compressed, false) "
                        + "AND NOT EXISTS (SELECT FROM chunks c WHERE c.nspname = t.nspname AND c.relname = t.relname) ORDER BY 1, 2";
        return database.query("listing tables", sql, row -> new Table(row.getString(1), row.getString(2), row.getString(3), 0));
    }
}
