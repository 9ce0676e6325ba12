package dev.remuda.worker;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.remuda.task.Compression;
import dev.remuda.worker.store.Age;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.ObjectStore.Listed;
import dev.remuda.worker.store.ObjectStore.Unfinished;

/** What lies under the prefix of one attempt, and how it is removed. */
final class Leftovers {
    private static final String DUMP = "data.dump";

    private Leftovers() {}

    /** How much was removed. */
    record Removed(int objects, int uploads) {}

    /** Uploads first: one that is completed after the listing would stay. */
    static Removed remove(ObjectStore store, String prefix) {
        return remove(store, prefix, uploads(store, prefix));
    }

    static Removed remove(ObjectStore store, String prefix, Collection<Unfinished> uploads) {
        uploads.forEach(store::abort);
        List<String> keys = store.list(prefix).stream().map(Listed::key).sorted(order(prefix)).toList();
        keys.forEach(store::delete);
        return new Removed(keys.size(), uploads.size());
    }

    static Set<Unfinished> uploads(ObjectStore store, String prefix) {
        Set<Unfinished> uploads = new LinkedHashSet<>(store.unfinished(prefix));
        for (Compression.Algorithm algorithm : Compression.Algorithm.values()) {
            // Some stores list unfinished uploads by the whole key only.
            uploads.addAll(store.unfinished(prefix + DUMP + algorithm.suffix()));
            uploads.addAll(store.unfinished(prefix + DUMP + algorithm.suffix() + Age.SUFFIX));
        }
        return uploads;
    }

    /** The manifest first: what is left of a deletion that is cut short must not look like a backup. */
    private static Comparator<String> order(String prefix) {
        return Comparator.<String, Boolean>comparing(key -> !key.equals(Manifest.key(prefix))).thenComparing(key -> !key.startsWith(prefix + DUMP));
    }
}
