package dev.remuda.backup;

import dev.remuda.api.Attempt;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;

/**
 * Why an attempt, or the whole Backup, failed.
 *
 * @param message what happened, to what, and what to do
 */
record Cause(Reason reason, String message) {
    /** A reason that only a newer operator knows was read as none. */
    Cause {
        reason = reason == null ? Reason.InternalError : reason;
    }

    static Cause of(Attempt attempt) {
        return new Cause(attempt.reason(), attempt.message());
    }

    Cause and(String more) {
        return new Cause(reason, message + more);
    }

    static Cause of(FailureResult failure) {
        return new Cause(failure.reason(), failure.message());
    }
}
