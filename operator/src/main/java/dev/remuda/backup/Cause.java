package dev.remuda.backup;

import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;

/**
 * Why an attempt, or the whole Backup, failed.
 *
 * @param message what happened, to what, and what to do
 */
record Cause(Reason reason, String message) {
    static Cause of(FailureResult failure) {
        return new Cause(failure.reason(), failure.message());
    }
}
