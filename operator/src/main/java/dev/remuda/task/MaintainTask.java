package dev.remuda.task;

import java.time.Instant;
import java.util.List;

/**
 * Keep a policy's part of a bucket in order: look whether what should be there is, move backups to their next tier, purge those that no tier
 * keeps, sweep what attempts left that never became a backup. Everything may be done twice.
 *
 * @param root key prefix of all the policy's attempts, ending in a slash; nothing outside is looked at or touched
 * @param claimant who wants to write there; null: nobody else can
 * @param kept backups that stay, the newest first; when one of them is not in the store, nothing at all is purged or swept
 * @param moves backups whose label or storage class changes
 * @param purges backups to delete
 * @param sweep null: none this time
 * @param holds whether the store holds what is pinned
 */
public record MaintainTask(StoreAccess store, String root, Claimant claimant, List<Kept> kept, List<Move> moves, List<Purge> purges, Sweep sweep, boolean holds) implements Task {
    /** Of a store that holds nothing. */
    public MaintainTask(StoreAccess store, String root, Claimant claimant, List<Kept> kept, List<Move> moves, List<Purge> purges, Sweep sweep) {
        this(store, root, claimant, kept, moves, purges, sweep, false);
    }

    public MaintainTask {
        kept = kept == null ? List.of() : List.copyOf(kept);
        moves = moves == null ? List.of() : List.copyOf(moves);
        purges = purges == null ? List.of() : List.copyOf(purges);
    }

    /**
     * A backup that must be there.
     *
     * @param backup name of the Backup resource, for messages
     * @param dataKey key of its dump; the manifest lies beside it
     * @param pinned whether it is pinned, which is noted beside it
     */
    public record Kept(String backup, String dataKey, long sizeBytes, boolean pinned) {
        /** Key prefix of the backup, ending in a slash. */
        public String prefix() {
            return dataKey.substring(0, dataKey.lastIndexOf('/') + 1);
        }
    }

    /**
     * A backup to be relabelled and moved.
     *
     * @param uid of the Backup resource, by which the result names it
     * @param prefix of the backup, ending in a slash
     * @param tier the new value of the label {@code tier}
     * @param storageClass where the dump shall be; null: where it is
     */
    public record Move(String uid, String backup, String prefix, String tier, StorageClass storageClass) {}

    /**
     * A backup to be deleted: manifest, dump, whatever else is under its prefix.
     *
     * @param prefix of the backup, ending in a slash
     * @param notBefore by the worker's own clock, against an operator whose clock is wrong; null: at once
     */
    public record Purge(String uid, String backup, String prefix, Instant notBefore) {}

    /**
     * Which leftovers to remove: folders right under the root that end in {@code -<owner>-<8 hex digits>-<number>}, without a manifest, not
     * busy, all of whose objects and unfinished uploads are older than {@code before}.
     *
     * @param owner the first eight characters of the policy's uid, so that another cluster's attempts under the same root are left alone
     * @param busy prefixes that stay untouched whatever is under them: of attempts under way, and of backups that are not among the kept
     */
    public record Sweep(String owner, List<String> busy, Instant before) {
        public Sweep {
            busy = busy == null ? List.of() : List.copyOf(busy);
        }
    }
}
