package dev.remuda.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.Reason;
import dev.remuda.worker.postgres.ConnectionSecret;
import dev.remuda.worker.postgres.Counting;
import dev.remuda.worker.postgres.Database;
import dev.remuda.worker.postgres.DatabaseFacts;
import dev.remuda.worker.postgres.Login;
import dev.remuda.worker.postgres.PgDump;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.postgres.Snapshot;
import dev.remuda.worker.postgres.Tables;
import dev.remuda.worker.postgres.Timescale;
import dev.remuda.worker.store.Compressing;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.PartStream;
import dev.remuda.worker.store.PartStream.Written;
import dev.remuda.worker.store.StoredProof;

/** Dumps one database into the store: preflight, snapshot, stream, proof, manifest. */
final class BackupRun {
    private static final Logger LOG = LoggerFactory.getLogger(BackupRun.class);
    private static final byte[] MAGIC = {'P', 'G', 'D', 'M', 'P'};
    private static final int BUFFER = 64 * 1024;

    private final BackupTask task;
    private final ObjectStore store;
    private final PgPrograms programs;
    private final Stop stop;
    private final Instant startedAt = Instant.now();

    BackupRun(BackupTask task, ObjectStore store, PgPrograms programs, Stop stop) {
        this.task = task;
        this.store = store;
        this.programs = programs;
        this.stop = stop;
    }

    /** @throws WorkFailure when there is no whole backup; its {@code leftovers} says whether the store was left clean */
    BackupResult run() {
        Login login = ConnectionSecret.login(task.database(), null);
        int clientMajor = preflight(login);
        try (Snapshot snapshot = Snapshot.take(login, stop)) {
            LOG.info("snapshot {} of {} taken", snapshot.id(), login);
            return store(login, clientMajor, snapshot, DatabaseFacts.read(snapshot.database()));
        }
    }

    /** Finds what would fail later, before anything is locked or stored. @return the major version of pg_dump to use */
    private int preflight(Login login) {
        try (Database database = Database.connect(login, Reason.DumpFailed, stop)) {
            int server = database.major();
            int client = programs.majorFor(server);
            if (client != server) {
                LOG.warn("PostgreSQL {} is dumped with pg_dump {}: restoring it needs a server of {} or newer", server, client, client);
            }
            Timescale.refuseRestoring(database);
            Tables.refuseUnreadable(database);
            return client;
        }
    }

    private BackupResult store(Login login, int clientMajor, Snapshot snapshot, Manifest.Database facts) {
        String file = "data.dump" + task.compression().algorithm().suffix();
        String key = task.prefix() + file;
        Map<String, String> labels = new LinkedHashMap<>(task.tags());
        labels.put("database", facts.name());
        int partSize = PartSize.of(facts.sizeBytes());
        // The first thing that is written: it proves that the store takes what follows, before the database is burdened.
        ObjectStore.Upload upload = store.begin(key, contentType(), labels);
        PartStream parts = new PartStream(upload, partSize);
        Manifest manifest;
        try {
            manifest = dump(login, clientMajor, snapshot, facts, parts, file, labels);
        } catch (RuntimeException e) {
            throw takenBack(e, parts, key);
        }
        commit(manifest, labels);
        return result(manifest, task.prefix(), upload.tagged());
    }

    private Manifest dump(
            Login login, int clientMajor, Snapshot snapshot, Manifest.Database facts, PartStream parts, String file, Map<String, String> labels) {
        try (PgDump dump = PgDump.start(programs, clientMajor, login, snapshot, stop);
                Counting counting = new Counting(snapshot)) {
            long archiveBytes = stream(dump, parts);
            List<Manifest.Table> tables = counting.tables();
            Written written = parts.complete();
            StoredProof.require(store, task.prefix() + file, written);
            LOG.info("{} is stored and compared: {} bytes", store.url(task.prefix() + file), written.size());
            return manifest(facts, snapshot, tables, labels, new Manifest.Dump(
                    file, "Custom", task.compression(), written.size(), written.sha256(), written.checksum(), archiveBytes, clientMajor));
        }
    }

    private RuntimeException takenBack(RuntimeException cause, PartStream parts, String key) {
        try {
            parts.abort();
            if (parts.completed()) {
                store.delete(key);
            }
            return cause;
        } catch (RuntimeException e) {
            LOG.warn("what was stored so far could not be taken back: {}", e.getMessage());
            return WorkFailure.of(cause).withLeftovers();
        }
    }

