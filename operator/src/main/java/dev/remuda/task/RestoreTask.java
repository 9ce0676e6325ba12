package dev.remuda.task;

/**
 * Bring one stored backup back into a database.
 *
 * @param restore name of the Restore resource, for the log
 * @param prefix key prefix that holds the manifest, ending in a slash
 * @param checksum of the dump as the cluster knows it, {@code sha256:<hex>}: a manifest that tells of another dump is not the backup that is meant
 * @param target the database to restore into; a null name stands for the database named in the manifest
 * @param confirm what the user typed to confirm that existing data is replaced; may be null
 */
public record RestoreTask(
        String restore,
        String namespace,
        StoreAccess store,
        String prefix,
        String checksum,
        DatabaseAccess target,
        RestoreStrategy strategy,
        String confirm)
        implements Task {}
