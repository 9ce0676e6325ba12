package dev.remuda.worker.postgres;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.Manifest.Table;

/**
 * The tables whose rows a dump holds. Partitions count each for itself and their parent not at all; a hypertable counts as one, its chunks
 * not. Views and materialized views hold no rows of their own: the latter are filled anew by a restore. Tables that belong to an extension
 * are the extension's.
 */
public final class Tables {
    private static final Logger LOG = LoggerFactory.getLogger(Tables.class);
    private static final int SHOWN = 5;

    private static final String DUMPED = """
            SELECT n.nspname, c.relname, c.oid
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND c.relpersistence <> 't'
              AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
              AND (c.relpersistence = 'p' OR NOT pg_is_in_recovery())
            """;

    private static final String HYPERTABLES = """
            SELECT schema_name::text AS nspname, table_name::text AS relname,
                   coalesce((to_jsonb(h)->>'compression_state')::int, 0) = 2 AS compressed
            FROM _timescaledb_catalog.hypertable h
            """;

    private static final String CHUNKS = "SELECT schema_name::text AS nspname, table_name::text AS relname FROM _timescaledb_catalog.chunk";

    private Tables() {}

    /** Refuses a user who could not read all of what is dumped, before anything is begun. */
    public static void refuseUnreadable(Database database) {
        List<String> hidden = database.query(
                "checking privileges",
                "SELECT nspname, relname FROM (" + DUMPED + ") t WHERE NOT (has_schema_privilege(nspname, 'USAGE') AND has_table_privilege(oid, 'SELECT')) "
                        + "UNION ALL SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                        + "WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' "
                        + "AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_sequence_privilege(c.oid, 'SELECT')) "
                        + "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') "
                        + "ORDER BY 1, 2",
                row -> row.getString(1) + "." + row.getString(2));
        String user = database.login().user();
        if (!hidden.isEmpty()) {
            throw new WorkFailure(
                    Reason.DatabasePermissionDenied, "user " + user + " may not read " + some(hidden) + "; GRANT pg_read_all_data TO " + Sql.identifier(user)
                            + ", or grant SELECT on them");
        }
        List<String> filtered = database.query(
                "checking row security",
                "SELECT nspname, relname FROM (" + DUMPED + ") t WHERE row_security_active(oid) ORDER BY 1, 2",
                row -> row.getString(1) + "." + row.getString(2));
        if (!filtered.isEmpty()) {
            throw new WorkFailure(
                    Reason.DatabasePermissionDenied, "row security policies hide rows of " + some(filtered) + " from user " + user + "; ALTER ROLE "
                            + Sql.identifier(user) + " BYPASSRLS, or use the tables' owner");
        }
    }

    /** The tables' names, quoted. */
    static List<String> names(Database database) {
        return list(database).stream().map(table -> Sql.name(table.schema(), table.name())).toList();
    }

    /** Counts every table in the snapshot's transaction. */
    static List<Table> countInSnapshot(Database database) {
        database.execute("setting a savepoint", "SAVEPOINT counting");
        return count(database, () -> database.execute("giving locks back", "ROLLBACK TO SAVEPOINT counting"));
    }

    /** Counts every table, one after the other. */
    public static List<Table> count(Database database) {
        return count(database, () -> {});
    }

    /** A count locks each index of each chunk to the end of its transaction; the server's lock table has room for some thousands only. */
    private static List<Table> count(Database database, Runnable afterEach) {
        List<Table> counted = new ArrayList<>();
        for (Table table : list(database)) {
            String only = table.kind().equals("table") ? "ONLY " : "";
            long rows = database.one(
                    "counting rows of " + table.schema() + "." + table.name(),
                    "SELECT count(*) FROM " + only + Sql.name(table.schema(), table.name()),
                    row -> row.getLong(1));
            counted.add(new Table(table.schema(), table.name(), table.kind(), rows));
            afterEach.run();
        }
        LOG.info("{} tables counted", counted.size());
        return counted;
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

    static String some(List<String> names) {
        String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
        return names.size() > SHOWN ? shown + " and " + (names.size() - SHOWN) + " more" : shown;
    }

    private static List<Table> list(Database database) {
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
