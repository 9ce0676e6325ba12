package dev.remuda.task;

import java.util.List;

/**
 * Restore one backup for a trial into a database of its own, compare it with its manifest, check it, and drop it. The result is that of a
 * restore.
 *
 * @param uid of the BackupPolicy: the database's name follows from it, so that the next drill removes what a lost one has left
 * @param prefix of the backup, ending in a slash
 * @param checksum of its dump as the cluster knows it, {@code sha256:<hex>}; null: it does not
 * @param identity with what opens it, when it is encrypted; null: nothing does
 * @param target the server, of which the name of the database does not matter; null: the one that runs beside the worker
 * @param checks SQL queries that must each return true
 */
public record DrillTask(
        String policy, String uid, String namespace, StoreAccess store, String prefix, String checksum, SecretFiles identity, DatabaseAccess target, List<String> checks) implements Task {
    /** Folder that worker and server beside it share; it holds the server's data too. */
    public static final String FOLDER = "/remuda/drill";

    /** File in that folder, which the server beside the worker leaves when it could not be made: why. */
    public static final String FAILED = "failed";

    /** Port of the server beside the worker; nobody outside of the Pod can reach it. */
    public static final int PORT = 5432;

    public DrillTask {
        checks = checks == null ? List.of() : List.copyOf(checks);
    }
}
