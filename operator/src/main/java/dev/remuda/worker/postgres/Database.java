package dev.remuda.worker.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.Reason;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;

/** One connection to one database. Every method throws {@link WorkFailure} with a reason of the database when the server refuses. */
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private final Login login;
    private final Connection connection;
    private final Reason otherwise;
    private final Stop.Registration stop;
    private final Vigil vigil;
    private final AtomicLong steps = new AtomicLong(); // odd while a statement runs

    /** Reads one row. */
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private Database(Login login, Connection connection, Reason otherwise, Stop stop) {
        this.login = login;
        this.connection = connection;
        this.otherwise = otherwise;
        this.stop = stop.register(this::abort);
        this.vigil = new Vigil(login, stop.patience().database(), this::progress, this::abort);
    }

    /** @param otherwise the reason of a failure that has no better one: DumpFailed or RestoreFailed */
    public static Database connect(Login login, Reason otherwise, Stop stop) {
        try {
            Connection connection = DriverManager.getConnection(login.jdbcUrl(), login.jdbcProperties(stop.patience().database().connect()));
            return new Database(login, connection, otherwise, stop).settings();
        } catch (SQLException e) {
            throw SqlFailures.of(login, "connecting", e, Reason.DatabaseUnreachable);
        }
    }

    /** As an application would: names without a schema are looked for where the database's own settings say. */
    static Database connectAsUsers(Login login, Reason otherwise, Stop stop) {
        Database database = connect(login, otherwise, stop);
        try {
            database.query(
                    "setting search_path",
                    "SELECT set_config('search_path', coalesce((SELECT substr(s, strpos(s, '=') + 1) FROM pg_db_role_setting r, unnest(r.setconfig) s"
                            + " WHERE r.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) AND r.setrole = 0 AND s LIKE 'search\\_path=%'),"
                            + " '\"$user\", public'), false)",
                    row -> row.getString(1));
            return database;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    public Login login() {
        return login;
    }

    /** The server's timeouts are for applications; a long statement here is no accident. And a silent connection is kept alive. */
    private Database settings() {
        try {
            query(
                    "setting timeouts",
                    "SELECT set_config(name, CASE name WHEN 'tcp_keepalives_idle' THEN '60' WHEN 'tcp_keepalives_interval' THEN '10' "
                            + "WHEN 'tcp_keepalives_count' THEN '6' ELSE '0' END, false) FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', "
                            + "'idle_in_transaction_session_timeout', 'transaction_timeout', 'idle_session_timeout', 'tcp_keepalives_idle', "
                            + "'tcp_keepalives_interval', 'tcp_keepalives_count')",
                    row -> row.getString(1));
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private long progress() {
        long now = steps.get();
        return now % 2 == 0 ? Vigil.IDLE : now;
    }

    private interface Statements<T> {
        T run() throws SQLException;
    }

    private <T> T run(String what, Statements<T> statements) {
        steps.incrementAndGet();
        try {
            return statements.run();
        } catch (SQLException e) {
            throw vigil.gone() ? new WorkFailure(Reason.DatabaseUnreachable, what + " on " + login + ": " + vigil.words(), e) : SqlFailures.of(login, what, e, otherwise);
        } finally {
            steps.incrementAndGet();
        }
    }

    <T> List<T> query(String what, String sql, Row<T> reader, Object... parameters) {
        return run(what, () -> parameters.length == 0 ? rows(sql, reader) : rows(sql, reader, parameters)); // without them a question mark may be an operator
    }

    private <T> List<T> rows(String sql, Row<T> reader, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet result = statement.executeQuery()) {
                return rows(result, reader);
            }
        }
    }

    private <T> List<T> rows(String sql, Row<T> reader) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
            return rows(result, reader);
        }
    }

    private static <T> List<T> rows(ResultSet result, Row<T> reader) throws SQLException {
        List<T> rows = new ArrayList<>();
        while (result.next()) {
            rows.add(reader.read(result));
        }
        return rows;
    }

    <T> T one(String what, String sql, Row<T> reader, Object... parameters) {
        return query(what, sql, reader, parameters).getFirst();
    }

    boolean is(String what, String sql, Object... parameters) {
        return one(what, sql, row -> row.getBoolean(1), parameters);
    }

    void execute(String what, String sql) {
        run(what, () -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    /** The server's major version, such as 17. */
    public int major() {
        try {
            return connection.getMetaData().getDatabaseMajorVersion();
        } catch (SQLException e) {
            throw SqlFailures.of(login, "asking for the version", e, otherwise);
        }
    }

    public String version() {
        return one("asking for the version", "SHOW server_version", row -> row.getString(1));
    }

    /** Makes the planner know the tables; without it restored queries are slow until autovacuum has come by. */
    public void analyze() {
        try {
            execute("analyzing " + login.database(), "ANALYZE");
        } catch (WorkFailure e) {
            LOG.warn("{}; autovacuum will do it in time", e.getMessage()); // all rows are there, and that is what counts
        }
    }

    /** Ends the connection at once, though another thread waits for a statement. */
    void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("the connection could not be ended: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        stop.close();
        vigil.close();
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("the connection did not close in good order: {}", e.getMessage());
        }
    }
}
