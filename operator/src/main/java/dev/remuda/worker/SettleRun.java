package dev.remuda.worker;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.Compression;
import dev.remuda.task.SettleResult;
import dev.remuda.task.SettleTask;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.ObjectStore.Stored;
import dev.remuda.worker.store.ObjectStore.Unfinished;

/** Finds out what an attempt has come to whose worker left no word, and removes what is no backup. */
final class SettleRun {
    private static final Logger LOG = LoggerFactory.getLogger(SettleRun.class);

    private final SettleTask task;
    private final ObjectStore store;

    SettleRun(SettleTask task, ObjectStore store) {
        this.task = task;
        this.store = store;
    }

    SettleResult run() {
        if (store.head(Manifest.key(task.prefix())).isPresent()) {
            Manifest manifest = Manifest.read(store, task.prefix());
            if (isWhole(manifest)) {
                LOG.info("{} is a whole backup", store.url(task.prefix()));
                return new SettleResult(BackupRun.result(manifest, task.prefix(), false), 0, 0);
            }
        }
        return removed();
    }

    /** The manifest was written after the proof; what can have happened since is a loss in the store. */
    private boolean isWhole(Manifest manifest) {
        Optional<Stored> data = store.head(manifest.dataKey(task.prefix()));
        return data.isPresent()
                && data.get().size() == manifest.dump().sizeBytes()
                && data.get().checksum().map(manifest.dump().crc64nvme()::equals).orElse(true);
    }

    private SettleResult removed() {
        Set<Unfinished> uploads = new LinkedHashSet<>(store.unfinished(task.prefix()));
        for (Compression.Algorithm algorithm : Compression.Algorithm.values()) {
            // Some stores list unfinished uploads by the whole key only.
            uploads.addAll(store.unfinished(task.prefix() + "data.dump" + algorithm.suffix()));
        }
        uploads.forEach(store::abort);
        List<String> keys = store.list(task.prefix());
        keys.stream().filter(key -> key.equals(Manifest.key(task.prefix()))).forEach(store::delete);
        keys.stream().filter(key -> !key.equals(Manifest.key(task.prefix()))).forEach(store::delete);
        LOG.info("{} objects and {} unfinished uploads removed under {}", keys.size(), uploads.size(), store.url(task.prefix()));
        return new SettleResult(null, keys.size(), uploads.size());
    }
}
