package dev.remuda.worker;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.remuda.task.DumpScope;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.TableName;
import dev.remuda.worker.postgres.Archive;
import dev.remuda.worker.postgres.PgRestore;
import dev.remuda.worker.store.Compressing;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.ObjectStore.Stored;
import dev.remuda.worker.store.ObjectStream;
import dev.remuda.worker.store.StoredProof;

/** A backup of Remuda's: a dump with a manifest beside it. */
final class BackupSource implements Source {
    private final ObjectStore store;
    private final Manifest manifest;
    private final String key;
    private final Stored stored;
    private final Journal journal;
    private final Optional<String> archived;

    private BackupSource(ObjectStore store, Manifest manifest, String key, Stored stored, Optional<String> archived, Journal journal) {
        this.store = store;
        this.manifest = manifest;
        this.key = key;
        this.stored = stored;
        this.archived = archived;
        this.journal = journal;
    }

    /** Reads the manifest and looks at the dump; when that lies in an archive, asks it back. */
    static BackupSource look(RestoreTask.Source wanted, ObjectStore store, Journal journal) {
        Manifest manifest = Manifest.read(store, wanted.prefix());
        requireSameDump(wanted, store, manifest);
        String key = manifest.dataKey(wanted.prefix());
        Stored stored = StoredProof.look(store, key, manifest.dump());
        return new BackupSource(store, manifest, key, stored, Archived.askBack(store, key, stored, wanted), journal);
    }

    /** The cluster's own record of the backup: whoever can write to the bucket cannot change what is restored. */
    private static void requireSameDump(RestoreTask.Source wanted, ObjectStore store, Manifest manifest) {
        String found = "sha256:" + manifest.dump().sha256();
        if (wanted.checksum() != null && !wanted.checksum().equals(found)) {
            throw new WorkFailure(
                    Reason.ChecksumMismatch, store.url(Manifest.key(wanted.prefix())) + " tells of a dump with checksum " + found
                            + ", but the Backup's status of one with " + wanted.checksum() + ": the stored backup was replaced; choose another");
        }
    }

    @Override
    public String url() {
        return store.url(key);
    }

    @Override
    public long bytes() {
        return stored.size();
    }

    @Override
    public Optional<String> archived() {
        return archived;
    }

    @Override
    public Manifest.Database database() {
        return manifest.database();
    }

    @Override
    public DumpScope scope() {
        return manifest.dump().scope();
    }

    @Override
    public List<TableName> dangling() {
        return Optional.ofNullable(manifest.dump().dangling()).orElse(List.of());
    }

    @Override
    public int clientMajor() {
        return manifest.dump().clientMajor();
    }

    @Override
    public Optional<Instant> snapshotAt() {
        return Optional.of(manifest.snapshot().at());
    }

    @Override
    public Optional<List<Manifest.Table>> tables() {
        return Optional.of(manifest.tables());
    }

    @Override
    public Optional<List<TableName>> names() {
        return Optional.of(manifest.tables().stream().map(Manifest.Table::qualified).toList());
    }

    @Override
    public boolean isScript() {
        return false;
    }

    @Override
    public boolean canBeSplit() {
        return true;
    }

    @Override
    public Archive archive() {
        return () -> decompressed(StoredProof.proving(journal.counting(new ObjectStream(store, key, stored)), url(), manifest.dump()));
    }

    private InputStream decompressed(InputStream bytes) throws IOException {
        return Compressing.from(bytes, manifest.dump().compression().algorithm());
    }

    @Override
    public void prove(PgRestore pgRestore) {
        StoredProof.prove(store, key, manifest.dump(), bytes -> pgRestore.check(() -> decompressed(journal.counting(bytes))));
        journal.done(url() + " is whole and readable");
    }
}
