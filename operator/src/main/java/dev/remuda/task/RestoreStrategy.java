package dev.remuda.task;

/** What a restore does with a target database that exists. */
public enum RestoreStrategy {
    /** Ends connections, drops the target, creates it anew and restores into it. Needs {@code confirm}. */
    Recreate,

    /** Creates a database that does not exist yet; refuses when it does. */
    Create
}