    /** Streams pg_dump's output into the parts. @return its size before compression */
    private long stream(PgDump dump, PartStream parts) {
        long total = 0;
        byte[] head = new byte[MAGIC.length];
        try (InputStream archive = dump.process().output();
                OutputStream out = Compressing.to(parts, task.compression())) {
            byte[] buffer = new byte[BUFFER];
            for (int n = archive.read(buffer); n >= 0; n = archive.read(buffer)) {
                if (total < head.length) {
                    System.arraycopy(buffer, 0, head, (int) total, (int) Math.min(n, head.length - total));
                }
                out.write(buffer, 0, n);
                total += n;
            }
            // Before the compressor writes its end: a dump cut short gets none.
            dump.requireSuccess();
        } catch (IOException e) {
            dump.requireSuccess(); // its own words say more, when it failed
            throw new WorkFailure(Reason.DumpFailed, "the output of pg_dump could not be read: " + e.getMessage(), e);
        }
        if (!Arrays.equals(head, MAGIC)) {
            throw new WorkFailure(Reason.DumpIncomplete, "pg_dump succeeded but wrote " + total + " bytes that are no archive; see the worker's log");
        }
        return total;
    }

    /** The manifest makes it a backup. When this fails it is not known whether it is one: what is stored stays, and is settled later. */
    private void commit(Manifest manifest, Map<String, String> labels) {
        String key = Manifest.key(task.prefix());
        byte[] bytes = manifest.toBytes();
        try {
            // An answer that was lost makes the second try find the first one's manifest.
            if (!store.putIfAbsent(key, bytes, "application/json", labels)
                    && !Arrays.equals(store.get(key).orElse(null), bytes)) {
                throw new WorkFailure(Reason.InternalError, "another manifest exists at " + store.url(key) + ": two workers had the same attempt");
            }
        } catch (WorkFailure e) {
            throw e.withLeftovers();
        }
    }

    private Manifest manifest(
            Manifest.Database facts, Snapshot snapshot, List<Manifest.Table> tables, Map<String, String> labels, Manifest.Dump dump) {
        return new Manifest(
                Manifest.SCHEMA_VERSION, "remuda " + WorkerApp.version(), task.namespace(), task.policy(), task.backup(), task.attempt(), startedAt,
                Instant.now(), new Manifest.Snapshot(snapshot.at(), snapshot.lsn()), facts, dump, tables, labels, howToRestore(dump, facts));
    }

    static BackupResult result(Manifest m, String prefix, boolean tagged) {
        Map<String, String> extensions = new LinkedHashMap<>();
        m.database().extensions().forEach(extension -> extensions.put(extension.name(), extension.version()));
        return new BackupResult(
                m.database().name(), m.dataKey(prefix), m.dump().sizeBytes(), "sha256:" + m.dump().sha256(), m.database().sizeBytes(), m.startedAt(),
                m.snapshot().at(), m.finishedAt(), m.database().serverVersion(), m.snapshot().lsn(), extensions, m.tables().size(), m.rows(), tagged);
    }

    private static List<String> howToRestore(Manifest.Dump dump, Manifest.Database facts) {
        String open = switch (dump.compression().algorithm()) {
            case Zstd -> "zstd -dc ";
            case Gzip -> "gzip -dc ";
            case Lz4 -> "lz4 -dc ";
            case None -> "cat ";
        };
        List<String> steps = new ArrayList<>();
        steps.add("createdb --template=template0 NEW_DATABASE");
        if (facts.timescaledb() != null) {
            steps.add("psql -d NEW_DATABASE -c \"CREATE EXTENSION timescaledb VERSION '" + facts.timescaledb().version() + "'\"");
            steps.add("psql -d NEW_DATABASE -c \"SELECT timescaledb_pre_restore()\"");
        }
        steps.add(open + dump.file() + " | pg_restore --exit-on-error -d NEW_DATABASE");
        if (facts.timescaledb() != null) {
            steps.add("psql -d NEW_DATABASE -c \"SELECT timescaledb_post_restore()\"");
        }
        return steps;
    }

    private String contentType() {
        return switch (task.compression().algorithm()) {
            case Zstd -> "application/zstd";
            case Gzip -> "application/gzip";
            case Lz4 -> "application/x-lz4";
            case None -> "application/octet-stream";
        };
    }
}
