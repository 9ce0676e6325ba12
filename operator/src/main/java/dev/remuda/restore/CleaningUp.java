package dev.remuda.restore;

import java.time.Duration;
import java.util.List;

import dev.remuda.api.Occasion;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.Step;
import dev.remuda.task.CleanUpResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.SideDatabase;

/** The end of a Restore that goes no further, when it is known what is left on the server, or that this cannot be known. */
final class CleaningUp {
    private CleaningUp() {}

    static RestorePlan done(Observed seen, CleanUpResult left) {
        Draft draft = Draft.of(seen).ended(null, null);
        if (left.restored()) {
            return left.switched() == null ? Completion.of(seen, draft, seen.second()) : Advancing.switched(seen, draft, left.switched());
        }
        return fail(seen, draft, state(seen, left.oid()));
    }

    static RestorePlan failed(Observed seen, Draft draft, String why) {
        String unknown = "What it has left on the server could not be looked at (" + Words.sentence(why) + "): look at " + Words.database(seen.status())
                + " before you trust it" + (mayBeGone(seen) ? "; if it does not exist, " + cure(seen) : "") + ". "
                + seen.replacedName().map(name -> "If there is a database " + name + ", it is the old one. ").orElse("")
                + "Databases " + String.join(" and ", sides(seen.uid())) + " may be left; drop them by hand";
        return fail(seen, draft, unknown);
    }

    /** Names of the databases that a Restore works in. */
    static List<String> sides(String uid) {
        return List.of(SideDatabase.restore(uid), SideDatabase.rehearsal(uid));
    }

    private static RestorePlan fail(Observed seen, Draft draft, String state) {
        RestoreStatus.Step cause = Words.cause(seen.status());
        Reason reason = cause.reason() == null ? Reason.InternalError : cause.reason();
        String message = Words.sentence(cause.message()) + ". " + state;
        return RestorePlan.write(draft.failed(reason, message), Duration.ZERO, new Step.Tell(true, reason.name(), message, Occasion.RestoreFinished));
    }

    static String state(Observed seen, Long oid) {
        String database = seen.status().databaseName();
        Long before = seen.status().targetOid();
        if (oid != null && oid.equals(before)) {
            return "Database " + database + " is as it was";
        }
        if (oid != null) {
            String other = "There is a database " + database + " that was made by somebody else meanwhile, and was left alone";
            return before == null ? other : other + ". The one that there was is gone: " + cure(seen);
        }
        return before != null
                ? "Database " + database + " does not exist now: " + cure(seen)
                : "Database " + database + " does not exist, as before";
    }

    private static boolean mayBeGone(Observed seen) {
        return seen.targetExisted() && seen.spec().strategy() == RestoreStrategy.Recreate;
    }

    private static String cure(Observed seen) {
        String safety = seen.status().safetyBackup();
        if (safety != null) {
            return "its data is in Backup " + safety + "; create a Restore with source.backupRef: " + safety + ", strategy: Create";
        }
        String source = seen.status().backup() == null ? "this source" : "Backup " + seen.status().backup();
        return "its data was not backed up before (safetyBackup: false); mend the cause and create another Restore of " + source + " with strategy: Create";
    }

    /** Whether something of the Restore may be on the server. */
    static boolean mayBeLeft(RestoreStatus status) {
        return status.steps().stream().anyMatch(step -> step.name() != StepName.Preflight && step.name() != StepName.SafetyBackup);
    }
}
