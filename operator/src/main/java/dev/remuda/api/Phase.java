package dev.remuda.api;

/** Where a Backup or a Restore is in its life. */
public enum Phase {
    Pending,
    Running,
    Completed,
    Failed;

    /** Whether nothing more will happen. */
    public boolean isFinal() {
        return this == Completed || this == Failed;
    }
}
