package dev.remuda.task;

import java.util.List;

/**
 * What was found, backup by backup; Backup resources are named by their uid. One that is in none of the lists was not looked at.
 *
 * @param whole these are what they were when they were made
 * @param sealed these are, too, but they are encrypted and were not opened
 * @param archived these cannot be read where they lie; size and checksum are right as far as the store tells
 * @param damaged these are not
 * @param stoppedBy why some were not looked at; null: all were
 */
public record VerifyResult(List<String> whole, List<String> sealed, List<String> archived, List<Damaged> damaged, FailureResult stoppedBy) implements Result {
    public VerifyResult {
        whole = whole == null ? List.of() : List.copyOf(whole);
        sealed = sealed == null ? List.of() : List.copyOf(sealed);
        archived = archived == null ? List.of() : List.copyOf(archived);
        damaged = damaged == null ? List.of() : List.copyOf(damaged);
    }

    /** @param message what happened, to what, and what to do */
    public record Damaged(String uid, Reason reason, String message) {}
}
