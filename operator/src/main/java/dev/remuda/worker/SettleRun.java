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

    /** A store that is down is the usual reason to be here. No look is begun that might not end within the Job's deadline of ten minutes. */
    private static final Duration PATIENCE = Duration.ofMinutes(4);

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
                return settle(store, task.prefix());
            } catch (WorkFailure e) {
                if (!e.reason().canPass() || Instant.now().plus(PAUSE).isAfter(end)) {
                    throw e;
                }
                LOG.warn("{}; trying again", e.getMessage());
                stop.await(PAUSE);
            }
        }
    }

    /** A look at what is under the prefix of an attempt. */
    static SettleResult settle(ObjectStore store, String prefix) {
        if (store.head(Manifest.key(prefix)).isPresent()) {
            Manifest manifest = Manifest.read(store, prefix);
            if (isWhole(manifest, store, prefix)) {
                LOG.info("{} is a whole backup", store.url(prefix));
                return new SettleResult(BackupRun.result(manifest, prefix), 0, 0);
            }
        }
        Leftovers.Removed removed = Leftovers.remove(store, prefix);
        LOG.info("{} objects and {} unfinished uploads removed under {}", removed.objects(), removed.uploads(), store.url(prefix));
        return new SettleResult(null, removed.objects(), removed.uploads());
    }

    /** The manifest was written after the proof; what can have happened since is a loss in the store. */
    private static boolean isWhole(Manifest manifest, ObjectStore store, String prefix) {
        Optional<Stored> data = store.head(manifest.dataKey(prefix));
        return data.isPresent()
                && data.get().size() == manifest.dump().sizeBytes()
                && data.get().checksum().map(manifest.dump().crc64nvme()::equals).orElse(true);
    }
}
