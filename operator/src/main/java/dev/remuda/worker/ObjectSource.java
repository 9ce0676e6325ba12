package dev.remuda.worker;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.TableName;
import dev.remuda.worker.postgres.Archive;
import dev.remuda.worker.postgres.DumpFile;
import dev.remuda.worker.postgres.DumpFormat;
import dev.remuda.worker.postgres.PgArchive;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.postgres.PgRestore;
import dev.remuda.worker.postgres.SqlFacts;
import dev.remuda.worker.postgres.SqlScan;
import dev.remuda.worker.postgres.TarUnpack;
import dev.remuda.worker.postgres.Toc;
import dev.remuda.worker.store.Age;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.ObjectStore.Stored;
import dev.remuda.worker.store.ObjectStream;

/** Any dump: what it is and holds is found in its own content, of an archive at once, of a script and of a tar of a folder when all of it was read. */
final class ObjectSource implements Source {
    private static final int BUFFER = 16 * 1024;

    private final ObjectStore store;
    private final String key;
    private final Stored stored;
    private final Optional<String> archived;
    private final PgArchive archives;
    private final Scratch scratch;
    private final Journal journal;
    private final Optional<Age.Identities> identities;
    private DumpFormat format;
    private Facts facts = Facts.NONE;

    private ObjectSource(ObjectStore store, String key, Stored stored, Optional<String> archived, PgArchive archives, Scratch scratch, Optional<Age.Identities> identities, Journal journal) {
        this.store = store;
        this.key = key;
        this.stored = stored;
        this.archived = archived;
        this.archives = archives;
        this.scratch = scratch;
        this.identities = identities;
        this.journal = journal;
    }

    /** What a dump says of the database that it is of. @param timescale TimescaleDB's version; null without */
    private record Facts(
            int server, int client, Collection<String> roles, Collection<String> extensions, String timescale, DumpContent content, Optional<List<TableName>> tables) {
        static final Facts NONE = new Facts(0, 0, List.of(), List.of(), null, DumpContent.All, Optional.empty());
    }

    static ObjectSource look(RestoreTask.Source wanted, ObjectStore store, PgPrograms programs, Scratch scratch, Journal journal, Stop stop) {
        String key = wanted.key();
        Stored stored = store.head(key).orElseThrow(() -> new WorkFailure(
                Reason.ObjectMissing, store.url(key) + " is not in the store; correct source.object.key (aws s3 ls shows what there is)"));
        PgArchive archives = new PgArchive(programs, programs.newest(), stop);
        ObjectSource source = new ObjectSource(store, key, stored, Archived.askBack(store, key, stored, wanted), archives, scratch, Identity.of(wanted), journal);
        if (source.archived.isEmpty()) {
            source.readBeginning();
        }
        return source;
    }

    private void readBeginning() {
        try (DumpFile file = dump()) {
            format = file.format();
            if (format == DumpFormat.Custom || format == DumpFormat.Tar) {
                readContents();
            } else if (format == DumpFormat.DirectoryTar) {
                scratch.requireRoom(stored.size(), url() + " is a tar of a folder, which must be unpacked");
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private void readContents() throws IOException {
        Toc toc = archives.toc(archive());
        String timescale = toc.hasTimescale() ? archives.timescaleVersion(archive()).orElse(null) : null;
        facts = new Facts(major(toc.databaseVersion()), major(toc.dumpVersion()), toc.owners(), toc.extensions(), timescale, toc.content(), Optional.of(toc.tables()));
    }

    private DumpFile dump() throws IOException {
        return DumpFile.open(url(), opened(new ObjectStream(store, key, stored)));
    }

    /** What is in it, when it is encrypted with age. */
    private InputStream opened(InputStream bytes) throws IOException {
        InputStream content = new BufferedInputStream(bytes, BUFFER);
        content.mark(BUFFER);
        byte[] head = content.readNBytes(BUFFER / 2);
        content.reset();
        if (!Age.fits(head)) {
            return content;
        }
        return Age.from(content, identities.orElseThrow(() -> new WorkFailure(
                Reason.DecryptionFailed, url() + " is encrypted with age, and no identity was named; put one of a recipient into a Secret (key identity) and name that in decryption.secretRef")), url());
    }

    /** Such as 15 of {@code 15.18 (Debian 15.18-0+deb12u1)}; 0 where it says nothing. */
    private static int major(String version) {
        String digits = version == null ? "" : version.replaceFirst("[^0-9].*", "");
        return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }

    private WorkFailure unreadable(IOException e) {
        return new WorkFailure(Reason.DumpIncomplete, url() + " cannot be read: " + e.getMessage() + "; choose another dump", e);
    }

    @Override
    public void prove(PgRestore pgRestore) {
        try {
            switch (format) {
                case Custom, Tar -> pgRestore.check(archive());
                case PlainSql -> scan();
                case DirectoryTar -> {
                    unpack();
                    readContents();
                    pgRestore.check(archive());
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        journal.done(url() + " is whole and readable");
    }

    private void scan() throws IOException {
        try (InputStream script = archive().open()) {
            SqlFacts found = SqlScan.read(url(), script);
            if (found.subscriptions()) {
                throw new WorkFailure(
                        Reason.InvalidSpec, url() + " creates subscriptions, which would begin to change what is restored and keep its database from being dropped; make the dump with "
                                + "pg_dump --no-subscriptions, or remove the statements");
            }
            facts = new Facts(
                    major(found.databaseVersion()), major(found.dumpVersion()), found.roles(), found.extensions(), found.timescaleVersion(), DumpContent.All, Optional.empty());
        }
    }

    private void unpack() throws IOException {
        try (DumpFile file = DumpFile.open(url(), opened(journal.counting(new ObjectStream(store, key, stored))))) {
            TarUnpack.into(url(), file.content(), scratch.emptyFolder(), scratch.bytes());
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
        List<Manifest.Extension> extensions = facts.extensions().stream().map(name -> new Manifest.Extension(name, null, "public")).toList();
        Manifest.Timescale timescale = facts.timescale() == null ? null : new Manifest.Timescale(facts.timescale(), 0, 0, List.of(), List.of(), null);
        return new Manifest.Database(
                null, null, facts.server(), 0, null, null, null, null, null, null, null, -1, List.of(), PUBLIC, List.copyOf(facts.roles()), extensions, timescale, null);
    }

    /** What every new database grants to all. */
    private static final List<Manifest.Grant> PUBLIC = List.of(new Manifest.Grant("", "CONNECT", false), new Manifest.Grant("", "TEMPORARY", false));

    @Override
    public DumpScope scope() {
        return new DumpScope(facts.content(), null, null);
    }

    @Override
    public List<TableName> dangling() {
        return List.of();
    }

    @Override
    public int clientMajor() {
        return facts.client();
    }

    @Override
    public Optional<Instant> snapshotAt() {
        return Optional.empty();
    }

    @Override
    public Optional<List<Manifest.Table>> tables() {
        return Optional.empty();
    }

    @Override
    public Optional<List<TableName>> names() {
        return facts.tables();
    }

    @Override
    public boolean isScript() {
        return format == DumpFormat.PlainSql;
    }

    @Override
    public boolean canBeSplit() {
        return format == DumpFormat.Custom || format == DumpFormat.DirectoryTar;
    }

    @Override
    public Archive archive() {
        return format == DumpFormat.DirectoryTar ? Archive.at(scratch.folder()) : () -> DumpFile.open(url(), opened(journal.counting(new ObjectStream(store, key, stored)))).content();
    }
}
