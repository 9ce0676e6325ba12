package dev.remuda.api;

/** What somebody may want to be told of at once. */
public enum Occasion {
    /** A Backup failed with all its attempts. */
    Failed,
    /** A Backup was Completed after one that failed. */
    Recovered,
    /** A scheduled backup came later than startingDeadline and is skipped. */
    Missed,
    /** A Restore was Completed or failed. */
    RestoreFinished,
    /** A stored backup turned out to be damaged, could not be restored in a drill, or is suspicious; or drills cannot be held. */
    VerificationFailed,
    /** A Backup was Completed: for a service that raises the alarm when it hears nothing. */
    Succeeded
}
