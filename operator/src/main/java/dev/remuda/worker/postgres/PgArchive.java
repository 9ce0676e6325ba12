package dev.remuda.worker.postgres;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

    /** What it holds; of a stream in custom format only the beginning is read. @throws WorkFailure DumpIncomplete when it cannot be read */
    public Toc toc(Archive archive) throws IOException {
        return run(archive, output -> Toc.parse(new String(output.readAllBytes(), StandardCharsets.UTF_8)), "--list", "--verbose");
    }

    /** The version of TimescaleDB that it was made with, which the extension's own table says; empty without. */
    public Optional<String> timescaleVersion(Archive archive) throws IOException {
        return run(
                archive, output -> Optional.ofNullable(SqlScan.read("the table with TimescaleDB's version", output).timescaleVersion()), "--data-only",
                "--schema=_timescaledb_catalog", "--table=metadata", "--file=-");
    }

    private interface Reading<T> {
        T read(InputStream output) throws IOException;
    }

    private <T> T run(Archive archive, Reading<T> reading, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(programs.path(major, "pg_restore")));
        command.addAll(List.of(arguments));
        archive.file().ifPresent(file -> command.add(file.toString()));
        try (PgProcess process = PgProcess.start(command, null, Reason.RestoreFailed, stop)) {
            Feeding feeding = Feeding.start(archive, process);
            byte[] output = process.output().readAllBytes();
            feeding.await();
            String failure = process.failure();
            if (failure != null) {
                throw new WorkFailure(Reason.DumpIncomplete, "the archive cannot be read: " + failure);
            }
            return reading.read(new ByteArrayInputStream(output));
        }
    }
}
