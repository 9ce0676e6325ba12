package dev.remuda.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.Reason;
import dev.remuda.task.TableName;
import dev.remuda.worker.postgres.ConnectionSecret;
import dev.remuda.worker.postgres.Counting;
import dev.remuda.worker.postgres.DanglingKeys;
import dev.remuda.worker.postgres.Database;
import dev.remuda.worker.postgres.DatabaseFacts;
import dev.remuda.worker.postgres.Login;
import dev.remuda.worker.postgres.PgDump;
import dev.remuda.worker.postgres.PgGlobals;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.postgres.ScopeCheck;
import dev.remuda.worker.postgres.Snapshot;
import dev.remuda.worker.postgres.Tables;
import dev.remuda.worker.postgres.Timescale;
import dev.remuda.worker.store.Age;
import dev.remuda.worker.store.Attributes;
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
    private final Journal journal;
    private final Stop stop;
    private final Instant startedAt = Instant.now();

    BackupRun(BackupTask task, ObjectStore store, PgPrograms programs, Journal journal, Stop stop) {
        this.task = task;
        this.store = store;
        this.programs = programs;
        this.journal = journal;
        this.stop = stop;
    }

    /** @throws WorkFailure when there is no whole backup; its {@code leftovers} says whether the store was left clean */
    BackupResult run() {
        Optional<BackupResult> whole = earlier();
        if (whole.isPresent()) {
            return whole.get();
        }
        Claim.require(store, task.root(), task.claimant());
        Login login = ConnectionSecret.login(task.database(), null);
        Age.Recipients recipients = Age.Recipients.of(task.recipients());
        store.requireRoom(task.expectedBytes());
        Preflight found = preflight(login);
        String key = task.prefix() + file();
        Map<String, String> labels = new LinkedHashMap<>(task.labels());
        labels.put("database", login.database());
        Attributes attributes = new Attributes(
                isEncrypted() ? "application/octet-stream" : Compressing.contentType(task.compression().algorithm()), labels, Optional.ofNullable(task.tier()), Optional.ofNullable(task.storageClass()));
        // The first thing that is written: it proves that the store takes what follows, before anything is locked.
        PartStream parts = new PartStream(Begun.begin(store, key, attributes), found.partSize());
        Manifest manifest;
        try {
            manifest = dump(login, found.clientMajor(), recipients, parts, key, attributes);
        } catch (RuntimeException e) {
            throw Begun.takenBack(e, store, parts, key, task.globals() ? List.of(task.prefix() + GlobalsFile.name(isEncrypted())) : List.of());
        }
        Commit.write(store, task.prefix(), key, manifest.toBytes(), labels);
        Begun.endStrays(store, key);
        return result(manifest, task.prefix());
    }

    /** An attempt before may have ended well after all, unseen: a Backup never has two places in the store. */
    private Optional<BackupResult> earlier() {
        return task.earlier().stream().map(prefix -> SettleRun.settle(store, prefix).completed()).filter(Objects::nonNull).findFirst();
    }

    /** @param clientMajor the major version of pg_dump to use */
    private record Preflight(int clientMajor, int partSize) {}

    /** Finds what would fail later. */
    private Preflight preflight(Login login) {
        try (Database database = Database.connect(login, Reason.DumpFailed, stop)) {
            int client = programs.majorFor(database.major());
            Timescale.refuseRestoring(database);
            ScopeCheck.require(database, task.scope());
            Tables.refuseUnreadable(database, task.scope());
            return new Preflight(client, PartSize.of(DatabaseFacts.size(database)));
        }
    }

    private Manifest dump(Login login, int clientMajor, Age.Recipients recipients, PartStream parts, String key, Attributes attributes) {
        Manifest.Snapshot moment;
        Manifest.Database facts;
        Manifest.Globals globals;
        List<Manifest.Table> tables;
        List<TableName> dangling;
        long archiveBytes;
        try (Snapshot snapshot = Snapshot.take(login, task.scope(), stop)) {
            LOG.info("snapshot {} of {} taken", snapshot.id(), login);
            moment = new Manifest.Snapshot(snapshot.at(), snapshot.lsn());
            facts = DatabaseFacts.read(snapshot);
            dangling = DanglingKeys.of(snapshot);
            // After the snapshot: roles that own what is in it cannot be dropped from now on.
            globals = task.globals()
                    ? GlobalsFile.write(store, task.prefix(), PgGlobals.read(programs, clientMajor, login, stop), attributes.labels(), isEncrypted() ? Optional.of(recipients) : Optional.empty())
                    : null;
            journal.begin("Dump", facts.sizeBytes(), null);
            try (PgDump dump = PgDump.start(programs, clientMajor, login, snapshot, stop);
                    Counting counting = new Counting(snapshot, journal::tables)) {
                archiveBytes = stream(dump, parts, recipients);
                tables = counting.tables();
            }
        }
        Written written = parts.complete();
        StoredProof.require(store, key, written);
        LOG.info("{} is stored and compared: {} bytes", store.url(key), written.size());
        String suspicion = Suspicion.of(task.baseline(), store, task.scope(), archiveBytes, tables).orElse(null);
        Manifest.Dump dump = described(written, archiveBytes, clientMajor, dangling);
        return new Manifest(
                Manifest.SCHEMA_VERSION, "remuda " + WorkerApp.version(), task.namespace(), task.policy(), task.backup(), task.attempt(), startedAt,
                Instant.now(), moment, facts, dump, globals, tables, task.tiers(), task.slot(), task.safety(), attributes.all(), ByHand.steps(dump, globals, facts), suspicion);
    }

    private Manifest.Dump described(Written written, long archiveBytes, int clientMajor, List<TableName> dangling) {
        DumpScope scope = task.scope();
        return new Manifest.Dump(
                file(), "Custom", task.compression(), written.size(), written.sha256(), written.checksum(), archiveBytes, clientMajor,
                scope.content() == DumpContent.All ? null : scope.content(), scope.include().none() ? null : scope.include(),
                scope.exclude().none() ? null : scope.exclude(), dangling.isEmpty() ? null : dangling,
                isEncrypted() ? task.recipients() : null);
    }

    private String file() {
        return "data.dump" + task.compression().algorithm().suffix() + (isEncrypted() ? Age.SUFFIX : "");
    }

    private boolean isEncrypted() {
        return !task.recipients().isEmpty();
    }

    /** Streams pg_dump's output into the parts. @return its size before compression */
    private long stream(PgDump dump, PartStream parts, Age.Recipients recipients) {
        long total = 0;
        byte[] head = new byte[MAGIC.length];
        try (InputStream archive = journal.counting(dump.process().output());
                OutputStream out = Compressing.to(isEncrypted() ? Age.to(parts, recipients) : parts, task.compression())) {
            byte[] buffer = new byte[BUFFER];
            for (int n = archive.read(buffer); n >= 0; n = archive.read(buffer)) {
                if (total < head.length) {
                    System.arraycopy(buffer, 0, head, (int) total, (int) Math.min(n, head.length - total));
                }
                out.write(buffer, 0, n);
                total += n;
            }
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

    static BackupResult result(Manifest m, String prefix) {
        Map<String, String> extensions = new LinkedHashMap<>();
        m.database().extensions().forEach(extension -> extensions.put(extension.name(), extension.version()));
        return new BackupResult(
                m.database().name(), m.dataKey(prefix), m.dump().sizeBytes(), "sha256:" + m.dump().sha256(), m.database().sizeBytes(), m.startedAt(),
                m.snapshot().at(), m.finishedAt(), m.database().serverVersion(), m.snapshot().lsn(), extensions, m.tables().size(), m.rows(), Notes.of(m), m.suspicion());
    }
}
