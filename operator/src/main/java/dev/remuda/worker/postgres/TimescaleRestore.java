package dev.remuda.worker.postgres;

import java.util.List;

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
    private Login login;
    private List<Integer> jobs = List.of();

    public TimescaleRestore(Login login, Stop stop) {
        this.login = login;
        this.stop = stop;
    }

    /** The database has another name now. */
    public void renamed(Login now) {
        login = now;
    }

    /** In the empty database: the extension in the backup's version, then restore mode. */
    public void before(Manifest.Timescale backup) {
        try (Database database = Database.connect(login, Reason.RestoreFailed, stop)) {
            database.execute("creating extension timescaledb", "CREATE EXTENSION timescaledb SCHEMA public VERSION " + Sql.literal(backup.version()));
            database.query("entering TimescaleDB's restore mode", "SELECT public.timescaledb_pre_restore()", row -> row.getBoolean(1));
        }
    }

    /** After pg_restore: jobs off, restore mode ended. */
    public void after() {
        try (Database database = Database.connect(login, Reason.RestoreFailed, stop)) {
            jobs = database.query(
                    "switching jobs off",
                    "UPDATE " + Timescale.jobTable(database) + " SET scheduled = false WHERE id >= 1000 AND scheduled RETURNING id", row -> row.getInt(1));
            database.query("ending TimescaleDB's restore mode", "SELECT public.timescaledb_post_restore()", row -> row.getBoolean(1));
        }
    }

    /** When all was compared and the database has its name: the scheduler, which a rename leaves stopped, and the jobs that were on. */
    public void startJobs() {
        try (Database database = Database.connect(login, Reason.RestoreFailed, stop)) {
            for (int job : jobs) {
                database.query("switching jobs on", "SELECT job_id FROM public.alter_job(?, scheduled => true)", row -> row.getInt(1), job);
            }
            String schema = database.is("looking for functions", "SELECT to_regproc('_timescaledb_functions.start_background_workers') IS NOT NULL")
                    ? "_timescaledb_functions"
                    : "_timescaledb_internal";
            database.query("starting TimescaleDB's scheduler", "SELECT " + schema + ".start_background_workers()", row -> row.getBoolean(1));
        }
        LOG.info("{} TimescaleDB jobs are on again", jobs.size());
    }
}
