package dev.remuda.task;

import java.util.Map;

/**
 * Dump one database into one prefix of a bucket.
 *
 * @param backup name of the Backup resource, for the manifest and the log
 * @param namespace its namespace
 * @param policy the policy it was made by
 * @param attempt number of this attempt, from 1
 * @param prefix key prefix of this attempt alone, ending in a slash; two attempts never share one
 * @param tags object tags that the stored dump carries
 */
public record BackupTask(
        String backup,
        String namespace,
        String policy,
        int attempt,
        DatabaseAccess database,
        StoreAccess store,
        String prefix,
        Compression compression,
        Map<String, String> tags)
        implements Task {}
