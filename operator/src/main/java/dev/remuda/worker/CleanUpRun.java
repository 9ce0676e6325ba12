package dev.remuda.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.remuda.task.CleanUpResult;
import dev.remuda.task.CleanUpTask;
import dev.remuda.task.SideDatabase;
import dev.remuda.task.SwitchResult;
import dev.remuda.worker.postgres.ConnectionSecret;
import dev.remuda.worker.postgres.Login;
import dev.remuda.worker.postgres.Server;

/** Drops the databases of a restore that goes no further, and looks what the target is: a worker that was killed may have done more than it could say. */
final class CleanUpRun {
    private final CleanUpTask task;
    private final Journal journal;
    private final Stop stop;

    CleanUpRun(CleanUpTask task, Journal journal, Stop stop) {
        this.task = task;
        this.journal = journal;
        this.stop = stop;
    }

    CleanUpResult run() {
        Login target = ConnectionSecret.login(task.target(), null).of(task.uid());
        try (Server server = Server.connectAlone(target, stop.patience())) {
            List<String> dropped = new ArrayList<>();
            for (String name : List.of(SideDatabase.rehearsal(task.uid()), SideDatabase.restore(task.uid()))) {
                if (server.has(name)) {
                    server.drop(name);
                    dropped.add(name);
                    journal.done("database " + name + " is dropped");
                }
            }
            boolean restored = server.isMarked(target.database(), task.uid());
            SwitchResult switched = null;
            if (restored) {
                String note = SwitchRun.startJobs(server, target, stop);
                switched = SwitchRun.result(server, target, task.uid(), task.replaced(), Duration.ZERO, note, stop);
            }
            return new CleanUpResult(restored, server.oid(target.database()).orElse(null), dropped, switched);
        }
    }
}
