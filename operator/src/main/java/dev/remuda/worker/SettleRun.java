package dev.remuda.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.SettleResult;
import dev.remuda.task.SettleTask;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.ObjectStore.Stored;

/** Finds out what an attempt has come to whose worker left no word, and removes what is no backup. */
final class SettleRun {
    private static final Logger LOG = LoggerFactory.getLogger(SettleRun.class);

    /** A store that is down is the usual reason to be here. The Job's deadline is ten minutes. */
    private static final Duration PATIENCE = Duration.ofMinutes(8);

    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final SettleTask task;
    private final ObjectStore store;
    private final Stop stop;

    SettleRun(SettleTask task, ObjectStore store, Stop stop) {
        this.task = task;
        this.store = store;
        this.stop = stop;
    }

    SettleResult run() {
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            try {
                return settle();
            } catch (WorkFailure e) {
                if (!e.reason().canPass() || Instant.now().plus(PAUSE).isAfter(end)) {
                    throw e;
                }
                LOG.warn("{}; trying again", e.getMessage());
                stop.await(PAUSE);
            }
        }
    }

    private SettleResult settle() {
        if (store.head(Manifest.key(task.prefix())).isPresent()) {
            Manifest manifest = Manifest.read(store, task.prefix());
            if (isWhole(manifest)) {
                LOG.info("{} is a whole backup", store.url(task.prefix()));
                return new SettleResult(BackupRun.result(manifest, task.prefix()), 0, 0);
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
        Leftovers.Removed removed = Leftovers.remove(store, task.prefix());
        LOG.info("{} objects and {} unfinished uploads removed under {}", removed.objects(), removed.uploads(), store.url(task.prefix()));
        return new SettleResult(null, removed.objects(), removed.uploads());
    }
}
