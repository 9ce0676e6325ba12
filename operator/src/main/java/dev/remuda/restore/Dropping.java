package dev.remuda.restore;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.remuda.api.Phase;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.RestoreStatus.Replaced;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.Step;
import dev.remuda.task.DropResult;
import dev.remuda.task.Reason;

/** What is still to be done after the good end: the old database goes when its time is over. */
final class Dropping {
    private static final Duration BETWEEN_TRIES = Duration.ofHours(1);

    private Dropping() {}

    static RestorePlan of(Observed seen, RestoreJobs jobs, Limits limits) {
        Replaced old = seen.status().replaced();
        if (seen.status().phase() != Phase.Completed || !isKept(old)) {
            return new RestorePlan(seen.status(), List.of(), Optional.empty());
        }
        RestoreStatus.Step last = seen.step();
        boolean began = last.name() == StepName.Drop;
        if (began && last.finishedAt() == null) {
            return Stepping.of(seen, jobs, limits);
        }
        Instant due = began ? last.finishedAt().plus(BETWEEN_TRIES) : old.until();
        Duration left = Duration.between(seen.now(), due);
        return left.isPositive() ? RestorePlan.stay(seen, left) : RestorePlan.write(Draft.of(seen).plan(StepName.Drop), Duration.ZERO);
    }

    static RestorePlan dropped(Observed seen, DropResult result) {
        Replaced old = seen.status().replaced();
        Draft draft = ended(seen, null, null).replaced(new Replaced(old.database(), old.oid(), old.until(), null, seen.second()));
        String message = result.dropped()
                ? "the old database " + old.database() + " was dropped: its time was over"
                : "the old database " + old.database() + " was not there any more when its time was over";
        return new RestorePlan(draft.said().build(), List.of(new Step.Tell(false, "OldDatabaseDropped", message)), Optional.empty());
    }

    static RestorePlan failed(Observed seen, Reason reason, String message) {
        String told = "the old database " + seen.status().replaced().database() + " could not be dropped, which is tried again every hour: " + message;
        return RestorePlan.write(ended(seen, reason, message), BETWEEN_TRIES, new Step.Tell(true, reason.name(), told));
    }

    private static Draft ended(Observed seen, Reason reason, String message) {
        int attempt = seen.step().attempt();
        return Draft.of(seen).ended(reason, message).forget(step -> step.name() == StepName.Drop && step.attempt() != attempt);
    }

    private static boolean isKept(Replaced old) {
        return old != null && old.droppedAt() == null && old.until() != null && old.oid() != null && old.database() != null;
    }
}
