package dev.remuda.worker.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

import dev.remuda.task.Reason;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;

/**
 * pg_dumpall of roles and tablespaces, without passwords.
 *
 * @param sql empty when it was not permitted
 * @param refusal the program's words then, else empty
 */
public record PgGlobals(byte[] sql, String refusal) {
    private static final int MOST = 16 * 1024 * 1024; // some hundred thousand roles
    private static final int LONG = 200;

    /** @throws WorkFailure when it fails otherwise than for a right that the user lacks */
    public static PgGlobals read(PgPrograms programs, int major, Login login, Stop stop) {
        List<String> command = List.of(
                programs.path(major, "pg_dumpall"),
                "--globals-only",
                "--no-role-passwords",
                "--no-password",
                "--lock-wait-timeout=" + Snapshot.LOCK_WAIT,
                "--dbname=" + Login.keepAliveReading(),
                "--database=" + database(login.database()));
        try (PgProcess process = PgProcess.start(command, login, Reason.DumpFailed, stop);
                InputStream output = process.output()) {
            byte[] sql = output.readNBytes(MOST + 1);
            if (sql.length > MOST) {
                throw new WorkFailure(
                        Reason.DumpFailed, "pg_dumpall writes more than " + (MOST >> 20) + " MiB of roles and tablespaces on " + login.server() + "; set dump.globals: false");
            }
            return of(login, sql, process.failure());
        } catch (IOException e) {
            throw new WorkFailure(Reason.DumpFailed, "the output of pg_dumpall could not be read: " + e.getMessage(), e);
        }
    }

    private static PgGlobals of(Login login, byte[] sql, String failure) {
        if (failure == null) {
            return new PgGlobals(sql, "");
        }
        if (failure.contains("permission denied")) {
            String words = failure.replaceFirst(" \\| detail: .*", ""); // the query
            return new PgGlobals(new byte[0], words.length() > LONG ? words.substring(0, LONG) + "…" : words);
        }
        SqlFailures.ofProgram(login, failure).ifPresent(known -> {
            throw known;
        });
        Reason reason = PgDump.LOST.matcher(failure).find() ? Reason.DatabaseUnreachable : Reason.DumpFailed;
        throw new WorkFailure(reason, failure + "; roles and tablespaces of " + login.server() + " could not be read: see the server's log, or set dump.globals: false");
    }

    /** A bare name with an equals sign would be taken for a connection string, so it is made one. */
    static String database(String name) {
        return "dbname='" + name.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
