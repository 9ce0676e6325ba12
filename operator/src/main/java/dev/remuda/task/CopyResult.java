package dev.remuda.task;

import java.time.Instant;
import java.util.List;

/**
 * What was copied, backup by backup; Backup resources are named by their uid. One that is in neither list was not tried.
 *
 * @param copied these are in the other store, whole
 * @param lockedUntil until when the other store locks what was copied; null: not at all
 * @param failed these are not there
 */
public record CopyResult(List<String> copied, Instant lockedUntil, List<Failed> failed) implements Result {
    public CopyResult {
        copied = copied == null ? List.of() : List.copyOf(copied);
        failed = failed == null ? List.of() : List.copyOf(failed);
    }

    /** @param message what happened, in which of the two stores, and what to do */
    public record Failed(String uid, Reason reason, String message) {}
}
