package dev.remuda.task;

import java.time.Instant;

/**
 * A restore that can be tried.
 *
 * @param databaseName the target
 * @param targetOid object id of the database that would be replaced; null: there is none
 * @param serverVersion of the target's server
 * @param snapshotAt the moment that the dump shows; null where it does not say
 * @param archived null when the dump can be read; else how its return from the archive stands, in words: look again later
 * @param note what the user should know; or null
 */
public record PreflightResult(
        String databaseName, Long targetOid, String serverVersion, Instant snapshotAt, String archived, String note, Instant finishedAt)
        implements Result {}
