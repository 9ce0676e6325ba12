package dev.remuda.restore;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import dev.remuda.api.Occasion;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.RestoreStatus.Replaced;
import dev.remuda.job.Step;
import dev.remuda.status.Sizes;
import dev.remuda.task.RestoreStrategy;

/** The good end. */
final class Completion {
    private Completion() {}

    static RestorePlan of(Observed seen, Draft draft, Instant at) {
        RestoreStatus status = draft.completed(at).build();
        return RestorePlan.write(draft, Duration.ZERO, new Step.Tell(false, "Completed", status.conditions().getFirst().getMessage(), Occasion.RestoreFinished));
    }

    static String message(Observed seen, RestoreStatus status) {
        String what = seen.spec().strategy() == RestoreStrategy.Existing ? "what include names in " + status.databaseName() : status.databaseName();
        String when = status.snapshotAt() == null ? " is restored from " + status.source() : " is as it was at " + status.snapshotAt().truncatedTo(ChronoUnit.SECONDS);
        return what + when + facts(status) + ", in " + status.duration()
                + (status.replaced() == null ? "" : ". " + old(status.replaced()))
                + (status.note() == null ? "" : ". " + status.note());
    }

    private static String facts(RestoreStatus status) {
        if (status.tables() == null || status.rows() == null) {
            return ""; // the worker that counted them left no word
        }
        boolean manifest = status.backup() != null;
        return ": " + status.tables() + " tables and " + Sizes.count(status.rows()) + " rows" + (manifest ? " compared with the manifest" : "");
    }

    private static String old(Replaced old) {
        return old.droppedAt() == null
                ? "The old database is kept as " + old.database() + " until " + old.until() + "; status.replaced.goBack has the command that puts it back"
                : "The old database " + old.database() + " was dropped at " + old.droppedAt();
    }
}
