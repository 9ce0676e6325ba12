package dev.remuda.task;

import java.util.List;

/**
 * What was done, backup by backup; Backup resources are named by their uid.
 *
 * @param checked how many of the kept backups were found in the store
 * @param missing names of kept backups that are not in the store as they should be, at most ten
 * @param purged nothing of these is left
 * @param moved where these are now
 * @param spared these were to be purged, and nothing of them was touched
 * @param failed these could not be moved, or were purged in part, or leftovers could not be swept
 * @param sweptObjects leftover objects deleted
 * @param abortedUploads unfinished uploads aborted
 */
public record MaintainResult(
        int checked,
        List<String> missing,
        List<String> purged,
        List<Moved> moved,
        List<Spared> spared,
        List<Failed> failed,
        int sweptObjects,
        int abortedUploads)
        implements Result {
    /** How many moves and purges together fit into one task, so that the result fits into a termination message. */
    public static final int MAX_ITEMS = 20;

    public MaintainResult {
        missing = missing == null ? List.of() : List.copyOf(missing);
        purged = purged == null ? List.of() : List.copyOf(purged);
        moved = moved == null ? List.of() : List.copyOf(moved);
        spared = spared == null ? List.of() : List.copyOf(spared);
        failed = failed == null ? List.of() : List.copyOf(failed);
    }

    /** @param storageClass the dump's class as the store tells it now */
    public record Moved(String uid, String tier, StorageClass storageClass) {}

    /** @param why in plain words */
    public record Spared(String uid, String why) {}

    /**
     * @param uid null: leftovers could not be swept
     * @param message what happened, to what, and what to do
     */
    public record Failed(String uid, Reason reason, String message) {}
}
