package dev.remuda.task;

import java.time.Instant;

/**
 * What was to be restored is restored and compared, in its side database, or with strategy Existing in the target.
 *
 * @param databaseName the target
 * @param tables how many tables were compared with the manifest; of a dump without one, how many there are
 * @param rows how many rows they hold together
 * @param bytes size of the stored dump that was read
 * @param serverVersion version of the target's server
 * @param note what the user should know; or null
 */
public record RestoreResult(
        String databaseName, int tables, long rows, long bytes, String serverVersion, String note, Instant startedAt, Instant finishedAt)
        implements Result {}
