package dev.remuda.worker;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.CopyTask.Item;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreTask;
import dev.remuda.worker.store.Attributes;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.ObjectStore.Stored;
import dev.remuda.worker.store.ObjectStream;
import dev.remuda.worker.store.PartStream;
import dev.remuda.worker.store.StoredProof;

/** Copies one backup as it lies, encrypted or not: first its dump, last its manifest, and all of it compared with what the manifest says. */
final class Copier {
    private static final Logger LOG = LoggerFactory.getLogger(Copier.class);
    private static final int BUFFER = 64 * 1024;

    private final CopySide from;
    private final CopySide to;
    private final Journal journal;

    Copier(CopySide from, CopySide to, Journal journal) {
        this.from = from;
        this.to = to;
        this.journal = journal;
    }

    /** A backup in the store that it is copied from. @param bytes its manifest as it lies there */
    private record Original(String prefix, byte[] bytes, Manifest manifest, Stored dump) {
        String key() {
            return manifest.dataKey(prefix);
        }

        /** The tier is one of that store's. */
        Map<String, String> labels() {
            Map<String, String> labels = new LinkedHashMap<>(manifest.labels());
            labels.remove(Attributes.TIER);
            return labels;
        }

        /** Empty: no roles lie beside the dump. */
        Optional<Manifest.Globals> globals() {
            return Optional.ofNullable(manifest.globals()).filter(globals -> globals.file() != null);
        }
    }

    /** What changed on its way is whole when it is read again. */
    void copy(Item item) {
        Original original = from.ask(store -> look(store, item));
        if (to.ask(store -> isThere(store, item.to(), original))) {
            LOG.info("{} was copied before: {}", item.backup(), to.store().url(item.to()));
            return;
        }
        try {
            copy(original, item.to());
        } catch (WorkFailure e) {
            if (e.reason() != Reason.ChecksumMismatch || e.leftovers()) {
                throw e;
            }
            LOG.warn("{}; copying it once more", e.getMessage());
            copy(original, item.to());
        }
        LOG.info("{} is copied from {} to {}: {} bytes", item.backup(), from.store().url(item.from()), to.store().url(item.to()), original.dump().size());
    }

    private static Original look(ObjectStore store, Item item) {
        byte[] bytes = Manifest.bytes(store, item.from());
        Manifest manifest = Manifest.parse(bytes, store.url(Manifest.key(item.from())));
        RestoreTask.Source wanted = RestoreTask.Source.asItLies(item.from(), item.checksum(), null);
        BackupSource.requireSameDump(wanted, store, manifest);
        String key = manifest.dataKey(item.from());
        Stored dump = StoredProof.look(store, key, manifest.dump());
        Archived.askBack(store, key, dump, wanted).ifPresent(archived -> {
            throw new WorkFailure(
                    Reason.ObjectArchived, archived + ", so it cannot be copied; ask it back (aws s3api restore-object), and it is copied when it is there");
        });
        return new Original(item.from(), bytes, manifest, dump);
    }

    /** Whether nothing is left to do. What a manifest that is the same promises and the store has lost is brought there again. */
    private static boolean isThere(ObjectStore store, String prefix, Original original) {
        Optional<byte[]> manifest = store.get(Manifest.key(prefix));
        if (manifest.isEmpty()) {
            return false;
        }
        if (!Arrays.equals(manifest.get(), original.bytes())) {
            throw new WorkFailure(
                    Reason.InternalError, "another backup lies in " + store.url(prefix) + ": nothing was touched; see whose it is, and let the copies have a storage prefix of their own, or delete it");
        }
        try {
            StoredProof.look(store, original.manifest().dataKey(prefix), original.manifest().dump());
            original.globals().ifPresent(globals -> GlobalsFile.read(store, prefix, globals));
            return true;
        } catch (WorkFailure e) {
            if (!e.reason().isDamage()) {
                throw e;
            }
            LOG.warn("the copy is not whole and is made again: {}", e.getMessage());
            return false;
        }
    }

    private void copy(Original original, String prefix) {
        Manifest.Dump dump = original.manifest().dump();
        String key = prefix + dump.file();
        Optional<byte[]> globals = original.globals().map(known -> from.ask(store -> GlobalsFile.read(store, original.prefix(), known)));
        int partSize = PartSize.of(dump.sizeBytes());
        PartStream parts = new PartStream(to.ask(store -> begin(store, prefix, original)), partSize);
        try {
            stream(original, parts);
            to.tell(store -> StoredProof.require(store, key, parts.complete()));
            globals.ifPresent(bytes -> to.tell(store -> GlobalsFile.store(store, prefix + original.globals().orElseThrow().file(), bytes, original.labels())));
        } catch (RuntimeException e) {
            throw Begun.takenBack(e, to.store(), parts, key, original.globals().map(known -> List.of(prefix + known.file())).orElse(List.of()));
        }
        to.tell(store -> Commit.write(store, prefix, key, original.bytes(), original.labels()));
        Begun.endStrays(to.store(), key);
    }

    /** What a worker has left that was killed goes first. */
    private static ObjectStore.Upload begin(ObjectStore store, String prefix, Original original) {
        Leftovers.remove(store, prefix);
        store.requireRoom(original.dump().size());
        return Begun.begin(store, original.manifest().dataKey(prefix), new Attributes(original.manifest().dump().contentType(), original.labels(), Optional.empty(), Optional.empty()));
    }

    /** It is proved on the way, so that there never is an object of other bytes. */
    private void stream(Original original, PartStream parts) {
        journal.begin("Copy", original.dump().size(), null);
        MessageDigest sha256 = PartStream.sha256();
        InputStream bytes = journal.counting(new ObjectStream(from.store(), original.key(), original.dump()));
        byte[] buffer = new byte[BUFFER];
        for (int n = read(bytes, buffer); n >= 0; n = read(bytes, buffer)) {
            int length = n;
            sha256.update(buffer, 0, length);
            to.tell(store -> parts.write(buffer, 0, length));
        }
        from.tell(store -> StoredProof.requireSha256(store.url(original.key()), sha256, original.manifest().dump().sha256()));
    }

    private int read(InputStream bytes, byte[] buffer) {
        return from.ask(store -> {
            try {
                return bytes.read(buffer);
            } catch (IOException e) {
                throw new IllegalStateException("an object's stream throws no such thing", e);
            }
        });
    }
}
