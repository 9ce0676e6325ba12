package dev.remuda.worker;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.PreflightResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.Result;
import dev.remuda.task.SideDatabase;
import dev.remuda.task.TableName;
import dev.remuda.worker.postgres.ConnectionSecret;
import dev.remuda.worker.postgres.Database;
import dev.remuda.worker.postgres.DatabaseFacts;
import dev.remuda.worker.postgres.Fitness;
import dev.remuda.worker.postgres.Login;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.postgres.Server;
import dev.remuda.worker.postgres.Tables;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;

/**
 * Looks whether a dump can be restored, or restores it. Both begin with the same questions, which touch nothing, for hours may lie between.
 * What is restored goes into a database of its own, which a {@link SwitchRun} puts into the target's place; with strategy Existing it goes into
 * the target, in one transaction.
 */
final class RestoreRun {
    private static final int SHOWN = 5;

    private final RestoreTask task;
    private final ObjectStore store;
    private final PgPrograms programs;
    private final Scratch scratch;
    private final Journal journal;
    private final Stop stop;
    private final Instant startedAt = Instant.now();

    RestoreRun(RestoreTask task, ObjectStore store, PgPrograms programs, Path scratch, Journal journal, Stop stop) {
        this.task = task;
        this.store = store;
        this.programs = programs;
        this.scratch = new Scratch(scratch, task.scratchBytes());
        this.journal = journal;
        this.stop = stop;
    }

    /** @throws WorkFailure after which, but with strategy Recreate, the target is as it was */
    Result run() {
        return task.stage() == RestoreTask.Stage.Preflight ? look() : restore(ConnectionSecret.login(task.target(), null).of(task.uid()));
    }

    private PreflightResult look() {
        Source source = source();
        Login target = ConnectionSecret.login(task.target(), source.database().name()).of(task.uid());
        requireConfirmed(target);
        try (Server server = Server.connect(target, stop.patience())) {
            preflight(server, target, source);
            if (task.strategy() == RestoreStrategy.Existing && source.archived().isEmpty()) {
                existing(server, target, source).plan();
            }
            return new PreflightResult(
                    target.database(), server.oid(target.database()).orElse(null), server.version(), source.snapshotAt().orElse(null), source.archived().orElse(null), lacking(server, target, source),
                    Instant.now());
        }
    }

    /** Connected before anything else: an earlier worker can do nothing from then on, nor can this one once there is a later. */
    RestoreResult restore(Login target) {
        requireConfirmed(target);
        try (Server server = Server.connectAlone(target, stop.patience())) {
            Source source = source();
            if (server.isMarked(target.database(), task.uid())) {
                return restoredBefore(server, target, source);
            }
            preflight(server, target, source);
            source.archived().ifPresent(where -> {
                throw new WorkFailure(Reason.ObjectArchived, where + "; the copy that was asked back has expired, or came back later than it was needed");
            });
            return restore(server, target, source);
        }
    }

    private Source source() {
        if (task.source().key() == null) {
            BackupSource backup = BackupSource.look(task.source(), store, journal);
            backup.requireOpen();
            return backup;
        }
        return ObjectSource.look(task.source(), store, programs, scratch, journal, stop);
    }

    /** A run before this one has done it and could not say so. */
    private RestoreResult restoredBefore(Server server, Login target, Source source) {
        try (Database database = Database.connect(target, Reason.RestoreFailed, stop)) {
            List<Manifest.Table> tables = Tables.count(database, counted -> {});
            return new RestoreResult(
                    target.database(), tables.size(), tables.stream().mapToLong(Manifest.Table::rows).sum(), source.bytes(), server.version(), null, startedAt, Instant.now());
        }
    }

    private void requireConfirmed(Login target) {
        boolean replaces = task.strategy() == RestoreStrategy.Recreate || task.strategy() == RestoreStrategy.Swap;
        if (replaces && !target.database().equals(task.confirm())) {
            throw new WorkFailure(
                    Reason.NotConfirmed, "confirm is '" + task.confirm() + "' but the database whose data would be replaced is '" + target.database()
                            + "'; create the Restore again with confirm: " + target.database() + " if that is meant");
        }
    }

    private void preflight(Server server, Login target, Source source) {
        Fitness fitness = new Fitness(server);
        requireFit(server, source);
        requireWhole(source);
        requireKeysThatHold(source);
        programs.majorFor(major(server, source));
        String name = target.database();
        boolean exists = server.has(name);
        switch (task.strategy()) {
            case Swap, Recreate -> {
                fitness.requireCreator();
                fitness.requireReplaceable(name);
                fitness.requireFree(name);
            }
            case Create -> {
                fitness.requireCreator();
                if (exists) {
                    throw new WorkFailure(
                            Reason.TargetExists, "database " + name + " exists already, and strategy Create replaces nothing; choose another target.name, or strategy Swap");
                }
            }
            case Existing -> {
                if (!exists) {
                    throw new WorkFailure(
                            Reason.DatabaseNotFound, "database " + name + " does not exist, and strategy Existing restores into one that does; use strategy Create");
                }
                fitness.requireReplaceable(name);
            }
        }
        if (task.replaced() != null && server.has(task.replaced())) {
            throw new WorkFailure(
                    Reason.TargetExists, "database " + task.replaced() + ", as which the present data would be kept, exists already; drop it, or name the Restore otherwise");
        }
    }

