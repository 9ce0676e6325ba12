package dev.remuda.task;

/** What a restore does with its target. */
public enum RestoreStrategy {
    /** Restores beside the target and takes its place by a rename; the old database is kept for a while. Needs {@code confirm}. */
    Swap,

    /** Ends connections, drops the target, creates it anew and restores into it. Needs {@code confirm}. */
    Recreate,

    /** Restores selected tables and schemas into a database that exists, in one transaction. */
    Existing,

    /** Creates a database that does not exist yet; refuses when it does. */
    Create
}
