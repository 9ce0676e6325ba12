package dev.remuda.worker.postgres;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

import dev.remuda.task.Reason;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;

/** What pg_restore tells of an archive, without a database. */
public final class PgArchive {
    private final PgPrograms programs;
    private final int major;
    private final Stop stop;

    public PgArchive(PgPrograms programs, int major, Stop stop) {
        this.programs = programs;
        this.major = major;
        this.stop = stop;
    }

    /** An archive as a stream, or the folder of one in directory format. */
    public sealed interface Source {
        record Stream(InputStream archive) implements Source {}

        record Folder(Path folder) implements Source {}
    }

    /** What it holds; of a stream in custom format only the beginning is read. @throws WorkFailure DumpIncomplete when it cannot be read */
    public Toc toc(Source source) throws IOException {
        return run(source, output -> Toc.parse(new String(output.readAllBytes(), StandardCharsets.UTF_8)), "--list", "--verbose");
    }

    /** The version of TimescaleDB that it was made with, which the extension's own table says; empty without. */
    public Optional<String> timescaleVersion(Source source) throws IOException {
        return run(
                source, output -> Optional.ofNullable(SqlScan.read("the table with TimescaleDB's version", output).timescaleVersion()), "--data-only",
                "--schema=_timescaledb_catalog", "--table=metadata", "--file=-");
    }

    private interface Reading<T> {
        T read(InputStream output) throws IOException;
    }

    private <T> T run(Source source, Reading<T> reading, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(programs.path(major, "pg_restore")));
        command.addAll(List.of(arguments));
        if (source instanceof Source.Folder(Path folder)) {
            command.addAll(List.of("--format=directory", folder.toString()));
        }
        try (PgProcess process = PgProcess.start(command, Map.of(), Reason.RestoreFailed, stop)) {
            // It may say much before it has read all.
            FutureTask<Void> feeding = new FutureTask<>(() -> {
                feed(process, source);
                return null;
            });
            Thread.ofVirtual().start(feeding);
            byte[] output = process.output().readAllBytes();
            fed(feeding);
            String failure = process.failure();
            if (failure != null) {
                throw new WorkFailure(Reason.DumpIncomplete, "the archive cannot be read: " + failure);
            }
            return reading.read(new ByteArrayInputStream(output));
        }
    }

    private static void feed(PgProcess process, Source source) throws IOException {
        boolean fed = false;
        try {
            process.feed(source instanceof Source.Stream(InputStream archive) ? archive : InputStream.nullInputStream());
            fed = true;
        } finally {
            if (!fed) {
                process.close(); // it would wait for the rest for ever
            }
        }
    }

    private static void fed(FutureTask<Void> feeding) throws IOException {
        try {
            feeding.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WorkFailure(Reason.InternalError, "interrupted while reading an archive", e);
        }
    }
}
