package dev.remuda.task;

import java.time.Instant;

/**
 * A restore after which the target holds what the manifest says.
 *
 * @param databaseName the restored database
 * @param tables how many tables were compared with the manifest
 * @param rows how many rows they hold together
 * @param bytes size of the stored dump that was read
 * @param serverVersion version of the target's server
 */
public record RestoreResult(
        String databaseName, int tables, long rows, long bytes, String serverVersion, Instant startedAt, Instant finishedAt)
        implements Result {}
