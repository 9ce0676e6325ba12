package dev.remuda.worker;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.worker.postgres.ConnectionSecret;
import dev.remuda.worker.postgres.Database;
import dev.remuda.worker.postgres.Login;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.postgres.PgRestore;
import dev.remuda.worker.postgres.Server;
import dev.remuda.worker.postgres.Tables;
import dev.remuda.worker.postgres.Timescale;
import dev.remuda.worker.postgres.TimescaleRestore;
import dev.remuda.worker.store.Compressing;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.ObjectStore.Stored;
import dev.remuda.worker.store.ObjectStream;
import dev.remuda.worker.store.StoredProof;

/**
 * Brings one backup back. The target is touched only after the manifest was read, the server was found fit, every byte of the dump was read
 * and compared, and the whole schema was restored into a database of its own, which is dropped again. The restored database has another name
 * until its rows were compared, so that no application writes into half of it.
 */
final class RestoreRun {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreRun.class);
    private static final int SHOWN = 5;

    private final RestoreTask task;
    private final ObjectStore store;
    private final PgPrograms programs;
    private final Stop stop;
    private final Instant startedAt = Instant.now();

    RestoreRun(RestoreTask task, ObjectStore store, PgPrograms programs, Stop stop) {
        this.task = task;
        this.store = store;
        this.programs = programs;
        this.stop = stop;
    }

    /** @throws WorkFailure whose message says what became of the target, when it was touched */
    RestoreResult run() {
        Manifest manifest = Manifest.read(store, task.prefix());
        requireSameDump(manifest);
        Login target = ConnectionSecret.login(task.target(), manifest.database().name());
        requireConfirmed(target);
        PgRestore pgRestore = new PgRestore(programs, preflight(target, manifest), stop);
        Source source = prove(manifest, pgRestore);
        try (Server server = Server.connect(target)) {
            rehearse(server, target, source, pgRestore);
            stop.requireGoOn();
            boolean existed = replaceable(server, target.database());
            return restore(server, target, source, pgRestore, existed);
        }
    }

    /** The cluster's own record of the backup: whoever can write to the bucket cannot change what is restored. */
    private void requireSameDump(Manifest manifest) {
        String found = "sha256:" + manifest.dump().sha256();
        if (task.checksum() != null && !task.checksum().equals(found)) {
            throw new WorkFailure(
                    Reason.ChecksumMismatch, store.url(Manifest.key(task.prefix())) + " tells of a dump with checksum " + found
                            + ", but the Backup's status of one with " + task.checksum() + ": the stored backup was replaced; choose another");
        }
    }

    private void requireConfirmed(Login target) {
        if (task.strategy() == RestoreStrategy.Recreate && !target.database().equals(task.confirm())) {
            throw new WorkFailure(
                    Reason.NotConfirmed, "confirm is '" + task.confirm() + "' but the database whose data would be replaced is '" + target.database()
                            + "'; create the Restore again with confirm: " + target.database() + " if that is meant");
        }
    }

    /** @return the major version of pg_restore to use */
    private int preflight(Login target, Manifest manifest) {
        try (Server server = Server.connect(target)) {
            server.requireFitFor(manifest);
            requireTarget(server, target.database());
            return programs.majorFor(Math.max(server.major(), manifest.dump().clientMajor()));
        }
    }

    private void requireTarget(Server server, String name) {
        if (task.strategy() == RestoreStrategy.Recreate) {
            server.requireDroppable(name);
        } else if (server.has(name)) {
            throw new WorkFailure(
                    Reason.TargetExists, "database " + name + " exists already, and strategy Create replaces nothing; choose another target.name, or strategy Recreate");
        }
    }

    /** A dump that was proved. */
    private record Source(Manifest manifest, String key, Stored stored) {}

    private Source prove(Manifest manifest, PgRestore pgRestore) {
        String key = manifest.dataKey(task.prefix());
        Stored stored = StoredProof.prove(store, key, manifest.dump(), bytes -> pgRestore.check(decompressed(manifest, bytes)));
        LOG.info("{} is whole and readable", store.url(key));
        return new Source(manifest, key, stored);
    }

    private static InputStream decompressed(Manifest manifest, InputStream bytes) throws IOException {
        return Compressing.from(bytes, manifest.dump().compression().algorithm());
    }

    private InputStream archive(Source source) throws IOException {
        return decompressed(source.manifest(), new ObjectStream(store, source.key(), source.stored()));
    }

    /** All that can fail but the rows themselves fails here, where it costs nothing. */
    private void rehearse(Server server, Login target, Source source, PgRestore pgRestore) {
        String name = sideName("rehearsal");
        Login side = target.withDatabase(name);
        Manifest.Database backup = source.manifest().database();
        WorkFailure failure = null;
        try {
            server.create(name, backup);
            if (backup.timescaledb() != null) {
                new TimescaleRestore(side, stop).before(backup.timescaledb());
            }
            pgRestore.schema(archive(source), side);
            server.open(name, backup);
            LOG.info("the schema was restored into a database of its own");
        } catch (IOException e) {
            failure = unreadable(source, e);
        } catch (RuntimeException e) {
            failure = WorkFailure.of(e);
        }
        String left = dropped(server, name) ? "" : ". Database " + name + " could not be dropped: drop it by hand";
        if (failure != null) {
            throw new WorkFailure(
                    failure.reason(), "a rehearsal with the schema alone failed, so the target was not touched: " + failure.getMessage() + left, failure);
        }
    }

    /** Short, and told apart from those of other Restores. */
    private static String sideName(String purpose) {
        return "remuda_" + purpose + "_" + UUID.randomUUID().toString().replace("-", "");
    }

    private boolean replaceable(Server server, String name) {
        requireTarget(server, name); // hours may have passed
        boolean existed = server.has(name);
        if (existed) {
            server.drop(name);
            LOG.info("database {} is dropped", name);
        }
        return existed;
    }

    private RestoreResult restore(Server server, Login target, Source source, PgRestore pgRestore, boolean existed) {
        Manifest manifest = source.manifest();
        String name = target.database();
        String gone = existed ? "The old data of " + name + " had been removed by then: the database does not exist now" : "Database " + name + " does not exist, as before";
        Login side = target.withDatabase(sideName("restore"));
        TimescaleRestore timescale = new TimescaleRestore(side, stop);
        try {
            server.create(side.database(), manifest.database());
            fill(side, source, pgRestore, timescale);
        } catch (RuntimeException e) {
            throw takenBack(server, side.database(), WorkFailure.of(e), gone);
        }
        compare(side, manifest, gone);
        step("Its rows are restored and compared, in database " + side.database() + ": rename it to " + name + " by hand. " + gone, () -> {
            server.rename(side.database(), name);
        });
        step("Database " + name + " is restored and compared, but its owner, settings and grants were not set (they are in the manifest)"
                + (manifest.database().timescaledb() == null ? "" : ", and TimescaleDB's jobs are not on") + ": see to it by hand, or restore again", () -> {
            if (manifest.database().timescaledb() != null) {
                timescale.renamed(target);
                timescale.startJobs();
            }
            server.open(name, manifest.database());
        });
        return new RestoreResult(
                name, manifest.tables().size(), manifest.rows(), manifest.dump().sizeBytes(), server.version(), startedAt, Instant.now());
    }

    /** @param otherwise what the user finds when it fails */
    private static void step(String otherwise, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            WorkFailure failure = WorkFailure.of(e);
            throw new WorkFailure(failure.reason(), failure.getMessage() + ". " + otherwise, failure);
        }
    }

    private void fill(Login side, Source source, PgRestore pgRestore, TimescaleRestore timescale) {
        Manifest.Timescale extension = source.manifest().database().timescaledb();
        try {
            if (extension != null) {
                timescale.before(extension);
            }
            pgRestore.all(archive(source), side);
            if (extension != null) {
                timescale.after();
            }
        } catch (IOException e) {
            throw unreadable(source, e);
        }
    }

    private WorkFailure unreadable(Source source, IOException e) {
        return new WorkFailure(Reason.ChecksumMismatch, store.url(source.key()) + " could not be read again: " + e.getMessage(), e);
    }

    /** A database restored by half is worse than none. */
    private WorkFailure takenBack(Server server, String name, WorkFailure cause, String gone) {
        String left = dropped(server, name) ? "" : ". Database " + name + " is incomplete and could not be dropped: drop it by hand";
        return new WorkFailure(
                cause.reason(), cause.getMessage() + left + ". " + gone
                        + ". The backup is proved whole: when the cause is mended, create the same Restore under another name", cause);
    }

    private static boolean dropped(Server server, String name) {
        try {
            server.drop(name);
            return true;
        } catch (WorkFailure e) {
            LOG.warn("{}", e.getMessage());
            return false;
        }
    }

    private void compare(Login side, Manifest manifest, String gone) {
        String kept = "What was restored is kept in database " + side.database() + " for you to look at, closed to all but superusers and "
                + side.user() + "; rename it if it is good enough. " + gone;
        step(kept, () -> {
            try (Database database = Database.connect(side, Reason.RestoreFailed, stop)) {
                requireEqual(manifest, database);
                database.analyze();
            }
        });
        LOG.info("{} tables with {} rows are as in the manifest", manifest.tables().size(), manifest.rows());
    }

    private static void requireEqual(Manifest manifest, Database database) {
        List<String> differences = new ArrayList<>(Tables.differences(manifest.tables(), Tables.count(database)));
        if (manifest.database().timescaledb() != null) {
            differences.addAll(Timescale.differences(database, manifest.database().timescaledb()));
        }
        if (!differences.isEmpty()) {
            throw new WorkFailure(
                    Reason.CheckFailed, "what was restored is not what was backed up: "
                            + String.join("; ", differences.subList(0, Math.min(SHOWN, differences.size())))
                            + (differences.size() > SHOWN ? "; and " + (differences.size() - SHOWN) + " more" : ""));
        }
    }
}
