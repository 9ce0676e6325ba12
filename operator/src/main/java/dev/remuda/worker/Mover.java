package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.Json;
import dev.remuda.task.MaintainResult.Moved;
import dev.remuda.task.MaintainTask.Move;
import dev.remuda.task.Reason;
import dev.remuda.task.StorageClass;
import dev.remuda.worker.store.Attributes;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.ObjectStore.Stored;
import dev.remuda.worker.store.StoredProof;

/** Relabels one backup and takes its dump to another storage class. The dump must be what the manifest says, before and after. */
final class Mover {
    private static final Logger LOG = LoggerFactory.getLogger(Mover.class);

    private final ObjectStore store;
    private final Clock clock;

    Mover(ObjectStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * What a backup's tier is now, as {@code labels.json} beside its manifest, which itself is never changed: for people, and for stores without
     * tags.
     *
     * @param storageClass null: one that Remuda has no name for
     */
    record Today(String tier, StorageClass storageClass, Instant at) {
        static String key(String prefix) {
            return prefix + "labels.json";
        }
    }

    Moved move(Move move) {
        Manifest manifest = Manifest.read(store, move.prefix());
        String key = manifest.dataKey(move.prefix());
        Stored before = StoredProof.look(store, key, manifest.dump());
        if (isElsewhere(before, move.storageClass())) {
            copy(manifest, move, key, before);
        } else {
            store.relabel(key, before, attributes(manifest, move, Optional.empty()));
        }
        Stored after = StoredProof.look(store, key, manifest.dump());
        StorageClass now = after.knownClass().orElse(null);
        if (isElsewhere(before, move.storageClass()) && now != move.storageClass()) {
            throw new WorkFailure(
                    Reason.InvalidSpec, "the store took " + store.url(key) + " for class " + move.storageClass() + " but keeps it in " + after.storageClass()
                            + ": it has no such class; take storageClass from tier " + move.tier() + ", or set storage.s3.transitions: None");
        }
        String today = Json.write(new Today(move.tier(), now, clock.instant()));
        store.put(Today.key(move.prefix()), today.getBytes(StandardCharsets.UTF_8), "application/json");
        LOG.info("{} is in tier {}, its dump in class {}", move.backup(), move.tier(), after.storageClass());
        return new Moved(move.uid(), move.tier(), now);
    }

    /** When the answer is lost, the second try finds the first one's copy in the place of what it was to copy. */
    private void copy(Manifest manifest, Move move, String key, Stored before) {
        try {
            store.copy(key, before, attributes(manifest, move, Optional.of(move.storageClass())));
        } catch (WorkFailure e) {
            Stored now = e.reason() == Reason.ObjectMissing ? StoredProof.look(store, key, manifest.dump()) : before;
            if (now.equals(before) || isElsewhere(now, move.storageClass())) {
                throw e;
            }
            store.relabel(key, now, attributes(manifest, move, Optional.empty()));
        }
    }

    /** What is archived stays: it would have to be asked back first, which costs hours and money. */
    private static boolean isElsewhere(Stored dump, StorageClass wanted) {
        return wanted != null && !dump.isArchived() && !wanted.name().equals(dump.storageClass());
    }

    private static Attributes attributes(Manifest manifest, Move move, Optional<StorageClass> storageClass) {
        Map<String, String> labels = new LinkedHashMap<>(manifest.labels());
        labels.remove(Attributes.TIER);
        return new Attributes(manifest.dump().contentType(), labels, Optional.ofNullable(move.tier()), storageClass);
    }
}
