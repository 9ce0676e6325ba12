package dev.remuda.worker;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.SideDatabase;
import dev.remuda.task.TableName;
import dev.remuda.worker.postgres.Checks;
import dev.remuda.worker.postgres.Database;
import dev.remuda.worker.postgres.Login;
import dev.remuda.worker.postgres.Server;
import dev.remuda.worker.postgres.Tables;
import dev.remuda.worker.postgres.Timescale;
import dev.remuda.worker.store.Manifest;

/**
 * Restores a proved dump into a database of its own: try its schema out, fill, compare, check, and mark it as whole. What an earlier run of the
 * same Restore left is dropped first, so that it can be run again after any failure. The target is touched by strategy Recreate alone, which
 * drops it when all that can be known before is known.
 */
final class SideRestore {
    private static final int SHOWN = 5;

    private final RestoreTask task;
    private final Login target;
    private final Source source;
    private final Manifest.Database shape;
    private final Filling filling;
    private final Journal journal;
    private final Stop stop;
    private final Instant startedAt;
    private final Login side;

    /** @param shape encoding, locale, owner, settings and grants of the database that is made */
    SideRestore(RestoreTask task, Login target, Source source, Manifest.Database shape, Filling filling, Journal journal, Stop stop, Instant startedAt) {
        this.task = task;
        this.target = target;
        this.source = source;
        this.shape = shape;
        this.filling = filling;
        this.journal = journal;
        this.stop = stop;
        this.startedAt = startedAt;
        this.side = target.withDatabase(SideDatabase.restore(task.uid()));
    }

    RestoreResult run(Server server) {
        if (!source.isScript()) {
            rehearse(server);
        }
        stop.requireGoOn();
        createSide(server);
        if (task.strategy() == RestoreStrategy.Recreate) {
            dropTarget(server);
            return fill(server); // what it leaves says what the target was like, for the next attempt
        }
        try {
            return fill(server);
        } catch (RuntimeException e) {
            throw takenBack(server, side.database(), WorkFailure.of(e));
        }
    }

    /** The one that the preflight found, that is; one that somebody has made since is not ours to drop. */
    private void dropTarget(Server server) {
        if (server.oid(target.database()).filter(oid -> oid.equals(task.targetOid())).isPresent()) {
            server.drop(target.database());
            journal.done("database " + target.database() + " is dropped");
        }
    }

    /** All that can fail but the rows themselves fails here, where it costs nothing. */
    private void rehearse(Server server) {
        journal.begin("Rehearse", source.bytes(), null);
        String name = SideDatabase.rehearsal(task.uid());
        try {
            makeAnew(server, name);
            try {
                filling.schema(source, target.withDatabase(name));
            } catch (WorkFailure e) {
                if (!filling.needsRowSecurity(e)) {
                    throw e;
                }
                makeAnew(server, name);
                filling.schema(source, target.withDatabase(name));
            }
            Checks.explain(target.withDatabase(name), task.checks(), stop);
            open(server, name);
            server.drop(name);
            journal.done("the schema was tried out in a database of its own");
        } catch (RuntimeException e) {
            WorkFailure failure = takenBack(server, name, WorkFailure.of(e));
            throw new WorkFailure(failure.reason(), "a rehearsal with the schema alone failed, so the target was not touched: " + failure.getMessage(), failure);
        }
    }

    /** Empty, whatever an earlier run has left under that name. */
    private void makeAnew(Server server, String name) {
        server.drop(name);
        server.create(name, shape);
        server.give(name, task.ownerRole());
    }

    private void createSide(Server server) {
        String name = side.database();
        makeAnew(server, name);
        if (task.strategy() == RestoreStrategy.Recreate) {
            server.keep(name, shape); // the next attempt finds no target that could tell
        }
        journal.done("database " + name + " is created");
    }

    private RestoreResult fill(Server server) {
        String name = side.database();
        journal.begin("Restore", source.bytes(), null);
        filling.all(source, side);
        journal.done("database " + name + " is filled");
        List<Manifest.Table> found = compare();
        open(server, name);
        server.mark(name, task.uid());
        journal.done("database " + name + " is whole");
        long rows = found.stream().mapToLong(Manifest.Table::rows).sum();
        return new RestoreResult(target.database(), found.size(), rows, source.bytes(), server.version(), note(), startedAt, Instant.now());
    }

    private String note() {
        return source.tables().isPresent() ? null : "The dump has no manifest, so its rows could be compared with nothing";
    }

    private void open(Server server, String name) {
        server.open(name, shape, task.ownerRole());
    }

    private List<Manifest.Table> compare() {
        Optional<List<Manifest.Table>> expected = filling.expected(source);
        journal.begin("Compare", null, expected.map(List::size).orElse(null));
        try (Database database = Database.connect(side, Reason.RestoreFailed, stop)) {
            List<Manifest.Table> found = expected.isPresent()
                    ? Tables.count(database, names(expected.get()), journal::tables)
                    : Tables.count(database, journal::tables);
            requireEqual(database, expected, found);
            database.analyze();
            journal.done(found.size() + " tables are compared");
            Checks.require(side, task.checks(), stop);
            return found;
        }
    }

    private static List<TableName> names(List<Manifest.Table> tables) {
        return tables.stream().map(Manifest.Table::qualified).toList();
    }

    private void requireEqual(Database database, Optional<List<Manifest.Table>> expected, List<Manifest.Table> found) {
        if (expected.isEmpty() && found.stream().allMatch(table -> table.rows() == 0)) {
            throw new WorkFailure(
                    Reason.CheckFailed, "what was restored has " + found.size() + " tables and not one row: the dump is empty, of the schema alone, or of something else");
        }
        List<String> differences = new ArrayList<>(expected.map(tables -> Tables.differences(tables, found)).orElse(List.of()));
        if (expected.isPresent() && filling.timescale(source) != null) {
            differences.addAll(Timescale.differences(database, filling.timescale(source)));
        }
        if (!differences.isEmpty()) {
            throw new WorkFailure(
                    Reason.CheckFailed, "what was restored is not what was backed up: "
                            + String.join("; ", differences.subList(0, Math.min(SHOWN, differences.size())))
                            + (differences.size() > SHOWN ? "; and " + (differences.size() - SHOWN) + " more" : ""));
        }
    }

    /** A database restored by half is worse than none. */
    private WorkFailure takenBack(Server server, String name, WorkFailure cause) {
        try {
            server.drop(name);
            return cause;
        } catch (WorkFailure e) {
            return new WorkFailure(cause.reason(), cause.getMessage() + ". Database " + name + " is incomplete and could not be dropped (" + e.getMessage() + ")", cause);
        }
    }
}
