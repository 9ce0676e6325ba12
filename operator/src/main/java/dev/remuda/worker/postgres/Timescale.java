package dev.remuda.worker.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.remuda.task.DumpScope;
import dev.remuda.task.Reason;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;
import dev.remuda.worker.store.Manifest;

/** What is special about a database with TimescaleDB. */
public final class Timescale {
    private static final String VERSION = "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'";

    private Timescale() {}

    /** Whether a database has it. */
    public static boolean isIn(Login login, Stop stop) {
        try (Database database = Database.connect(login, Reason.RestoreFailed, stop)) {
            return version(database).isPresent();
        }
    }

    /** Its version in this database; empty without it. */
    public static Optional<String> version(Database database) {
        return database.query("looking for TimescaleDB", VERSION, row -> row.getString(1)).stream().findFirst();
    }

    /** A database left in restore mode hides its compressed rows: a dump of it would lack them. */
    public static void refuseRestoring(Database database) {
        if (version(database).isPresent() && database.is("looking at timescaledb.restoring", "SELECT current_setting('timescaledb.restoring', true) = 'on'")) {
            throw new WorkFailure(
                    Reason.DumpFailed, database.login() + " is in TimescaleDB's restore mode, in which compressed rows are hidden; end it with "
                            + "SELECT timescaledb_post_restore() and try again");
        }
    }

    /**
     * Refuses what would be a dump without rows of hypertables, for pg_dump knows nothing of what belongs to them: their rows lie in chunks, and
     * what they are is in the extension's own tables.
     */
    public static void refusePartial(Database database, DumpScope scope) {
        if (!scope.whole() && version(database).isPresent()) {
            TimescaleParts.of(database).objection(scope).ifPresent(why -> {
                throw new WorkFailure(Reason.InvalidSpec, "database " + database.login().database() + ": " + why + " (docs/dumps.md tells why)");
            });
        }
    }

    /** All hypertables, those behind continuous aggregates and compression included, quoted. */
    static List<String> hypertables(Database database) {
        return version(database).isEmpty()
                ? List.of()
                : database.query(
                        "listing hypertables",
                        "SELECT schema_name, table_name FROM _timescaledb_catalog.hypertable ORDER BY 1, 2",
                        row -> Sql.name(row.getString(1), row.getString(2)));
    }

    /** For the manifest; null without TimescaleDB. */
    static Manifest.Timescale facts(Database database) {
        return version(database)
                .map(version -> facts(database, version, jobTable(database)))
                .orElse(null);
    }

    private static Manifest.Timescale facts(Database database, String version, String jobs) {
        return new Manifest.Timescale(
                version,
                hypertables(database).size(),
                database.one("counting jobs", "SELECT count(*) FROM " + jobs + " WHERE id >= 1000", row -> row.getInt(1)),
                database.query("listing jobs", "SELECT id FROM " + jobs + " WHERE id >= 1000 AND scheduled ORDER BY 1", row -> row.getInt(1)),
                database.query("listing job owners", "SELECT DISTINCT owner::text FROM " + jobs + " WHERE id >= 1000 ORDER BY 1", row -> row.getString(1)),
                jobs);
    }

    /** What the restored database lacks of the backed-up one, beside rows. */
    public static List<String> differences(Database database, Manifest.Timescale backup) {
        Manifest.Timescale found = facts(database);
        List<String> differences = new ArrayList<>();
        if (found == null) {
            return List.of("TimescaleDB is missing");
        }
        if (found.hypertables() != backup.hypertables()) {
            differences.add(found.hypertables() + " hypertables instead of " + backup.hypertables());
        }
        if (found.jobs() != backup.jobs()) {
            differences.add(found.jobs() + " TimescaleDB jobs instead of " + backup.jobs());
        }
        return differences;
    }

    /** Newer versions keep jobs in another schema. */
    static String jobTable(Database database) {
        return database.is("looking for the job table", "SELECT to_regclass('_timescaledb_catalog.bgw_job') IS NOT NULL")
                ? "_timescaledb_catalog.bgw_job"
                : "_timescaledb_config.bgw_job";
    }
}
