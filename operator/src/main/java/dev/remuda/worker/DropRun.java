package dev.remuda.worker;

import dev.remuda.task.DropResult;
import dev.remuda.task.DropTask;
import dev.remuda.worker.postgres.ConnectionSecret;
import dev.remuda.worker.postgres.Server;

/** Drops the database that a restore had kept. */
final class DropRun {
    private final DropTask task;
    private final Journal journal;

    DropRun(DropTask task, Journal journal) {
        this.task = task;
        this.journal = journal;
    }

    DropResult run() {
        try (Server server = Server.connect(ConnectionSecret.login(task.target(), null))) {
            boolean same = server.oid(task.database()).filter(oid -> oid == task.oid()).isPresent();
            if (same) {
                server.drop(task.database());
                journal.done("database " + task.database() + " is dropped");
            } else {
                journal.done("database " + task.database() + " is not there any more, or is another one of that name");
            }
            return new DropResult(same);
        }
    }
}
