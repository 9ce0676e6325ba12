package dev.remuda.worker.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;
import dev.remuda.worker.store.ObjectStore.Stored;
import dev.remuda.worker.store.PartStream.Written;

/** Proves that a stored object is what was written. */
public final class StoredProof {
    private static final Logger LOG = LoggerFactory.getLogger(StoredProof.class);

    private StoredProof() {}

    /**
     * Compares size, the store's own checksum, and the object's end, which is read back. From a store that tells no checksum the whole object
     * is read back.
     *
     * @throws WorkFailure ObjectMissing, DumpIncomplete or ChecksumMismatch
     */
    public static void require(ObjectStore store, String key, Written written) {
        Stored stored = stored(store, key, written.size());
        if (stored.checksum().isEmpty()) {
            requireSha256(store, key, stored, written.sha256(), bytes -> {});
            return;
        }
        requireChecksum(store, key, stored.checksum().get(), written.checksum());
        if (!ends(store, key, stored, written) && !ends(store, key, stored, written)) {
            throw new WorkFailure(Reason.ChecksumMismatch, "the last bytes of " + store.url(key) + " are not those that were written; the store is at fault");
        }
    }

    private static boolean ends(ObjectStore store, String key, Stored stored, Written written) {
        byte[] end = new byte[written.tail().length];
        store.read(key, stored.etag(), written.size() - end.length, end, end.length);
        return Arrays.equals(end, written.tail());
    }

    /**
     * Proves a dump of a manifest before it is trusted: size, the store's checksum where it tells one, and SHA-256 over every byte.
     *
     * @param alsoTo given every byte on the way
     */
    public static Stored prove(ObjectStore store, String key, Manifest.Dump dump, Consumer alsoTo) {
        Stored stored = look(store, key, dump);
        requireSha256(store, key, stored, dump.sha256(), alsoTo);
        return stored;
    }

    /**
     * Compares size and the store's own checksum with a manifest; nothing is read, so it works for an archived dump too.
     *
     * @throws WorkFailure ObjectMissing, DumpIncomplete or ChecksumMismatch
     */
    public static Stored look(ObjectStore store, String key, Manifest.Dump dump) {
        Stored stored = stored(store, key, dump.sizeBytes());
        stored.checksum().ifPresent(checksum -> requireChecksum(store, key, checksum, dump.crc64nvme()));
        return stored;
    }

    /**
     * The same bytes, which are proved again on the way: what was whole when it was proved may be damaged when it is read the next time. At the end
     * it throws ChecksumMismatch if they are others.
     */
    public static InputStream proving(InputStream bytes, String url, Manifest.Dump dump) {
        MessageDigest sha256 = PartStream.sha256();
        return new DigestInputStream(bytes, sha256) {
            private boolean proved;

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int n = super.read(buffer, offset, length);
                if (n < 0 && !proved) {
                    proved = true;
                    requireEqual(url, HexFormat.of().formatHex(sha256.digest()), dump.sha256());
                }
                return n;
            }
        };
    }

    private static void requireEqual(String url, String found, String expected) {
        if (!found.equals(expected)) {
            throw new WorkFailure(
                    Reason.ChecksumMismatch, url + " was whole when it was proved, and damaged on its way when it was read again; restore once more, and see "
                            + "what lies between here and the store (a proxy, a network card, memory)");
        }
    }

    /** Reads from a stream, not necessarily to its end. */
    public interface Consumer {
        void read(InputStream bytes) throws IOException;
    }

    private static Stored stored(ObjectStore store, String key, long size) {
        Optional<Stored> found = store.head(key);
        if (found.isEmpty()) {
            throw new WorkFailure(Reason.ObjectMissing, store.url(key) + " is not in the store; it was deleted, or the store lost it (in a bucket with versions an earlier one may be there: "
                    + "docs/storage.md, Object Lock)");
        }
        if (found.get().size() != size) {
            throw new WorkFailure(
                    Reason.DumpIncomplete, store.url(key) + " has " + found.get().size() + " bytes instead of " + size + "; it is not the dump that was made");
        }
        return found.get();
    }

    /** What changed on its way is whole when it is read again. */
    private static void requireSha256(ObjectStore store, String key, Stored stored, String expected, Consumer alsoTo) {
        try {
            requireSha256Once(store, key, stored, expected, alsoTo);
        } catch (WorkFailure e) {
            if (e.reason() != Reason.ChecksumMismatch) {
                throw e;
            }
            LOG.warn("{}; reading it once more", e.getMessage());
            requireSha256Once(store, key, stored, expected, alsoTo);
        }
    }

    /** A damaged object also fails to decompress; that its bytes are wrong is the better news, so it goes first. */
    private static void requireSha256Once(ObjectStore store, String key, Stored stored, String expected, Consumer alsoTo) {
        MessageDigest sha256 = PartStream.sha256();
        WorkFailure refused = null;
        try (InputStream bytes = new DigestInputStream(new ObjectStream(store, key, stored), sha256)) {
            refused = refusal(store.url(key), bytes, alsoTo);
            bytes.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new IllegalStateException("an object's stream throws no such thing", e);
        }
        requireSha256(store.url(key), sha256, expected);
        if (refused != null) {
            throw refused;
        }
    }

    /** @param sha256 over every byte that was read. @throws WorkFailure ChecksumMismatch when it is another than the manifest's */
    public static void requireSha256(String url, MessageDigest sha256, String expected) {
        String found = HexFormat.of().formatHex(sha256.digest());
        if (!found.equals(expected)) {
            throw new WorkFailure(
                    Reason.ChecksumMismatch, url + " has SHA-256 " + found + " instead of " + expected + ": it was changed or damaged in the store; restore another backup");
        }
    }

    private static WorkFailure refusal(String url, InputStream bytes, Consumer consumer) {
        try {
            consumer.read(bytes);
            return null;
        } catch (IOException e) {
            return new WorkFailure(Reason.DumpIncomplete, url + " cannot be decompressed: " + e.getMessage() + "; restore another backup", e);
        } catch (WorkFailure e) {
            return e;
        }
    }

    private static void requireChecksum(ObjectStore store, String key, String found, String expected) {
        if (!found.equals(expected)) {
            throw new WorkFailure(
                    Reason.ChecksumMismatch, store.url(key) + " has checksum " + found + " instead of " + expected + ": it was changed or damaged in the store; restore another backup");
        }
    }
}
