package dev.remuda.worker;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.TableName;
import dev.remuda.worker.postgres.ArchivePart;
import dev.remuda.worker.postgres.Database;
import dev.remuda.worker.postgres.InPlace;
import dev.remuda.worker.postgres.Login;
import dev.remuda.worker.postgres.Need;
import dev.remuda.worker.postgres.Server;
import dev.remuda.worker.postgres.Tables;
import dev.remuda.worker.postgres.Transaction;
import dev.remuda.worker.store.Manifest;

/** Restores selected tables and schemas into the target itself, in one transaction: all of it is there afterwards, or nothing has changed. */
final class ExistingRestore {
    private final RestoreTask task;
    private final Login target;
    private final Source source;
    private final Filling filling;
    private final Journal journal;
    private final Stop stop;
    private final Instant startedAt;

    ExistingRestore(RestoreTask task, Login target, Source source, Filling filling, Journal journal, Stop stop, Instant startedAt) {
        this.task = task;
        this.target = target;
        this.source = source;
        this.filling = filling;
        this.journal = journal;
        this.stop = stop;
        this.startedAt = startedAt;
    }

    /** Finds what would fail later. */
    InPlace plan() {
        ArchivePart selection = filling.part(source);
        try (Database database = Database.connect(target, Reason.RestoreFailed, stop)) {
            InPlace plan = InPlace.plan(selection, database);
            if (plan.rows() > 0 && !target.database().equals(task.confirm())) {
                throw new WorkFailure(
                        Reason.NotConfirmed, plan.rows() + " of the tables to restore have rows in " + target.database() + " that would be replaced ("
                                + some(plan.replaced()) + "), and confirm is '" + task.confirm() + "'; create the Restore again with confirm: " + target.database() + " if that is meant");
            }
            return plan;
        }
    }

    RestoreResult run(Server server) {
        InPlace plan = plan();
        journal.begin("Restore", source.bytes(), null);
        List<Manifest.Table> expected = filling.expected(source).orElse(List.of());
        try {
            filling.inPlace(source, target, plan, new Transaction(expected, task.checks(), server.marking(target.database(), task.uid()), task.uid()));
        } catch (WorkFailure e) {
            throw new WorkFailure(e.reason(), e.getMessage() + needs(plan.part().needs()), e);
        }
        journal.done(plan.part().tables().size() + " tables are restored into " + target.database());
        List<Manifest.Table> found = count(plan);
        return new RestoreResult(
                target.database(), found.size(), found.stream().mapToLong(Manifest.Table::rows).sum(), source.bytes(), server.version(), note(plan), startedAt, Instant.now());
    }

    private List<Manifest.Table> count(InPlace plan) {
        try (Database database = Database.connect(target, Reason.RestoreFailed, stop)) {
            return Tables.count(database, plan.part().tables(), journal::tables);
        }
    }

    private static String note(InPlace plan) {
        List<String> words = new ArrayList<>(plan.notes());
        if (!plan.replaced().isEmpty()) {
            words.addFirst("replaced the rows of " + some(plan.replaced()));
        }
        return words.isEmpty() ? null : String.join("; ", words);
    }

    private static String some(List<TableName> names) {
        return Tables.some(names.stream().map(TableName::toString).toList());
    }

    private static String needs(List<Need> needs) {
        return needs.isEmpty() ? "" : ". What it needs of the target: " + needs.stream().map(Need::words).limit(8).collect(Collectors.joining("; "));
    }
}
