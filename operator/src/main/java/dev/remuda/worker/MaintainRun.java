package dev.remuda.worker;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainResult.Failed;
import dev.remuda.task.MaintainResult.Moved;
import dev.remuda.task.MaintainResult.Spared;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.MaintainTask.Kept;
import dev.remuda.task.MaintainTask.Move;
import dev.remuda.task.MaintainTask.Purge;
import dev.remuda.task.Reason;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;

/**
 * Keeps a policy's part of the store in order. What deletes comes right after the look that allows it; moves, which may take hours, come last.
 * Each item stands for itself: what cannot be done to one backup is told and keeps no other from its turn.
 */
final class MaintainRun {
    private static final Logger LOG = LoggerFactory.getLogger(MaintainRun.class);
    private static final int MOST_NAMES = 10;

    private final MaintainTask task;
    private final ObjectStore store;
    private final Stop stop;
    private final Clock clock;
    private final List<String> purged = new ArrayList<>();
    private final List<Moved> moved = new ArrayList<>();
    private final List<Spared> spared = new ArrayList<>();
    private final List<Failed> failed = new ArrayList<>();

    MaintainRun(MaintainTask task, ObjectStore store, Stop stop, Clock clock) {
        this.task = task;
        this.store = store;
        this.stop = stop;
        this.clock = clock;
    }

    MaintainResult run() {
        OwnFolder.requireRoot(task.root());
        Claim.require(store, task.root(), task.claimant());
        Listing listing = new Listing(task.root(), store.list(task.root()));
        List<String> missing = task.kept().stream().filter(kept -> !listing.has(kept)).map(Kept::backup).toList();
        Leftovers.Removed swept = new Leftovers.Removed(0, 0);
        if (missing.isEmpty()) {
            task.purges().forEach(purge -> purge(purge, listing));
            stop.requireGoOn();
            swept = task.sweep() == null ? swept : sweep(listing);
            task.kept().forEach(kept -> pin(kept, listing));
        } else {
            task.purges().forEach(purge -> spared.add(new Spared(purge.uid(), why(missing))));
        }
        task.moves().forEach(this::move);
        return new MaintainResult(
                task.kept().size() - missing.size(), missing.stream().limit(MOST_NAMES).toList(), purged, moved, spared, failed, swept.objects(),
                swept.uploads());
    }

    private String why(List<String> missing) {
        String names = String.join(", ", missing.subList(0, Math.min(MOST_NAMES, missing.size()))) + (missing.size() > MOST_NAMES ? ", …" : "");
        return "not found in " + store.url(task.root()) + " with manifest and whole dump: " + names
                + "; nothing is purged until they are back, or their Backups are deleted";
    }

    private void purge(Purge purge, Listing listing) {
        stop.requireGoOn();
        if (purge.notBefore() != null && clock.instant().isBefore(purge.notBefore())) {
            spared.add(new Spared(
                    purge.uid(), "by this node's clock (" + clock.instant() + ") it is due only at " + purge.notBefore()
                            + "; the clocks of operator and nodes differ: correct them"));
            return;
        }
        try {
            OwnFolder.require(task.root(), purge.prefix());
            requireNotKept(purge.prefix());
            if (listing.contains(Manifest.key(purge.prefix())) && !manifestDeleted(purge)) {
                return;
            }
            Leftovers.Removed rest = Leftovers.remove(store, purge.prefix());
            LOG.info("{} purged: manifest, {} more objects, {} unfinished uploads under {}", purge.backup(), rest.objects(), rest.uploads(), store.url(purge.prefix()));
            purged.add(purge.uid());
        } catch (RuntimeException e) {
            failed.add(failure(purge.uid(), purge.backup() + " is not purged", e));
        }
    }

    /** The first deletion: a store that does not allow it (a lock, a policy of the bucket) has lost nothing yet. */
    private boolean manifestDeleted(Purge purge) {
        try {
            store.delete(Manifest.key(purge.prefix()));
            return true;
        } catch (WorkFailure e) {
            if (e.reason() != Reason.StorageAccessDenied) {
                throw e;
            }
            LOG.warn("{} is not purged: {}", purge.backup(), e.getMessage());
            spared.add(new Spared(purge.uid(), e.getMessage()));
            return false;
        }
    }

    private Leftovers.Removed sweep(Listing listing) {
        Sweeper sweeper = new Sweeper(task, store, stop);
        Leftovers.Removed swept = sweeper.sweep(listing);
        sweeper.trouble().ifPresent(trouble -> failed.add(new Failed(null, trouble.reason(), trouble.getMessage())));
        return swept;
    }

    private void pin(Kept kept, Listing listing) {
        try {
            if (task.holds() && (kept.pinned() || listing.contains(Pins.key(kept.prefix())))) { // a hold that is not ours stays
                store.hold(kept.dataKey(), kept.pinned());
                store.hold(Manifest.key(kept.prefix()), kept.pinned());
            }
            Pins.note(kept, listing, store);
        } catch (RuntimeException e) {
            failed.add(failure(null, "whether " + kept.backup() + " is pinned is not noted in the store", e));
        }
    }

    private void move(Move move) {
        stop.requireGoOn();
        try {
            OwnFolder.require(task.root(), move.prefix());
            moved.add(new Mover(store, clock).move(move));
        } catch (RuntimeException e) {
            failed.add(failure(move.uid(), move.backup() + " is not moved to tier " + move.tier(), e));
        }
    }

    private void requireNotKept(String prefix) {
        if (task.kept().stream().anyMatch(kept -> kept.dataKey().startsWith(prefix))) {
            throw new WorkFailure(
                    Reason.InternalError, prefix + " is to be purged and to be kept: nothing was touched; please report it with the worker's log");
        }
    }

    private static Failed failure(String uid, String what, RuntimeException e) {
        WorkFailure failure = WorkFailure.of(e);
        LOG.warn("{}: {}", what, failure.getMessage(), failure.reason() == Reason.InternalError ? failure : null);
        return new Failed(uid, failure.reason(), failure.getMessage());
    }
}
