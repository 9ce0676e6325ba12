package dev.remuda.restore;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.StorageSpec;
import dev.remuda.status.Trust;
import dev.remuda.task.Reason;

/**
 * Where a Backup is read from: its own store, or a copy of it in a further one.
 *
 * @param copy name of the copy; null: its own store
 * @param prefix of it there, ending in a slash
 */
record Place(String copy, String url, String prefix) {
    /** What another place may not have. A dump that does not open, or a target that does not fit, is the same everywhere. */
    private static final Set<Reason> OF_THE_PLACE = Set.of(
            Reason.StorageUnreachable, Reason.StorageAccessDenied, Reason.StorageThrottled, Reason.BucketNotFound, Reason.ObjectArchived, Reason.SecretMissing);

    /** @param copy null: its own store. @return empty: it has no such copy */
    static Optional<Place> of(BackupStatus backup, String copy) {
        return copy == null
                ? Optional.of(new Place(null, backup.location().url(), backup.location().prefix()))
                : backup.copy(copy).map(known -> new Place(copy, known.url(), known.prefix()));
    }

    /** Its own store, unless it is known to be damaged there. */
    static Place first(BackupStatus backup) {
        return Trust.isDamaged(backup) && !backup.copies().isEmpty() ? of(backup, backup.copies().getFirst().name()).orElseThrow() : of(backup, null).orElseThrow();
    }

    /** Where to read it next, when it could not be read here. @param copy the copy that was read; null: its own store */
    static Optional<Place> after(BackupStatus backup, String copy) {
        List<String> names = backup.copies().stream().map(BackupStatus.Copy::name).toList();
        int next = copy == null ? 0 : names.indexOf(copy) + 1;
        return next < names.size() && (copy == null || next > 0) ? of(backup, names.get(next)) : Optional.empty();
    }

    /** How many places come before it. */
    int number(BackupStatus backup) {
        return 1 + backup.copies().stream().map(BackupStatus.Copy::name).toList().indexOf(copy);
    }

    static boolean mayBeBetterElsewhere(Reason reason) {
        return reason.isDamage() || OF_THE_PLACE.contains(reason);
    }

    /** The store as this cluster reaches it now. */
    StorageSpec store(BackupStatus backup, Optional<BackupPolicy> origin) {
        return copy == null ? backup.store(origin) : backup.copy(copy).orElseThrow().store(origin);
    }

    /** In words, behind "is read from". */
    String words() {
        return copy == null ? "its own store" : "its copy " + copy + ", " + url;
    }
}
