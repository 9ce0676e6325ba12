package dev.remuda.task;

import java.util.List;

/**
 * Look whether one stored dump can be restored, or restore it. What is restored gets a database of its own, {@link SideDatabase}, beside the
 * target; with strategy Existing it goes into the target in one transaction.
 *
 * @param restore name of the Restore resource
 * @param uid of the Restore resource: names of databases and marks follow from it, so that a second run of the same work finds what the first one left
 * @param source what to read
 * @param target the server and the database whose place is taken; a null name stands for the Secret's, else for the one named in the manifest
 * @param confirm what the user typed to confirm that existing data is replaced; may be null
 * @param targetOid object id of the target as the preflight found it, the only database that strategy Recreate drops; null: there was none
 * @param replaced name that the old database will be given; null where it is kept under none
 * @param include what of the dump to restore; null: all
 * @param ownerRole who shall own all that is restored, whatever the dump says, with no rights for others; null: owners and rights of the dump
 * @param jobs how many tables and indexes to restore at once; more than one takes {@code scratch}
 * @param scratchBytes room in the Pod for a dump that must lie in a folder; 0: none
 * @param checks SQL queries that must each return true
 */
public record RestoreTask(
        Stage stage,
        String restore,
        String uid,
        String namespace,
        StoreAccess store,
        Source source,
        DatabaseAccess target,
        RestoreStrategy strategy,
        String confirm,
        Long targetOid,
        String replaced,
        Selection include,
        String ownerRole,
        int jobs,
        long scratchBytes,
        List<String> checks)
        implements Task {

    public RestoreTask {
        checks = checks == null ? List.of() : List.copyOf(checks);
    }

    /** What of the work is asked for. */
    public enum Stage {
        /** Finds what would fail later and touches nothing; an archived dump is asked back. */
        Preflight,
        /** Restores and compares. */
        Restore
    }

    /**
     * A backup of Remuda's ({@code prefix}), or any dump ({@code key}).
     *
     * @param prefix key prefix that holds the manifest, ending in a slash; null for any dump
     * @param checksum of a backup's dump as the cluster knows it, {@code sha256:<hex>}: a manifest that tells of another dump is not the backup that is meant
     * @param key of any dump; null for a backup
     * @param archiveDays for how many days an archived dump is asked back
     * @param archiveSpeed how fast, a word of S3: Standard, Bulk or Expedited; null: it is not asked back
     * @param identity with what opens it, when it is encrypted; null: nothing does
     */
    public record Source(String prefix, String checksum, String key, int archiveDays, String archiveSpeed, SecretFiles identity) {
        public Source(String prefix, String checksum, String key, int archiveDays, String archiveSpeed) {
            this(prefix, checksum, key, archiveDays, archiveSpeed, null);
        }

        /** A backup that is left in an archive when it is in one. */
        public static Source asItLies(String prefix, String checksum, SecretFiles identity) {
            return new Source(prefix, checksum, null, 0, null, identity);
        }
    }
}
