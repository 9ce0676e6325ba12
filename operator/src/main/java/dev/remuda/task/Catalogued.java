package dev.remuda.task;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A whole backup that lies in a bucket; a worker says so in its log, a line each.
 *
 * @param number of the line, from 1
 * @param backup name of the Backup that made it
 * @param tiers all tiers that it was made for, hot to cold
 * @param slot the scheduled moment that it was made for; null: on demand
 * @param tier the tier that had it last; null: none
 * @param storageClass the dump's class; null: one that Remuda has no name for
 * @param safety name of the Restore before which it was made; null: an ordinary backup
 * @param pinned whether it was pinned when its store was last kept in order
 */
public record Catalogued(
        int number, String backup, List<String> tiers, Instant slot, String tier, StorageClass storageClass, String safety, boolean pinned, BackupResult result) {
    /** What the line begins with; JSON follows. */
    public static final String MARK = "remuda-backup ";

    public Catalogued {
        tiers = tiers == null ? List.of() : List.copyOf(tiers);
    }

    /** The same on another line. */
    public Catalogued numbered(int line) {
        return new Catalogued(line, backup, tiers, slot, tier, storageClass, safety, pinned, result);
    }

    /** What {@link Json#write} made; empty when somebody has changed it. */
    public static Optional<Catalogued> read(String text) {
        try {
            return Optional.of(Json.read(text, Catalogued.class)).filter(found -> found.result() != null && found.result().dataKey() != null && found.result().dataKey().contains("/"));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Key prefix of the backup, ending in a slash. */
    public String prefix() {
        return result.dataKey().substring(0, result.dataKey().lastIndexOf('/') + 1);
    }
}
