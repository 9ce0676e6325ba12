package dev.remuda.restore;

import java.util.List;

import dev.remuda.api.RestoreSpec;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.RestoreStatus.StepName;

/** What is being done, for people. */
final class Words {
    static final String UNTOUCHED = "Nothing was touched";

    private Words() {}

    /** @param detail may be empty */
    static Draft waiting(Draft draft, Observed seen, String reason, String detail) {
        RestoreStatus next = draft.build();
        return draft.waiting(reason, next.steps().isEmpty() ? detail : doing(seen.spec(), next) + (detail.isEmpty() ? "" : ": " + detail));
    }

    static String sentence(String message) {
        if (message == null) {
            return "no cause was noted";
        }
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    static String untouched(String message) {
        return message.contains(UNTOUCHED) ? message : sentence(message) + ". " + UNTOUCHED;
    }

    static String database(RestoreStatus status) {
        return status.databaseName() == null ? "the target database" : "database " + status.databaseName();
    }

    private static String doing(RestoreSpec spec, RestoreStatus next) {
        RestoreStatus.Step step = next.step().orElseThrow();
        if (step.name() == null) {
            return "waiting";
        }
        String database = database(next);
        String what = switch (step.name()) {
            case Preflight -> "looking whether " + next.source() + " can be restored into " + database;
            case SafetyBackup -> "backing up " + database + " as it is now";
            case Restore -> restoring(spec) + database;
            case Migrations -> "running the migrations in the restored database, before it takes the place of " + database;
            case Switch -> "putting the restored database in the place of " + database;
            case CleanUp -> "dropping what is left of it on the server, because " + failed(next);
            case Report -> "leaving a report of it in the store";
            case Drop -> "dropping database " + next.replaced().database();
        };
        return what + " (" + (step.name() == StepName.SafetyBackup ? "Backup " : "Job ") + step.job() + again(next.steps(), step) + ")";
    }

    private static String restoring(RestoreSpec spec) {
        return switch (spec.strategy()) {
            case Swap -> "restoring beside ";
            case Recreate -> "restoring anew ";
            case Create -> "restoring into the new ";
            case Existing -> "restoring into ";
        };
    }

    private static String failed(RestoreStatus next) {
        RestoreStatus.Step cause = cause(next);
        return cause.name() + " failed: " + cause.reason() + ": " + sentence(cause.message());
    }

    /** The step whose last failure is why what is left is cleaned up. */
    static RestoreStatus.Step cause(RestoreStatus status) {
        return status.steps().stream().filter(step -> step.name() != StepName.CleanUp).reduce((earlier, later) -> later).orElseThrow();
    }

    private static String again(List<RestoreStatus.Step> steps, RestoreStatus.Step present) {
        List<RestoreStatus.Step> failed = steps.stream().filter(step -> step.name() == present.name() && step.finishedAt() != null && step.reason() != null).toList();
        return failed.isEmpty()
                ? ""
                : ", attempt " + (failed.size() + 1) + ": the one before failed: " + failed.getLast().reason() + ": " + sentence(failed.getLast().message());
    }
}
