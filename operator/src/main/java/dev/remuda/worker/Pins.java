package dev.remuda.worker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.MaintainTask;
import dev.remuda.worker.store.ObjectStore;

/** Which backups are pinned, as an empty object {@code pinned} beside the manifest: a cluster that finds them must not purge them either. */
final class Pins {
    private static final Logger LOG = LoggerFactory.getLogger(Pins.class);

    private Pins() {}

    static String key(String prefix) {
        return prefix + "pinned";
    }

    static void note(MaintainTask.Kept kept, Listing listing, ObjectStore store) {
        String key = key(kept.prefix());
        if (kept.pinned() && !listing.contains(key)) {
            store.put(key, new byte[0], "text/plain");
            LOG.info("{} is pinned", kept.backup());
        } else if (!kept.pinned() && listing.contains(key)) {
            store.delete(key);
            LOG.info("{} is pinned no more", kept.backup());
        }
    }
}
