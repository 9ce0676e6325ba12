package dev.remuda.worker;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.Reason;
import dev.remuda.worker.postgres.PgGlobals;
import dev.remuda.worker.store.Age;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.PartStream;
import dev.remuda.worker.store.StoredProof;

/** Roles and tablespaces beside a dump. They are small: they are stored in one piece, read back whole and compared. */
final class GlobalsFile {
    private static final String NAME = "globals.sql";

    private static final Logger LOG = LoggerFactory.getLogger(GlobalsFile.class);

    private GlobalsFile() {}

    static String name(boolean encrypted) {
        return NAME + (encrypted ? Age.SUFFIX : "");
    }

    /** @param recipients for whom it is encrypted; empty: it is not */
    static Manifest.Globals write(ObjectStore store, String prefix, PgGlobals globals, Map<String, String> labels, Optional<Age.Recipients> recipients) {
        if (!globals.refusal().isEmpty()) {
            LOG.warn("roles and tablespaces may not be read: {}", globals.refusal());
            return new Manifest.Globals(null, 0, null, globals.refusal());
        }
        String name = name(recipients.isPresent());
        String key = prefix + name;
        byte[] sql = recipients.map(others -> Age.encrypted(globals.sql(), others)).orElse(globals.sql());
        store(store, key, sql, labels);
        return new Manifest.Globals(name, sql.length, HexFormat.of().formatHex(PartStream.sha256().digest(sql)), null);
    }

    /** As it is, encrypted or not. */
    static void store(ObjectStore store, String key, byte[] file, Map<String, String> labels) {
        String contentType = key.endsWith(Age.SUFFIX) ? "application/octet-stream" : "application/sql";
        store.putIfAbsent(key, file, contentType, labels); // an answer that was lost makes the second try find the first one's
        byte[] stored = store.get(key)
                .orElseThrow(() -> new WorkFailure(Reason.ObjectMissing, store.url(key) + " is not in the store, though it was just written; the store is at fault"));
        if (!Arrays.equals(stored, file)) {
            throw new WorkFailure(Reason.ChecksumMismatch, store.url(key) + " is not what was written; the store is at fault");
        }
        LOG.info("{} is stored and compared: {} bytes", store.url(key), file.length);
    }

    /** @return the file as it lies beside a manifest @throws WorkFailure ObjectMissing, ChecksumMismatch, or ManifestInvalid for one that no backup of ours has */
    static byte[] read(ObjectStore store, String prefix, Manifest.Globals globals) {
        String url = store.url(prefix + globals.file());
        if (!globals.file().equals(name(false)) && !globals.file().equals(name(true))) {
            throw new WorkFailure(Reason.ManifestInvalid, store.url(Manifest.key(prefix)) + " names " + globals.file() + " for roles and tablespaces; it was changed after the backup");
        }
        byte[] file = store.get(prefix + globals.file()).orElseThrow(() -> new WorkFailure(Reason.ObjectMissing, url + " is not in the store; it was deleted, or the store lost it"));
        MessageDigest sha256 = PartStream.sha256();
        sha256.update(file);
        StoredProof.requireSha256(url, sha256, globals.sha256());
        return file;
    }
}
