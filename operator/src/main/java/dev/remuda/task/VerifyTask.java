package dev.remuda.task;

import java.util.List;

/**
 * Look whether stored backups are what they were when they were made: read each whole, compare it, and walk its archive to the end. Nothing is
 * changed.
 *
 * @param backups in this order
 * @param identity with what opens encrypted ones; null: those are read and compared as they lie
 */
public record VerifyTask(StoreAccess store, List<Item> backups, SecretFiles identity) implements Task {
    /** How many fit into one task, so that the result fits into a termination message. */
    public static final int MAX_ITEMS = 10;

    public VerifyTask {
        backups = backups == null ? List.of() : List.copyOf(backups);
    }

    /**
     * One backup.
     *
     * @param uid of the Backup resource, by which the result names it
     * @param backup name of the Backup resource, for the log
     * @param prefix of the backup, ending in a slash
     * @param checksum of its dump as the cluster knows it, {@code sha256:<hex>}; null: it does not
     */
    public record Item(String uid, String backup, String prefix, String checksum) {}
}
