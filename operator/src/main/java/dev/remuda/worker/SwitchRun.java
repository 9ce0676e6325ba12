package dev.remuda.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import dev.remuda.task.Reason;
import dev.remuda.task.SideDatabase;
import dev.remuda.task.SwitchResult;
import dev.remuda.task.SwitchTask;
import dev.remuda.worker.postgres.ConnectionSecret;
import dev.remuda.worker.postgres.Login;
import dev.remuda.worker.postgres.Server;
import dev.remuda.worker.postgres.Swap;
import dev.remuda.worker.postgres.Timescale;
import dev.remuda.worker.postgres.TimescaleRestore;

/** Puts a restored database into the target's place. What a run before this one has done is found and not done again. */
final class SwitchRun {
    private final SwitchTask task;
    private final Journal journal;
    private final Stop stop;

    SwitchRun(SwitchTask task, Journal journal, Stop stop) {
        this.task = task;
        this.journal = journal;
        this.stop = stop;
    }

    /** @throws WorkFailure after which the target is as it was, or is the restored database, whole */
    SwitchResult run() {
        Login target = ConnectionSecret.login(task.target(), null).of(task.uid());
        String name = target.database();
        try (Server server = Server.connectAlone(target, stop.patience())) {
            Duration refused = server.isMarked(name, task.uid()) ? Duration.ZERO : swap(server, target);
            String note = startJobs(server, target, stop);
            journal.done("database " + name + " serves");
            return result(server, target, task.uid(), task.replaced(), refused, note, stop);
        }
    }

    private Duration swap(Server server, Login target) {
        String name = target.database();
        String side = SideDatabase.restore(task.uid());
        if (!server.isMarked(side, task.uid())) {
            throw new WorkFailure(
                    Reason.RestoreFailed, "database " + side + ", which was restored, " + (server.has(side) ? "is not whole" : "is not there any more")
                            + ": somebody changed it; create the same Restore under another name");
        }
        boolean exists = server.has(name);
        if (exists && task.replaced() == null) {
            throw new WorkFailure(
                    Reason.TargetExists, "database " + name + " was created by somebody else while the backup was restored; drop it and create the same Restore under another name");
        }
        stop.requireGoOn();
        Duration refused = new Swap(target, side, name).carryOut(exists ? Optional.of(task.replaced()) : Optional.empty());
        journal.done("database " + name + " is the restored one" + (exists ? ", the old one is " + task.replaced() : ""));
        return refused;
    }

    /** The database has its place by then, and that counts. @return what the user should know; null: nothing */
    static String startJobs(Server server, Login target, Stop stop) {
        try {
            TimescaleRestore.startJobs(server, target, stop);
            return null;
        } catch (WorkFailure e) {
            if (e.reason().canPass()) {
                throw e;
            }
            return "TimescaleDB's background jobs could not be switched on (" + e.getMessage() + "): see to it with alter_job";
        }
    }

    /** What there is to tell of a target that is the restored database. */
    static SwitchResult result(Server server, Login target, String uid, String replaced, Duration refused, String note, Stop stop) {
        Optional<Long> oid = Optional.ofNullable(replaced).flatMap(server::oid);
        String name = target.database();
        String goBack = oid.isEmpty() ? null : new Swap(target, SideDatabase.restore(uid), name).goBack(replaced, server.through(), Timescale.isIn(target, stop));
        return new SwitchResult(name, oid.orElse(null), goBack, refused.toMillis(), note, Instant.now());
    }
}
