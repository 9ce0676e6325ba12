package dev.remuda.worker.postgres;

import java.util.List;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.Reason;
import dev.remuda.worker.Stop;
import dev.remuda.worker.store.Manifest;

/**
 * The steps around pg_restore that TimescaleDB wants. Background jobs stay off from before restore mode ends until all was compared: a
 * retention job starts within a second and would delete what was just restored.
 */
public final class TimescaleRestore {
    private static final Logger LOG = LoggerFactory.getLogger(TimescaleRestore.class);

    private final Stop stop;
    private final Login login;

    public TimescaleRestore(Login login, Stop stop) {
        this.login = login;
        this.stop = stop;
    }

    /** In the empty database: the extension in the backup's version, then restore mode. */
    public void before(Manifest.Timescale backup) {
        try (Database database = Database.connect(login, Reason.RestoreFailed, stop)) {
            database.execute("creating extension timescaledb", "CREATE EXTENSION timescaledb SCHEMA public VERSION " + Sql.literal(backup.version()));
            database.query("entering TimescaleDB's restore mode", "SELECT public.timescaledb_pre_restore()", row -> row.getBoolean(1));
        }
    }

    /** After pg_restore: jobs off, restore mode ended. Which jobs were on is noted about the database, for whoever goes on from here. */
    public void after() {
        List<Integer> jobs;
        try (Database database = Database.connect(login, Reason.RestoreFailed, stop)) {
            jobs = database.query(
                    "switching jobs off",
                    "UPDATE " + Timescale.jobTable(database) + " SET scheduled = false WHERE id >= 1000 AND scheduled RETURNING id", row -> row.getInt(1));
            database.query("ending TimescaleDB's restore mode", "SELECT public.timescaledb_post_restore()", row -> row.getBoolean(1));
        }
        try (Server server = Server.connect(login)) {
            server.comment(login.database(), server.marks(login.database()).with(Marks.JOBS, String.join(",", jobs.stream().map(String::valueOf).toList())));
        }
    }

    /** When it has its place: the scheduler, which a rename leaves stopped, and the jobs that were on. Does nothing where nothing is noted. */
    public static void startJobs(Server server, Login login, Stop stop) {
        Optional<String> noted = server.marks(login.database()).get(Marks.JOBS);
        if (noted.isEmpty()) {
            return;
        }
        try (Database database = Database.connect(login, Reason.RestoreFailed, stop)) {
            if (Timescale.version(database).isPresent()) { // migrations may have dropped it
                start(database, noted.get());
            }
        }
        server.comment(login.database(), server.marks(login.database()).without(Marks.JOBS));
        LOG.info("TimescaleDB's jobs are on again: {}", noted.get());
    }

    /** Jobs that migrations have removed are not missed. */
    private static void start(Database database, String ids) {
        String schema = database.is("looking for functions", "SELECT to_regproc('_timescaledb_functions.start_background_workers') IS NOT NULL")
                ? "_timescaledb_functions"
                : "_timescaledb_internal";
        database.query("starting TimescaleDB's scheduler", "SELECT " + schema + ".start_background_workers()", row -> row.getBoolean(1));
        database.query(
                "switching jobs on",
                "SELECT (public.alter_job(id, scheduled => true)).job_id FROM " + Timescale.jobTable(database) + " WHERE id = ANY (string_to_array(?, ',')::int[])",
                row -> row.getInt(1), ids);
    }
}
