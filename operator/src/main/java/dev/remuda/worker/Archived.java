package dev.remuda.worker;

import java.util.Optional;

import dev.remuda.task.RestoreTask;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.ObjectStore.Stored;

/** Dumps that lie in an archive (GLACIER, DEEP_ARCHIVE) come back when they are asked for, hours later, for some days. */
final class Archived {
    private Archived() {}

    /** @return empty when it can be read; else how its return stands, in words */
    static Optional<String> askBack(ObjectStore store, String key, Stored stored, RestoreTask.Source wanted) {
        return switch (stored.availability()) {
            case Readable -> Optional.empty();
            case Returning -> Optional.of(store.url(key) + " lies in " + stored.storageClass() + " and is on its way back");
            case Archived -> {
                if (wanted.archiveSpeed() == null) {
                    yield Optional.of(store.url(key) + " lies in " + stored.storageClass() + " and was not asked back");
                }
                store.askBack(key, wanted.archiveDays(), wanted.archiveSpeed());
                yield Optional.of(
                        store.url(key) + " lies in " + stored.storageClass() + " and was asked back (" + wanted.archiveSpeed() + ", for " + wanted.archiveDays()
                                + " days); the store takes minutes to two days for it");
            }
        };
    }
}
