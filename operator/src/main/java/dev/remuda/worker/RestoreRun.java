package dev.remuda.worker;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
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
import dev.remuda.worker.postgres.TimescaleRestore;
import dev.remuda.worker.store.Compressing;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.ObjectStore.Stored;
import dev.remuda.worker.store.ObjectStream;
import dev.remuda.worker.store.StoredProof;

/**
 * Brings one backup back. The target is touched only after the manifest was read, the server was found fit, every byte of the dump was read
 * and compared, and the whole schema was restored into a database of its own, which is dropped again.
 */
final class RestoreRun {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreRun.class);

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

    /** @throws WorkFailure whose message says whether the target was touched */
    RestoreResult run() {
        Manifest manifest = Manifest.read(store, task.prefix());
        Login target = ConnectionSecret.login(task.target(), manifest.database().name());
        requireConfirmed(target);
        try (Server server = Server.connect(target, stop)) {
            server.requireFitFor(manifest.database());
            requireTarget(server, target.database());
            PgRestore pgRestore = new PgRestore(programs, programs.majorFor(Math.max(server.major(), manifest.dump().clientMajor())), stop);
            Source source = prove(manifest, pgRestore);
            rehearse(server, target, source, pgRestore);
            boolean existed = server.has(target.database());
            replace(server, target.database(), manifest.database());
            return restore(server, target, source, pgRestore, existed);
        }
    }

    private void requireConfirmed(Login target) {
        if (task.strategy() == RestoreStrategy.Recreate && !target.database().equals(task.confirm())) {
            throw new WorkFailure(
                    Reason.NotConfirmed, "confirm is '" + task.confirm() + "' but the database whose data would be replaced is '" + target.database()
                            + "'; create the Restore again with confirm: " + target.database() + " if that is meant");
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
        String name = "remuda_rehearsal_" + UUID.randomUUID().toString().replace("-", "");
        Login side = target.withDatabase(name);
        Manifest.Database backup = source.manifest().database();
        try {
            server.create(name, backup);
            if (backup.timescaledb() != null) {
                new TimescaleRestore(side, stop).before(backup.timescaledb());
            }
            pgRestore.schema(archive(source), side);
            server.open(name, backup);
            LOG.info("the schema was restored into a database of its own");
        } catch (IOException e) {
            throw new WorkFailure(Reason.ChecksumMismatch, store.url(source.key()) + " could not be read again: " + e.getMessage(), e);
        } catch (WorkFailure e) {
            throw new WorkFailure(e.reason(), "a rehearsal with the schema alone failed, so the target was not touched: " + e.getMessage(), e);
        } finally {
            server.drop(name);
        }
    }

    private void replace(Server server, String name, Manifest.Database backup) {
        if (task.strategy() == RestoreStrategy.Recreate) {
            server.drop(name);
            LOG.info("database {} is dropped", name);
        }
        server.create(name, backup);
    }

    private RestoreResult restore(Server server, Login target, Source source, PgRestore pgRestore, boolean replaced) {
        Manifest manifest = source.manifest();
        TimescaleRestore timescale = new TimescaleRestore(target, stop);
        try {
            fill(target, source, pgRestore, timescale);
        } catch (RuntimeException e) {
            throw takenBack(server, target.database(), WorkFailure.of(e), replaced);
        }
        compare(target, manifest);
        if (manifest.database().timescaledb() != null) {
            timescale.startJobs();
        }
        server.open(target.database(), manifest.database());
        return new RestoreResult(
                target.database(), manifest.tables().size(), manifest.rows(), manifest.dump().sizeBytes(), server.version(), startedAt, Instant.now());
    }

    private void fill(Login target, Source source, PgRestore pgRestore, TimescaleRestore timescale) {
        Manifest.Timescale extension = source.manifest().database().timescaledb();
        try {
            if (extension != null) {
                timescale.before(extension);
            }
            pgRestore.all(archive(source), target);
            if (extension != null) {
                timescale.after();
            }
        } catch (IOException e) {
            throw new WorkFailure(Reason.ChecksumMismatch, store.url(source.key()) + " could not be read again: " + e.getMessage(), e);
        }
    }

    /** A database restored by half is worse than none. */
    private WorkFailure takenBack(Server server, String name, WorkFailure cause, boolean replaced) {
        String gone = replaced ? "The old data of " + name + " had been removed by then, so the database does not exist now" : "Database " + name + " does not exist, as before";
        try {
            server.drop(name);
        } catch (WorkFailure e) {
            gone = "Database " + name + " is incomplete and could not be dropped (" + e.getMessage() + "): drop it by hand";
        }
        return new WorkFailure(
                cause.reason(), cause.getMessage() + ". " + gone + ". The backup is proved whole: when the cause is mended, create the same Restore under another name", cause);
    }

    private void compare(Login target, Manifest manifest) {
        try (Database database = Database.connect(target, Reason.RestoreFailed, stop)) {
            List<String> differences = Tables.differences(manifest.tables(), Tables.count(database));
            if (!differences.isEmpty()) {
                throw new WorkFailure(
                        Reason.CheckFailed, "database " + target.database() + " was restored, but is not what was backed up: "
                                + String.join("; ", differences.subList(0, Math.min(5, differences.size())))
                                + (differences.size() > 5 ? "; and " + (differences.size() - 5) + " more" : "")
                                + ". It is kept for you to look at, closed to all but its owner and superusers; to open it: GRANT CONNECT ON DATABASE \""
                                + target.database() + "\" TO PUBLIC");
            }
            database.analyze();
        }
        LOG.info("{} tables with {} rows are as in the manifest", manifest.tables().size(), manifest.rows());
    }
}
