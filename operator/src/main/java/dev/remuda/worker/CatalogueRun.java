package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.CatalogueResult;
import dev.remuda.task.CatalogueTask;
import dev.remuda.task.Catalogued;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.worker.store.Attributes;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.ObjectStore.Stored;
import dev.remuda.worker.store.StoredProof;

/** Tells which backups lie under a policy's root. What has no manifest is none; what has one but is not whole is named and left out. */
final class CatalogueRun {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogueRun.class);

    /** Each backup takes some requests, which wait for the store and for nothing else. */
    private static final int AT_ONCE = 8;

    private static final int MOST_NAMED = 10;

    private final CatalogueTask task;
    private final ObjectStore store;
    private final Stop stop;

    CatalogueRun(CatalogueTask task, ObjectStore store, Stop stop) {
        this.task = task;
        this.store = store;
        this.stop = stop;
    }

    CatalogueResult run() {
        String heldBy = heldBy();
        Listing listing = new Listing(task.root(), store.list(task.root()));
        List<String> all = listing.folders().keySet().stream()
                .filter(folder -> listing.contains(Manifest.key(folder)))
                .filter(folder -> task.after() == null || folder.compareTo(task.after()) > 0)
                .sorted()
                .toList();
        List<String> these = all.subList(0, Math.min(task.most(), all.size()));
        List<String> unreadable = new ArrayList<>();
        int told = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<Catalogued>> looks = these.stream().map(folder -> threads.submit(() -> look(folder, listing))).toList();
            for (int i = 0; i < these.size(); i++) {
                try {
                    tell(told + 1, looks.get(i));
                    told++;
                } catch (WorkFailure e) {
                    unreadable.add(named(these.get(i), e));
                }
            }
        }
        return new CatalogueResult(
                told, these.isEmpty() ? task.after() : these.getLast(), all.size() > these.size(), heldBy, unreadable.stream().limit(MOST_NAMED).toList());
    }

    private String heldBy() {
        try {
            return new Claim(store, task.root(), task.claimant()).heldByOther().orElse(null);
        } catch (WorkFailure e) {
            if (e.reason() != Reason.StorageAccessDenied) {
                throw e;
            }
            LOG.warn("whose {} is cannot be noted: {}", store.url(task.root()), e.getMessage());
            return null; // a key that may only read makes no backups either
        }
    }

    private void tell(int number, Future<Catalogued> look) {
        LOG.info("{}{}", Catalogued.MARK, Json.write(result(look).numbered(number)));
    }

    private static Catalogued result(Future<Catalogued> look) {
        try {
            return look.get();
        } catch (ExecutionException e) {
            throw WorkFailure.of(e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WorkFailure(Reason.InternalError, "interrupted", e);
        }
    }

    /** @throws WorkFailure what is wrong with this backup; or the whole run's, when the store itself fails */
    private String named(String folder, WorkFailure e) {
        if (e.reason() != Reason.ManifestInvalid && e.reason() != Reason.ObjectMissing && e.reason() != Reason.ChecksumMismatch) {
            throw e; // half a catalogue is none
        }
        LOG.warn("{} is left out: {}", store.url(folder), e.getMessage());
        return folder.substring(task.root().length()) + ": " + e.reason();
    }

    private Catalogued look(String folder, Listing listing) {
        stop.requireGoOn();
        Manifest manifest = Manifest.read(store, folder);
        Stored dump = StoredProof.look(store, manifest.dataKey(folder), manifest.dump());
        return new Catalogued(
                0, manifest.backup(), manifest.tiers(), manifest.slot(), tier(manifest, folder, listing), dump.knownClass().orElse(null), manifest.safety(), listing.contains(Pins.key(folder)), BackupRun.result(manifest, folder));
    }

    /** The tier of today, which a move has noted beside the manifest; else the first. */
    private String tier(Manifest manifest, String folder, Listing listing) {
        Optional<byte[]> today = listing.contains(Mover.Today.key(folder)) ? store.get(Mover.Today.key(folder)) : Optional.empty();
        return today.map(bytes -> Json.read(new String(bytes, StandardCharsets.UTF_8), Mover.Today.class).tier()).orElse(manifest.labels().get(Attributes.TIER));
    }
}
