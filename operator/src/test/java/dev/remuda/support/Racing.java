package dev.remuda.support;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.remuda.worker.store.Manifest.Table;

/** A small horse-racing database with a bit of everything that a dump can hold. */
public final class Racing {
    public static final List<Table> TABLES = List.of(
            new Table("public", "entries", "table", 3000),
            new Table("public", "horses", "table", 3000),
            new Table("public", "photos", "table", 20),
            new Table("public", "races", "table", 500));

    public static final long ROWS = 6520;

    private static final Map<PostgresServer, String> LARGE = new HashMap<>();

    private Racing() {}

    public static String create(PostgresServer server) {
        String name = server.createDatabase();
        server.run(
                name,
                "CREATE TYPE going AS ENUM ('firm', 'good', 'soft', 'heavy')",
                "CREATE TABLE horses (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, born date)",
                "CREATE TABLE races (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, track text NOT NULL, state going NOT NULL, off timestamptz NOT NULL)",
                "CREATE TABLE entries (race int REFERENCES races, horse int REFERENCES horses, odds numeric(6,2), notes jsonb, PRIMARY KEY (race, horse))",
                "CREATE TABLE photos (id serial PRIMARY KEY, image bytea)",
                "INSERT INTO horses (name, born) SELECT 'Horse ' || i || ' Æ', date '2015-01-01' + i % 2000 FROM generate_series(1, 3000) i",
                "INSERT INTO races (track, state, off) SELECT 'Track ' || i % 20, (enum_range(NULL::going))[1 + i % 4], timestamptz '2025-01-01Z' + i * interval '1 hour'"
                        + " FROM generate_series(1, 500) i",
                "INSERT INTO entries SELECT 1 + i % 500, 1 + (i * 7) % 3000, 1 + i % 90, jsonb_build_object('draw', i % 12) FROM generate_series(0, 2999) i",
                "INSERT INTO photos (image) SELECT decode(repeat(md5(i::text), 1000), 'hex') FROM generate_series(1, 20) i",
                "CREATE INDEX ON entries (horse)",
                "CREATE VIEW favourites AS SELECT race, min(odds) AS odds FROM entries GROUP BY race",
                "CREATE MATERIALIZED VIEW tracks AS SELECT track, count(*) FROM races GROUP BY track",
                "CREATE FUNCTION entries_of(int) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM entries WHERE horse = $1'",
                "SELECT lo_from_bytea(0, 'a large object')",
                "COMMENT ON TABLE races IS 'one row a race'");
        return name;
    }

    /** A database with 300 MB in one table, made once on each server; tests only read it. */
    public static synchronized String large(PostgresServer server) {
        return LARGE.computeIfAbsent(server, there -> {
            String database = there.createDatabase();
            fill(there, database, "large", 310);
            return database;
        });
    }

    /** The racing database with so many MB beside it, twice as many when they are dumped. */
    public static String padded(PostgresServer server, int megabytes) {
        String database = create(server);
        fill(server, database, "filler", megabytes);
        return database;
    }

    private static void fill(PostgresServer server, String database, String table, int megabytes) {
        server.run(
                database, "CREATE TABLE " + table + " (id int, bytes bytea)", "ALTER TABLE " + table + " ALTER bytes SET STORAGE EXTERNAL",
                "INSERT INTO " + table + " SELECT i, decode(repeat(md5(i::text), 62500), 'hex') FROM generate_series(1, " + megabytes + ") i");
    }

    /** A number for the content of each table, and for what counts on with it. */
    public static List<String> checksums(PostgresServer server, String database) {
        return server.ask(
                database,
                "SELECT 'horses ' || md5(string_agg(t::text, '|' ORDER BY t.id)) FROM horses t"
                        + " UNION ALL SELECT 'races ' || md5(string_agg(t::text, '|' ORDER BY t.id)) FROM races t"
                        + " UNION ALL SELECT 'entries ' || md5(string_agg(t::text, '|' ORDER BY t.race, t.horse)) FROM entries t"
                        + " UNION ALL SELECT 'photos ' || md5(string_agg(t::text, '|' ORDER BY t.id)) FROM photos t"
                        + " UNION ALL SELECT 'tracks ' || md5(string_agg(t::text, '|' ORDER BY t.track)) FROM tracks t"
                        + " UNION ALL SELECT 'favourites ' || md5(string_agg(t::text, '|' ORDER BY t.race)) FROM favourites t"
                        + " UNION ALL SELECT 'sequence ' || last_value FROM photos_id_seq"
                        + " UNION ALL SELECT 'large objects ' || count(*) || convert_from(lo_get(min(oid)), 'UTF8') FROM pg_largeobject_metadata"
                        + " UNION ALL SELECT 'foreign keys ' || count(*) FROM pg_constraint WHERE contype = 'f'"
                        + " UNION ALL SELECT 'indexes ' || count(*) FROM pg_indexes WHERE schemaname = 'public'"
                        + " UNION ALL SELECT 'function ' || entries_of(1)");
    }

    /** Writes horses without a pause until closed. */
    public static final class Writer implements AutoCloseable {
        private final Thread thread;
        private volatile boolean over;

        public Writer(PostgresServer server, String database) {
            thread = Thread.ofVirtual().start(() -> {
                try (Connection connection = server.connect(database);
                        Statement statement = connection.createStatement()) {
                    for (int i = 0; !over; i++) {
                        statement.execute("INSERT INTO horses (name) VALUES ('late " + i + "')");
                        statement.execute("DELETE FROM entries WHERE race = " + (1 + i % 500) + " AND horse % 50 = 0");
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        @Override
        public void close() {
            over = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
