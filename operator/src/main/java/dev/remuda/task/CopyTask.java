package dev.remuda.task;

import java.util.List;

/**
 * Copy stored backups into another store, byte for byte. Everything may be done twice.
 *
 * @param to where the copies go, which locks them as it says
 * @param root key prefix of the policy's folder there, ending in a slash; nothing outside is touched
 * @param claimant who wants to write there; null: nobody else can
 * @param backups in this order
 */
public record CopyTask(StoreAccess from, StoreAccess to, String root, Claimant claimant, List<Item> backups) implements Task {
    /** How many fit into one task, so that the result fits into a termination message. */
    public static final int MAX_ITEMS = 20;

    public CopyTask {
        backups = backups == null ? List.of() : List.copyOf(backups);
    }

    /**
     * One backup.
     *
     * @param uid of the Backup resource, by which the result names it
     * @param backup name of the Backup resource, for the log
     * @param from key prefix of the backup, ending in a slash
     * @param to key prefix of its copy, right under the root, ending in a slash
     * @param checksum of its dump as the cluster knows it, {@code sha256:<hex>}; null: it does not
     */
    public record Item(String uid, String backup, String from, String to, String checksum) {}
}
