package dev.remuda.worker.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.remuda.task.Reason;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;

/** pg_restore of an archive that comes as a stream. It stops at the first error. */
public final class PgRestore {
    private final PgPrograms programs;
    private final int major;
    private final Stop stop;

    public PgRestore(PgPrograms programs, int major, Stop stop) {
        this.programs = programs;
        this.major = major;
        this.stop = stop;
    }

    /** Reads the whole archive as a restore would, and does nothing with it. @throws WorkFailure DumpIncomplete when it cannot be read */
    public void check(InputStream archive) throws IOException {
        String failure = run(archive, Map.of(), "--file=/dev/null");
        if (failure != null) {
            throw new WorkFailure(Reason.DumpIncomplete, "the archive cannot be read: " + failure);
        }
    }

    /** Makes tables, functions and all else but no rows, and no subscriptions, which would keep the database from being dropped again. */
    public void schema(InputStream archive, Login login) throws IOException {
        require(login, run(archive, login.environment(), "--dbname=" + Login.keepAlive(), "--exit-on-error", "--no-password", "--schema-only", "--no-subscriptions"));
    }

    public void all(InputStream archive, Login login) throws IOException {
        require(login, run(archive, login.environment(), "--dbname=" + Login.keepAlive(), "--exit-on-error", "--no-password"));
    }

    private String run(InputStream archive, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(programs.path(major, "pg_restore"));
        command.addAll(List.of(arguments));
        try (PgProcess process = PgProcess.start(command, environment, Reason.RestoreFailed, stop)) {
            process.feed(archive);
            return process.failure();
        }
    }

    private static void require(Login login, String failure) {
        if (failure == null) {
            return;
        }
        if (failure.contains("No space left on device")) {
            throw new WorkFailure(Reason.DiskFull, failure + "; the disk of server " + login.server() + " is full: make room on it");
        }
        if (failure.contains("permission denied") || failure.contains("must be owner") || failure.contains("must be superuser")) {
            throw new WorkFailure(Reason.DatabasePermissionDenied, failure + "; restore as a superuser, or as a user who has what is named");
        }
        if (PgDump.LOST.matcher(failure).find()) {
            throw new WorkFailure(Reason.DatabaseUnreachable, failure + "; the connection to " + login.server() + " was lost: see the server's log");
        }
        throw new WorkFailure(Reason.RestoreFailed, failure);
    }
}
