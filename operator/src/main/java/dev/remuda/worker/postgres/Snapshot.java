package dev.remuda.worker.postgres;

import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.DumpScope;
import dev.remuda.task.Reason;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;

/**
 * One moment of a database, held open until closed: pg_dump dumps it, and the facts of the manifest are read in it.
 *
 * <p>The tables are locked (against DDL only) before the moment is taken. A TRUNCATE is not undone by a snapshot, and TimescaleDB ends each
 * compression of a chunk with one: rows would be missing from the dump without an error. It also keeps the counting from waiting behind a DDL
 * statement that itself waits for pg_dump.
 */
public final class Snapshot implements AutoCloseable {
    /** How long the lock on a table is waited for, here and by pg_dump. */
    static final String LOCK_WAIT = "60s";

    private static final Logger LOG = LoggerFactory.getLogger(Snapshot.class);
    private static final int ATTEMPTS = 5;
    private static final Set<String> GONE = Set.of("42P01", "3F000");

    private final Database database;
    private final String id;
    private final Instant at;
    private final String lsn;

    private final DumpScope scope;

    private Snapshot(Database database, DumpScope scope, String id, Instant at, String lsn) {
        this.database = database;
        this.scope = scope;
        this.id = id;
        this.at = at;
        this.lsn = lsn;
    }

    /** @throws WorkFailure DatabaseUnreachable when a lock cannot be had within a minute */
    public static Snapshot take(Login login, DumpScope wanted, Stop stop) {
        Database database = Database.connect(login, Reason.DumpFailed, stop);
        try {
            database.execute("setting a lock timeout", "SET lock_timeout = '" + LOCK_WAIT + "'");
            database.execute("turning row security off", "SET row_security = off");
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                List<String> hypertables = hypertables(database, wanted);
                Optional<Snapshot> snapshot = export(database, wanted, lockable(database, wanted, hypertables));
                if (snapshot.isPresent() && hypertables(database, wanted).equals(hypertables)) {
                    return snapshot.get();
                }
                LOG.info("tables were created or dropped meanwhile; taking the snapshot again");
                database.execute("ending the transaction", "ROLLBACK");
            }
            throw new WorkFailure(
                    Reason.DumpFailed, "tables of " + login + " were created or dropped during each of " + ATTEMPTS + " attempts to lock them; try again later");
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /** They are in a dump all together, or, when only some things are dumped, none is. */
    private static List<String> hypertables(Database database, DumpScope wanted) {
        return wanted.include().none() ? Timescale.hypertables(database) : List.of();
    }

    private static Set<String> lockable(Database database, DumpScope wanted, List<String> hypertables) {
        Set<String> names = new LinkedHashSet<>(hypertables);
        names.addAll(Tables.names(database, Partitions.joined(database, wanted)));
        return names;
    }

    /** Empty when a table was dropped before it could be locked. */
    private static Optional<Snapshot> export(Database database, DumpScope wanted, Set<String> tables) {
        database.execute("beginning a transaction", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        if (!tables.isEmpty()) {
            try {
                database.execute("locking tables", "LOCK TABLE " + String.join(", ", tables) + " IN ACCESS SHARE MODE");
            } catch (WorkFailure e) {
                if (e.getCause() instanceof SQLException refused && GONE.contains(refused.getSQLState())) {
                    return Optional.empty();
                }
                throw e;
            }
        }
        Instant at = Instant.now();
        return Optional.of(exported(database, wanted, at));
    }

    private static Snapshot exported(Database database, DumpScope wanted, Instant at) {
        DumpScope scope = Partitions.joined(database, wanted);
        return database.one(
                "exporting a snapshot",
                "SELECT pg_export_snapshot(), CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END::text",
                row -> new Snapshot(database, scope, row.getString(1), at, row.getString(2)));
    }

    /** What is dumped of it, with each partition by its name. */
    public DumpScope scope() {
        return scope;
    }

    /** What pg_dump's {@code --snapshot} takes. */
    public String id() {
        return id;
    }

    /** A moment just before the snapshot: all that was committed by then is in it. */
    public Instant at() {
        return at;
    }

    public String lsn() {
        return lsn;
    }

    /** For reading facts in the snapshot. */
    public Database database() {
        return database;
    }

    /** Ends it at once, though a statement runs in it. */
    void abandon() {
        database.abort();
    }

    @Override
    public void close() {
        database.close();
    }
}
