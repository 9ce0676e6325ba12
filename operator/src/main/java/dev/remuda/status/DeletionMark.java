package dev.remuda.status;

import java.time.Instant;

import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;

/**
 * How far the deletion of a Backup that nothing keeps has come, as its condition tells. Marked: no Job has had it yet, so it is whole and the
 * mark can be taken back. Taken: a Job has had it, so it may be half gone.
 */
public final class DeletionMark {
    private static final String MARKED = "Deleting";
    private static final String TAKEN = "Purging";

    private DeletionMark() {}

    public static BackupStatus mark(BackupStatus status, String why, long generation, Instant now) {
        return with(status, MARKED, "nothing keeps it any more (" + why + "), so it is purged from the store", generation, now);
    }

    public static BackupStatus take(BackupStatus status, String job, long generation, Instant now) {
        return with(status, TAKEN, "Job " + job + " purges it from the store", generation, now);
    }

    /** @param why it stays after all */
    public static BackupStatus release(BackupStatus status, String why, long generation, Instant now) {
        return status.in(Phase.Completed, CompletedCondition.succeeded(status.conditions(), "it was to be purged, and stays whole: " + why, generation, now));
    }

    public static boolean isMarked(BackupStatus status) {
        return status.phase() == Phase.Deleting && has(status, MARKED);
    }

    public static boolean isTaken(BackupStatus status) {
        return status.phase() == Phase.Deleting && !has(status, MARKED);
    }

    private static BackupStatus with(BackupStatus status, String reason, String message, long generation, Instant now) {
        return status.in(Phase.Deleting, CompletedCondition.failed(status.conditions(), reason, message, generation, now));
    }

    private static boolean has(BackupStatus status, String reason) {
        return status.conditions().stream().anyMatch(condition -> CompletedCondition.TYPE.equals(condition.getType()) && reason.equals(condition.getReason()));
    }
}