    private void requireFit(Server server, Source source) {
        Manifest.Database database = source.database();
        new Fitness(server).require(database, source.clientMajor(), source.scope().include().none() && task.include() == null, task.ownerRole());
        if (task.ownerRole() != null && (database.timescaledb() != null || source.isScript())) {
            throw new WorkFailure(
                    Reason.InvalidSpec, source.url() + (source.isScript() ? " is a plain SQL script, whose owners are written in it" : " has TimescaleDB, whose own tables belong to a superuser")
                            + ": leave owner away, and give the objects to another role afterwards");
        }
        if (task.jobs() > 1 && source.archived().isEmpty() && source.canBeSplit()) {
            scratch.requireRoom(source.bytes(), "several jobs read the dump from a file");
        }
    }

    /** A part must not take the place of the whole. */
    private void requireWhole(Source source) {
        DumpScope scope = source.scope();
        if (!scope.whole() && (task.strategy() == RestoreStrategy.Swap || task.strategy() == RestoreStrategy.Recreate)) {
            throw new WorkFailure(
                    Reason.InvalidSpec, "the backup holds a part of the database (" + scope.words() + "), which cannot take the place of the whole; use strategy Existing, or "
                            + "Create with another target.name");
        }
        if (scope.content() == DumpContent.DataOnly && task.strategy() != RestoreStrategy.Existing) {
            throw new WorkFailure(
                    Reason.InvalidSpec, "the backup has rows alone (content DataOnly), and a new database has no tables for them; use strategy Existing, or another backup");
        }
    }

    /** What is known to fail at the end would fail when the rows are there. */
    private void requireKeysThatHold(Source source) {
        if (task.strategy() == RestoreStrategy.Create && task.include() == null && !source.dangling().isEmpty()) {
            throw new WorkFailure(
                    Reason.InvalidSpec, "foreign keys of " + source.dangling().stream().limit(SHOWN).map(TableName::toString).collect(Collectors.joining(", "))
                            + " lead to what the backup does not have, and would fail; use strategy Existing, choose another backup, or restore this one by hand with the "
                            + "commands of its manifest (howToRestore)");
        }
    }

    /** A dump of a part, made elsewhere, looks like a whole one; and whatever is newer than the dump is not in it. @return null: nothing is lacking */
    private String lacking(Server server, Login target, Source source) {
        boolean replaces = task.strategy() == RestoreStrategy.Swap || task.strategy() == RestoreStrategy.Recreate;
        if (!replaces || source.names().isEmpty() || !server.has(target.database())) {
            return null;
        }
        try (Database database = Database.connect(target, Reason.RestoreFailed, stop)) {
            List<String> lacking = Tables.named(database).stream().filter(table -> !source.names().get().contains(table)).map(TableName::toString).toList();
            return lacking.isEmpty()
                    ? null
                    : "the target has " + lacking.size() + " tables that the dump lacks: " + String.join(", ", lacking.subList(0, Math.min(SHOWN, lacking.size())))
                            + (lacking.size() > SHOWN ? ", …" : "");
        }
    }

    private static int major(Server server, Source source) {
        return Math.max(server.major(), source.clientMajor());
    }

    private RestoreResult restore(Server server, Login target, Source source) {
        Filling filling = filling(server, source);
        journal.begin("Prove", source.bytes(), null);
        filling.prove(source);
        requireFit(server, source); // what some dumps tell only when they are read to their end
        stop.requireGoOn();
        return task.strategy() == RestoreStrategy.Existing
                ? existing(server, target, source).run(server)
                : new SideRestore(task, target, source, shape(server, target, source), filling(server, source), journal, stop, startedAt).run(server);
    }

    private Filling filling(Server server, Source source) {
        return new Filling(task, programs, major(server, source), scratch, stop);
    }

    private ExistingRestore existing(Server server, Login target, Source source) {
        return new ExistingRestore(task, target, source, filling(server, source), journal, stop, startedAt);
    }

    /** A dump that does not say what its database was like makes one like the target is. */
    private Manifest.Database shape(Server server, Login target, Source source) {
        if (source.database().owner() != null) {
            return source.database();
        }
        Optional<Manifest.Database> kept = server.kept(SideDatabase.restore(task.uid()));
        if (kept.isPresent() || !server.has(target.database())) {
            return kept.orElse(source.database());
        }
        try (Database database = Database.connect(target, Reason.RestoreFailed, stop)) {
            return DatabaseFacts.read(database);
        }
    }
}
