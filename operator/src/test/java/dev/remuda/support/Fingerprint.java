package dev.remuda.support;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a database is, as facts with names. Two databases are equal when their facts are, and a fact that differs says where.
 * The facts about objects are queries in a file; those about rows are here, since each table has its own query.
 */
final class Fingerprint {
    // How values are printed, and names with their schema always.
    private static final List<String> SETTINGS = List.of(
            "search_path = pg_catalog", "extra_float_digits = 1", "DateStyle = ISO", "IntervalStyle = postgres", "TimeZone = UTC", "bytea_output = hex",
            "row_security = off", "statement_timeout = 0");

    // Rows of a table partitioned by the hash of an enum may be in another partition after a restore: they are taken together.
    private static final String TABLES = """
            WITH RECURSIVE spread AS (
              SELECT p.partrelid AS oid FROM pg_partitioned_table p
              WHERE p.partstrat = 'h' AND EXISTS (SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                WHERE a.attrelid = p.partrelid AND a.attnum = ANY (p.partattrs) AND t.typtype = 'e')
            ), below AS (
              SELECT i.inhrelid AS oid FROM pg_inherits i JOIN spread s ON s.oid = i.inhparent
              UNION ALL SELECT i.inhrelid FROM pg_inherits i JOIN below b ON b.oid = i.inhparent
            )
            SELECT c.oid::regclass::text,
                   CASE WHEN c.relkind = 'r' THEN 'ONLY ' ELSE '' END,
                   string_agg(CASE WHEN a.atttypid = 'bytea'::regtype THEN format('coalesce(md5(%1$I), ''-'')', a.attname)
                                   ELSE format('coalesce(md5(%1$I::text), ''-'')', a.attname) END, ' || ' ORDER BY a.attname) FILTER (WHERE a.attname IS NOT NULL)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE (c.relkind IN ('r', 'm') AND c.oid NOT IN (SELECT oid FROM below) OR c.oid IN (SELECT oid FROM spread EXCEPT SELECT oid FROM below))
              AND c.relispopulated AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            GROUP BY c.oid
            """;

    private static final String SEQUENCES = """
            SELECT seqrelid::regclass::text FROM pg_sequence s
            WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.deptype = 'e')
            """;

    private final Connection connection;
    private final SortedMap<String, String> facts = new TreeMap<>();

    private Fingerprint(Connection connection) {
        this.connection = connection;
    }

    /** Of one moment; nothing of it is left in the database. */
    static SortedMap<String, String> of(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try {
            Fingerprint taken = new Fingerprint(connection);
            taken.take();
            return taken.facts;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private void take() throws SQLException {
        execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        for (String setting : SETTINGS) {
            execute("SET LOCAL " + setting);
        }
        for (String sql : Zoo.resource("fingerprint.sql").split(";\\n")) {
            if (sql.contains("CREATE FUNCTION")) {
                execute(sql);
            } else if (!sql.isBlank()) {
                rows(sql).forEach(row -> put(row.getFirst(), row.getLast()));
            }
        }
        for (List<String> table : rows(TABLES)) {
            put("rows of " + table.getFirst(), content(table.getFirst(), table.get(1), table.getLast()));
        }
        for (List<String> sequence : rows(SEQUENCES)) {
            put("value of " + sequence.getFirst(), rows("SELECT last_value || CASE WHEN is_called THEN '' ELSE ' not called' END, '' FROM " + sequence.getFirst()).getFirst().getFirst());
        }
    }

    /** @param columns null for a table without any */
    private String content(String table, String only, String columns) throws SQLException {
        String hash = columns == null ? "''" : "md5(coalesce(string_agg(md5(" + columns + "), '' ORDER BY md5(" + columns + ")), ''))";
        List<String> found = rows("SELECT count(*), " + hash + " FROM " + only + table).getFirst();
        return found.getFirst() + " with " + found.getLast();
    }

    /** @param name null for what is no object of the database's own */
    private void put(String name, String value) {
        if (name == null) {
            return;
        }
        String other = facts.put(name, value);
        if (other != null) {
            throw new IllegalStateException("two facts are called " + name + ": " + other + " and " + value);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    private List<List<String>> rows(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            try (ResultSet rows = statement.executeQuery(sql)) {
                List<List<String>> all = new ArrayList<>();
                while (rows.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                        row.add(rows.getString(i));
                    }
                    all.add(row);
                }
                return all;
            }
        }
    }
}
