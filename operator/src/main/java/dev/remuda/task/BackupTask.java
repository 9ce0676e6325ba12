package dev.remuda.task;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Dump one database into one prefix of a bucket.
 *
 * @param backup name of the Backup resource, for the manifest and the log
 * @param namespace its namespace
 * @param policy the policy it was made by
 * @param attempt number of this attempt, from 1
 * @param prefix key prefix of this attempt alone, ending in a slash; two attempts never share one
 * @param earlier prefixes of the attempts before it: what turns out to be whole there is the backup
 * @param labels what the stored dump says of itself for ever: namespace, policy, database where it is known
 * @param tier the tier that keeps it first; null: none
 * @param tiers all tiers that it belongs to, hot to cold, for the manifest
 * @param slot the scheduled moment that it was made for, for the manifest; null: on demand
 * @param storageClass of the stored dump; null: the bucket's default
 * @param scope which part of the database is dumped
 * @param globals whether roles and tablespaces are stored beside the dump
 * @param claimant who wants to write there; null: whoever may, for what is written disturbs nobody
 * @param safety name of the Restore before which it is made; null: an ordinary backup
 * @param recipients public keys of age for which all of it is encrypted; none: it is not
 * @param expectedBytes how large the stored dump will be, if it is as the one before it; 0: nobody knows
 * @param baseline what it is compared with when it is whole; null: nothing
 */
public record BackupTask(
        String backup,
        String namespace,
        String policy,
        int attempt,
        DatabaseAccess database,
        StoreAccess store,
        String prefix,
        List<String> earlier,
        Compression compression,
        Map<String, String> labels,
        String tier,
        List<String> tiers,
        Instant slot,
        StorageClass storageClass,
        DumpScope scope,
        boolean globals,
        Claimant claimant,
        String safety,
        List<String> recipients,
        long expectedBytes,
        Baseline baseline)
        implements Task {

    /** An ordinary backup, which is not encrypted, in a store that nobody else has. */
    public BackupTask(
            String backup, String namespace, String policy, int attempt, DatabaseAccess database, StoreAccess store, String prefix, List<String> earlier,
            Compression compression, Map<String, String> labels, String tier, List<String> tiers, Instant slot, StorageClass storageClass, DumpScope scope, boolean globals) {
        this(backup, namespace, policy, attempt, database, store, prefix, earlier, compression, labels, tier, tiers, slot, storageClass, scope, globals, null, null, null, 0, null);
    }

    public BackupTask {
        earlier = earlier == null ? List.of() : List.copyOf(earlier);
        tiers = tiers == null ? List.of() : List.copyOf(tiers);
        scope = scope == null ? DumpScope.WHOLE : scope;
        recipients = recipients == null ? List.of() : List.copyOf(recipients);
    }

    /**
     * A backup of the same database that was as it should be.
     *
     * @param backup its name, for messages
     * @param prefix of it, ending in a slash
     * @param dropPercent how much less of something is too much less
     */
    public record Baseline(String backup, String prefix, int dropPercent) {}

    /** Key prefix of all the policy's attempts, ending in a slash. */
    public String root() {
        return prefix.substring(0, prefix.lastIndexOf('/', prefix.length() - 2) + 1);
    }
}
