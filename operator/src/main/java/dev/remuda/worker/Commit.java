package dev.remuda.worker;

import java.util.Arrays;
import java.util.Map;

import dev.remuda.task.Reason;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;

/** Stores the manifest, which makes a backup of what lies beside it. */
final class Commit {
    private Commit() {}

    /**
     * When this fails it is not known whether it is a backup: what is stored stays, and is settled later.
     *
     * @param dataKey of the dump, without which there must be no manifest
     */
    static void write(ObjectStore store, String prefix, String dataKey, byte[] manifest, Map<String, String> labels) {
        String key = Manifest.key(prefix);
        try {
            // An answer that was lost makes the second try find the first one's manifest.
            if (!store.putIfAbsent(key, manifest, "application/json", labels) && !Arrays.equals(store.get(key).orElse(null), manifest)) {
                throw new WorkFailure(Reason.InternalError, "another manifest exists at " + store.url(key) + ": two workers had the same attempt");
            }
            if (store.head(dataKey).isEmpty()) {
                store.delete(key);
                throw new WorkFailure(Reason.InternalError, store.url(dataKey) + " was removed before its manifest was written: this attempt was thought lost");
            }
        } catch (RuntimeException e) {
            throw WorkFailure.of(e).withLeftovers("It is not known whether the manifest is stored; what is in " + store.url(prefix) + " is looked at next");
        }
    }
}
