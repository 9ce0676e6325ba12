package dev.remuda.worker;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.MaintainTask;
import dev.remuda.task.MaintainTask.Sweep;
import dev.remuda.task.WorkerProtocol;
import dev.remuda.worker.Leftovers.Removed;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.ObjectStore.Listed;
import dev.remuda.worker.store.ObjectStore.Unfinished;

/** Removes what attempts have left that never became a backup. What is not surely such a leftover stays. */
final class Sweeper {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

    private final String root;
    private final Sweep sweep;
    private final ObjectStore store;
    private final Stop stop;
    private final Pattern attempt;
    private WorkFailure trouble;

    Sweeper(MaintainTask task, ObjectStore store, Stop stop) {
        this.root = task.root();
        this.sweep = task.sweep();
        this.store = store;
        this.stop = stop;
        this.attempt = Pattern.compile(Pattern.quote(root) + "[^/]*-" + Pattern.quote(sweep.owner()) + "-[0-9a-f]{8}-[0-9]+/");
    }

    /** What could not be swept, if anything; the next run finds it again. */
    Optional<WorkFailure> trouble() {
        return Optional.ofNullable(trouble);
    }

    Removed sweep(Listing listing) {
        Map<String, List<Listed>> folders = listing.folders();
        int objects = 0;
        int uploads = 0;
        for (String folder : candidates(listing, folders.keySet())) {
            stop.requireGoOn();
            try {
                Removed removed = sweep(folder, folders.getOrDefault(folder, List.of()));
                objects += removed.objects();
                uploads += removed.uploads();
            } catch (WorkFailure e) {
                LOG.warn("leftovers under {} stay: {}", store.url(folder), e.getMessage());
                trouble = e;
            }
        }
        return new Removed(objects, uploads);
    }

    private Set<String> candidates(Listing listing, Set<String> folders) {
        Set<String> candidates = new TreeSet<>(folders);
        try {
            // Folders without any object; stores that list uploads by the whole key only do not show these.
            store.unfinished(root).forEach(upload -> listing.folder(upload.key()).ifPresent(candidates::add));
        } catch (WorkFailure e) {
            LOG.warn("unfinished uploads without any object stay: {}", e.getMessage());
            trouble = e;
        }
        candidates.removeIf(folder -> !attempt.matcher(folder).matches() || sweep.busy().contains(folder));
        return candidates;
    }

    private Removed sweep(String folder, List<Listed> objects) {
        if (objects.stream().anyMatch(this::isManifest) || !objects.stream().allMatch(this::isOld)) {
            return new Removed(0, 0);
        }
        Collection<Unfinished> uploads = Leftovers.uploads(store, folder);
        if (!uploads.stream().allMatch(upload -> upload.initiated().isBefore(sweep.before()))
                || store.head(Manifest.key(folder)).isPresent()) { // it has become a backup since the listing
            return new Removed(0, 0);
        }
        // Only what was seen to be old: an upload may have been completed since, and its manifest be on its way.
        uploads.forEach(store::abort);
        List<String> keys = objects.stream().map(Listed::key).filter(key -> key.indexOf('/', folder.length()) < 0).toList();
        keys.forEach(store::delete);
        Removed removed = new Removed(keys.size(), uploads.size());
        LOG.info("{} objects and {} unfinished uploads swept under {}", removed.objects(), removed.uploads(), store.url(folder));
        return removed;
    }

    /** In folders below too: those are not what an attempt leaves. */
    private boolean isManifest(Listed object) {
        return object.key().endsWith("/" + WorkerProtocol.MANIFEST);
    }

    private boolean isOld(Listed object) {
        return object.lastModified().isBefore(sweep.before());
    }
}
