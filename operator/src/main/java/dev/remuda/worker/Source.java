package dev.remuda.worker;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.remuda.task.DumpScope;
import dev.remuda.task.TableName;
import dev.remuda.worker.postgres.Archive;
import dev.remuda.worker.postgres.PgRestore;
import dev.remuda.worker.store.Manifest;

/** A stored dump that is to be restored. It is looked at first, proved before the target is touched, and then read as often as is needed. */
interface Source {
    /** How it is called in messages. */
    String url();

    /** Size as stored, in bytes. */
    long bytes();

    /** How its return from an archive stands, after it was asked for; empty when it can be read. */
    Optional<String> archived();

    /** What is known of the database that it is of; the name, the owner and the encoding may be null. */
    Manifest.Database database();

    /** Which part of the database it holds. */
    DumpScope scope();

    /** Tables whose foreign keys lead to what it does not have. */
    List<TableName> dangling();

    /** Major version of the pg_dump that made it. */
    int clientMajor();

    Optional<Instant> snapshotAt();

    /** The tables with their rows; empty: it does not say. */
    Optional<List<Manifest.Table>> tables();

    /** Names of the tables in it; empty: that is not known before it was restored. */
    Optional<List<TableName>> names();

    /** Whether it is a script for psql instead of an archive for pg_restore. */
    boolean isScript();

    /** Whether several jobs can restore it at once, when it lies in a file. */
    boolean canBeSplit();

    /** Uncompressed. */
    Archive archive();

    /** Reads all of it. @throws WorkFailure when it is damaged, cut off, or not the dump that is meant */
    void prove(PgRestore pgRestore);
}
