package dev.remuda.task;

import java.time.Instant;

/**
 * What is left in the store of a Restore, for whoever asks years later, when the resource and its Events are long gone. It names no secret.
 *
 * @param schemaVersion of this record; one more when the meaning of a field changes
 * @param askedBy the program that wrote the resource, and when, as far as the API tells; the API server's audit log knows the user
 * @param source the dump's place in its store
 * @param backup the Backup that was restored; null: a dump made elsewhere
 * @param host of the target's server; null: it stands in a Secret
 * @param database the target
 * @param safetyBackup the Backup that holds the target's data as it was before; null: none was made
 * @param replaced the name that the old database was given; null: none was kept
 * @param result Completed or Failed
 * @param reason null: it succeeded
 * @param message what condition Completed says
 * @param tables how many were compared, and {@code rows} in them; null: it did not come to that
 */
public record RestoreReport(
        int schemaVersion,
        String restore,
        String namespace,
        String uid,
        String askedBy,
        String source,
        String backup,
        Instant snapshotAt,
        String host,
        Integer port,
        String database,
        String serverVersion,
        RestoreStrategy strategy,
        String safetyBackup,
        String replaced,
        Instant startedAt,
        Instant completedAt,
        String result,
        String reason,
        String message,
        Integer tables,
        Long rows,
        Long bytes) {
    public static final int SCHEMA_VERSION = 1;
}
