package dev.remuda.worker.postgres;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

/**
 * Puts one database in the place of another in one transaction: a server that stops or a worker that dies in the middle leaves all as it was.
 *
 * <p>A rename locks the database, so that new connections wait, and fails after five seconds if old ones are left; those are ended meanwhile
 * from a second connection. The waiting ones then find the new name's database on their next try. Nothing is blocked outside the transaction
 * but the restored database, which nobody uses yet.
 */
public final class Swap {
    private static final Logger LOG = LoggerFactory.getLogger(Swap.class);
    private static final int ATTEMPTS = 6;
    private static final long BETWEEN_MILLIS = 20;

    private final Login login;
    private final String side;
    private final String target;

    /** @param side the database that takes the place of {@code target} */
    public Swap(Login login, String side, String target) {
        this.login = login;
        this.side = side;
        this.target = target;
    }

    /**
     * @param replaced the name that the target is given, if there is one
     * @return for how long clients were refused, at most
     * @throws WorkFailure TargetInUse when connections could not be ended; nothing has changed then
     */
    public Duration carryOut(Optional<String> replaced) {
        try (Server server = Server.connect(login)) {
            Database database = server.database();
            database.execute("closing database " + side, allow(side, false));
            for (int attempt = 1; ; attempt++) {
                long begun = System.nanoTime();
                try (Ending _ = new Ending(login, side, target)) {
                    rename(database, replaced);
                    return Duration.ofNanos(System.nanoTime() - begun);
                } catch (WorkFailure e) {
                    if (e.reason() != Reason.TargetInUse || attempt == ATTEMPTS) {
                        throw e;
                    }
                    LOG.info("{}; trying again", e.getMessage());
                }
            }
        }
    }

    private void rename(Database database, Optional<String> replaced) {
        database.execute("beginning a transaction", "BEGIN");
        try {
            replaced.ifPresent(old -> {
                database.execute("renaming database " + target, renamed(target, old));
                database.execute("closing database " + old, allow(old, false));
            });
            database.execute("renaming database " + side, renamed(side, target));
            database.execute("opening database " + target, allow(target, true));
            database.execute("committing", "COMMIT");
        } catch (WorkFailure e) {
            undo(database);
            throw e;
        }
    }

    private static void undo(Database database) {
        try {
            database.execute("taking it back", "ROLLBACK");
        } catch (WorkFailure e) {
            LOG.warn("{}; the server takes it back by itself", e.getMessage());
        }
    }

    private static String renamed(String from, String to) {
        return "ALTER DATABASE " + Sql.identifier(from) + " RENAME TO " + Sql.identifier(to);
    }

    private static String allow(String name, boolean connections) {
        return "ALTER DATABASE " + Sql.identifier(name) + " ALLOW_CONNECTIONS " + connections;
    }

    /**
     * The command that puts the old database back and keeps the restored one, closed, under the name that it had before. It closes the target, for one
     * session cannot rename and end connections at once; so its end opens the target again, whichever that is by then.
     *
     * @param through the database to connect to meanwhile
     * @param timescale whether the old database has a scheduler to start again
     */
    public String goBack(String replaced, String through, boolean timescale) {
        String psql = (login.sslMode().equals("prefer") ? "" : "PGSSLMODE=" + login.sslMode() + " ") + "psql -X -v ON_ERROR_STOP=1 -h " + shell(login.host()) + " -p " + login.port()
                + " -U " + shell(login.user()) + " -d ";
        String free = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = " + Sql.literal(target) + " AND pg_has_role(usesysid, 'MEMBER')";
        String swap = String.join("; ", "BEGIN", renamed(target, side), renamed(replaced, target), allow(target, true), "COMMIT");
        String back = psql + shell(through) + " -c " + shell(allow(target, false)) + " -c " + shell(free) + " -c " + shell(swap);
        String open = psql + shell(through) + " -c " + shell(allow(target, true));
        return back + "; " + open + (timescale ? "; " + psql + shell(target) + " -c 'SELECT _timescaledb_functions.start_background_workers()'" : "");
    }

    private static String shell(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /** Ends all connections to two databases, again and again, until it is closed. */
    private static final class Ending implements AutoCloseable {
        private final Server server;
        private final AtomicBoolean over = new AtomicBoolean();
        private final Thread thread;

        Ending(Login login, String... names) {
            server = Server.connect(login);
            thread = Thread.ofVirtual().name("ending connections").start(() -> {
                try {
                    while (!over.get()) {
                        for (String name : names) {
                            server.endConnections(name);
                        }
                        Thread.sleep(BETWEEN_MILLIS);
                    }
                } catch (WorkFailure e) {
                    LOG.info("connections are ended no more: {}", e.getMessage());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        @Override
        public void close() {
            over.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            server.close();
        }
    }
}
