package dev.remuda.worker;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.remuda.task.Reason;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.Selection;
import dev.remuda.task.TableName;
import dev.remuda.worker.postgres.Archive;
import dev.remuda.worker.postgres.ArchivePart;
import dev.remuda.worker.postgres.EntryList;
import dev.remuda.worker.postgres.InPlace;
import dev.remuda.worker.postgres.Login;
import dev.remuda.worker.postgres.PgArchive;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.postgres.PgRestore;
import dev.remuda.worker.postgres.Psql;
import dev.remuda.worker.postgres.Selected;
import dev.remuda.worker.postgres.TimescaleRestore;
import dev.remuda.worker.postgres.Toc;
import dev.remuda.worker.postgres.Transaction;
import dev.remuda.worker.store.Manifest;

/** How the bytes of a dump become a database. */
final class Filling {
    private static final Set<String> OF_EVERY_DATABASE = Set.of("public");

    private final PgRestore pgRestore;
    private final PgArchive archives;
    private final Psql psql;
    private final Selection include;
    private final Optional<String> owner;
    private final int jobs;
    private final Scratch scratch;
    private final Stop stop;
    private boolean rowSecurity;
    private Toc contents; // of the one source, once it was read

    /** @param major of the programs to use */
    Filling(RestoreTask task, PgPrograms programs, int major, Scratch scratch, Stop stop) {
        this.pgRestore = new PgRestore(programs, major, stop);
        this.archives = new PgArchive(programs, major, stop);
        this.psql = new Psql(programs, major, stop);
        this.include = task.include();
        this.owner = Optional.ofNullable(task.ownerRole());
        this.jobs = task.jobs();
        this.scratch = scratch;
        this.stop = stop;
    }

    void prove(Source source) {
        source.prove(pgRestore);
    }

    /** A part never has hypertables, so where it is restored TimescaleDB plays no role. @return null: it is not to be cared for */
    Manifest.Timescale timescale(Source source) {
        return include == null ? source.database().timescaledb() : null;
    }

    /** The schema alone, into an empty database. */
    void schema(Source source, Login login) {
        Manifest.Timescale timescale = timescale(source);
        try (EntryList list = list(source)) {
            if (timescale != null) {
                new TimescaleRestore(login, stop).before(timescale);
            }
            pgRestore.schema(source.archive(), login, new PgRestore.Options(owner, list.file(), 1), rowSecurity);
        } catch (IOException e) {
            throw unreadable(source, e);
        }
    }

    /**
     * A materialized view that reads through row security policies can only be filled with them on; the rest must be restored with them off, so
     * that no row is left out silently.
     *
     * @return whether that is so, and was not known before
     */
    boolean needsRowSecurity(WorkFailure failure) {
        boolean found = !rowSecurity && failure.getMessage().contains("affected by row-level security policy");
        rowSecurity |= found;
        return found;
    }

    /** All of it that is asked for, into an empty database. Background jobs of TimescaleDB are left off. */
    void all(Source source, Login login) {
        Manifest.Timescale timescale = timescale(source);
        TimescaleRestore around = new TimescaleRestore(login, stop);
        try {
            if (timescale != null) {
                around.before(timescale);
            }
            if (source.isScript()) {
                try (InputStream script = source.archive().open()) {
                    psql.run(script, login);
                }
            } else {
                archive(source, login, timescale != null);
            }
            if (timescale != null) {
                around.after();
            }
        } catch (IOException e) {
            throw unreadable(source, e);
        }
    }

    private void archive(Source source, Login login, boolean timescale) throws IOException {
        boolean parallel = jobs > 1 && source.canBeSplit();
        Archive archive = parallel ? scratch.filed(source) : source.archive();
        if (parallel && timescale) {
            hypertables(contents(source), archive, login);
            return;
        }
        try (EntryList list = list(source)) {
            PgRestore.Options options = new PgRestore.Options(owner, list.file(), parallel ? jobs : 1);
            if (rowSecurity) {
                pgRestore.restore(archive, login, options, "--section=pre-data", "--section=data");
                pgRestore.restore(archive, login, options, "--section=post-data", PgRestore.ROW_SECURITY);
            } else {
                pgRestore.restore(archive, login, options);
            }
        }
    }

    /** TimescaleDB must know its chunks before their rows come: restored in any order, the rows of all hypertables would be invisible. */
    private void hypertables(Toc toc, Archive archive, Login login) throws IOException {
        PgRestore.Options plain = new PgRestore.Options(owner, Optional.empty(), 1);
        pgRestore.restore(archive, login, plain, "--section=pre-data");
        try (EntryList catalogue = EntryList.of(toc.timescaleCatalogue(true)); EntryList rest = EntryList.of(toc.timescaleCatalogue(false))) {
            pgRestore.restore(archive, login, new PgRestore.Options(owner, catalogue.file(), 1), "--section=data");
            pgRestore.restore(archive, login, new PgRestore.Options(owner, rest.file(), jobs), "--section=data", "--section=post-data");
        }
    }

    private EntryList list(Source source) throws IOException {
        if (include != null) {
            return EntryList.of(part(source).withoutSchemas(OF_EVERY_DATABASE).list());
        }
        // Whoever is not its owner may not comment on an extension.
        return owner.isPresent() ? EntryList.of(contents(source).withoutCommentsOnExtensions()) : EntryList.ALL;
    }

    /** The part of the dump that is asked for. @throws WorkFailure InvalidSpec when it is not in there, or would lack rows */
    ArchivePart part(Source source) {
        if (source.isScript()) {
            throw new WorkFailure(Reason.InvalidSpec, source.url() + " is a plain SQL script, of which no part can be restored alone; restore it whole (strategy Create, another target.name)");
        }
        return Selected.of(contents(source), include, hypertables(source));
    }

    private Toc contents(Source source) {
        try {
            if (contents == null) {
                contents = archives.toc(source.archive());
            }
            return contents;
        } catch (IOException e) {
            throw unreadable(source, e);
        }
    }

    private static List<TableName> hypertables(Source source) {
        return source.tables().orElse(List.of()).stream()
                .filter(table -> table.kind().equals("hypertable"))
                .map(Manifest.Table::qualified)
                .toList();
    }

    /** The tables that are restored, with the rows that they must have; empty: the dump does not say. */
    Optional<List<Manifest.Table>> expected(Source source) {
        if (include == null || source.tables().isEmpty()) {
            return source.tables();
        }
        List<TableName> names = part(source).tables();
        return source.tables().map(all -> all.stream().filter(table -> names.contains(table.qualified())).toList());
    }

    /** A part of it, into a database that is there. */
    void inPlace(Source source, Login login, InPlace plan, Transaction transaction) {
        try (EntryList list = EntryList.of(plan.part().list())) {
            psql.run(pgRestore, source.archive(), new PgRestore.Options(owner, list.file(), 1), login, plan, transaction);
        } catch (IOException e) {
            throw unreadable(source, e);
        }
    }

    private static WorkFailure unreadable(Source source, IOException e) {
        return new WorkFailure(Reason.ChecksumMismatch, source.url() + " could not be read again: " + e.getMessage(), e);
    }
}
