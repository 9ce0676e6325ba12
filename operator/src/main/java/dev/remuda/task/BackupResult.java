package dev.remuda.task;

import java.time.Instant;
import java.util.Map;

/**
 * A backup that is whole and whose manifest is stored.
 *
 * @param dataKey key of the dump in the bucket
 * @param sizeBytes size of the stored dump
 * @param checksum of the stored dump, as {@code sha256:<hex>}
 * @param databaseSizeBytes the database's size on its server when the snapshot was taken
 * @param snapshotAt when the snapshot was taken: the backup's age counts from here
 * @param lsn the server's write-ahead log position at the snapshot
 * @param extensions from name to version
 * @param tables how many tables and hypertables it has
 * @param rows how many rows of them are in it together
 * @param note what the user should know of it, or null
 * @param suspicion what of the backup before it is strangely not in it, or null
 */
public record BackupResult(
        String databaseName,
        String dataKey,
        long sizeBytes,
        String checksum,
        long databaseSizeBytes,
        Instant startedAt,
        Instant snapshotAt,
        Instant finishedAt,
        String serverVersion,
        String lsn,
        Map<String, String> extensions,
        int tables,
        long rows,
        String note,
        String suspicion)
        implements Result {
    public BackupResult {
        extensions = extensions == null ? Map.of() : Map.copyOf(extensions);
    }
}
