package dev.remuda.api;

/** Where a Backup or a Restore is in its life. */
public enum Phase {
    Pending,
    Running,
    Completed,
    Failed,
    /** A Backup that no tier keeps: it is being purged from the store, and its resource goes last. */
    Deleting;

    /** Whether nothing more will happen. */
    public boolean isFinal() {
        return this == Completed || this == Failed || this == Deleting;
    }
}
