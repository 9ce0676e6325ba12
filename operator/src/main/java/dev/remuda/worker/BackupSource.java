package dev.remuda.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.remuda.task.DumpScope;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.TableName;
import dev.remuda.worker.postgres.Archive;
import dev.remuda.worker.postgres.PgRestore;
import dev.remuda.worker.store.Age;
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
    private final Optional<Age.Identities> identities;

    private BackupSource(ObjectStore store, Manifest manifest, String key, Stored stored, Optional<String> archived, Optional<Age.Identities> identities, Journal journal) {
        this.store = store;
        this.manifest = manifest;
        this.key = key;
        this.stored = stored;
        this.archived = archived;
        this.identities = identities;
        this.journal = journal;
    }

    /** Reads the manifest and looks at the dump; when that lies in an archive, asks it back. */
    static BackupSource look(RestoreTask.Source wanted, ObjectStore store, Journal journal) {
        Manifest manifest = Manifest.read(store, wanted.prefix());
        requireSameDump(wanted, store, manifest);
        String key = manifest.dataKey(wanted.prefix());
        Stored stored = StoredProof.look(store, key, manifest.dump());
        return new BackupSource(store, manifest, key, stored, Archived.askBack(store, key, stored, wanted), Identity.of(wanted), journal);
    }

    /** The cluster's own record of the backup: whoever can write to the bucket cannot change what is restored. */
    static void requireSameDump(RestoreTask.Source wanted, ObjectStore store, Manifest manifest) {
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
        return Compressing.from(manifest.dump().isEncrypted() ? Age.from(bytes, identity(), url()) : bytes, manifest.dump().compression().algorithm());
    }

    /**
     * Opens its beginning, so that it is known before anything is begun that the rest can be opened.
     *
     * @throws WorkFailure DecryptionFailed, when it is encrypted and cannot be
     */
    void requireOpen() {
        if (!manifest.dump().isEncrypted()) {
            return;
        }
        Age.Identities identity = identity();
        if (archived.isEmpty()) {
            try (InputStream opened = Age.from(new ObjectStream(store, key, stored), identity, url())) {
                opened.read();
            } catch (IOException e) {
                throw new WorkFailure(Reason.DecryptionFailed, url() + " cannot be decrypted: " + e.getMessage() + "; it was damaged or changed: restore another backup", e);
            }
        }
    }

    private Age.Identities identity() {
        return identities.orElseThrow(() -> new WorkFailure(
                Reason.DecryptionFailed, url() + " is encrypted with age for " + String.join(", ", manifest.dump().recipients()) + ", and no identity was named; put one of them into a Secret "
                        + "(key identity) and name that in decryption.secretRef"));
    }

    /** Every byte as it lies, without opening it. */
    void compare() {
        StoredProof.prove(store, key, manifest.dump(), bytes -> journal.counting(bytes).transferTo(OutputStream.nullOutputStream()));
        journal.done(url() + " is what was written");
    }

    @Override
    public void prove(PgRestore pgRestore) {
        StoredProof.prove(store, key, manifest.dump(), bytes -> pgRestore.check(() -> decompressed(journal.counting(bytes))));
        journal.done(url() + " is whole and readable");
    }
}
