package dev.remuda.worker;

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
        store.putIfAbsent(key, sql, recipients.isPresent() ? "application/octet-stream" : "application/sql", labels); // an answer that was lost makes the second try find the first one's
        byte[] stored = store.get(key)
                .orElseThrow(() -> new WorkFailure(Reason.ObjectMissing, store.url(key) + " is not in the store, though it was just written; the store is at fault"));
        if (!Arrays.equals(stored, sql)) {
            throw new WorkFailure(Reason.ChecksumMismatch, store.url(key) + " is not what was written; the store is at fault");
        }
        LOG.info("{} is stored and compared: {} bytes", store.url(key), sql.length);
        return new Manifest.Globals(name, sql.length, HexFormat.of().formatHex(PartStream.sha256().digest(sql)), null);
    }
}
