package dev.remuda.worker.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.Reason;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;

/** pg_dump of a database, or a part of it, in custom format, uncompressed, to its standard output. */
public final class PgDump implements AutoCloseable {
    static final Pattern LOST = Pattern.compile(
            "server closed the connection|cannot be reached any more|connection to server .* failed|could not connect to database|terminating connection|could not receive data|SSL SYSCALL|SSL connection has been closed",
            Pattern.CASE_INSENSITIVE);

    private final Login login;
    private final PgProcess process;

    private PgDump(Login login, PgProcess process) {
        this.login = login;
        this.process = process;
    }

    public static PgDump start(PgPrograms programs, int major, Login login, Snapshot snapshot, Stop stop) {
        List<String> command = new ArrayList<>(List.of(
                programs.path(major, "pg_dump"),
                "--format=custom",
                "--compress=0",
                "--no-password",
                "--dbname=" + Login.keepAliveReading(),
                "--lock-wait-timeout=" + Snapshot.LOCK_WAIT,
                "--snapshot=" + snapshot.id()));
        command.addAll(arguments(snapshot.scope()));
        return new PgDump(login, PgProcess.start(command, login, Reason.DumpFailed, stop));
    }

    static List<String> arguments(DumpScope scope) {
        List<String> arguments = new ArrayList<>();
        if (scope.content() != DumpContent.All) {
            arguments.add(scope.content() == DumpContent.SchemaOnly ? "--schema-only" : "--data-only");
        }
        scope.include().schemas().forEach(schema -> arguments.add("--schema=" + PgPattern.of(schema)));
        scope.include().tables().forEach(table -> arguments.add("--table=" + PgPattern.of(table)));
        scope.exclude().schemas().forEach(schema -> arguments.add("--exclude-schema=" + PgPattern.of(schema)));
        scope.exclude().tables().forEach(table -> arguments.add("--exclude-table=" + PgPattern.of(table)));
        scope.exclude().tableData().forEach(table -> arguments.add("--exclude-table-data=" + PgPattern.of(table)));
        if (!scope.include().none()) {
            arguments.add("--strict-names"); // what was dropped since it was looked for is missed
        }
        return arguments;
    }

    public PgProcess process() {
        return process;
    }

    /** Waits for its end. @throws WorkFailure unless pg_dump says all went well */
    public void requireSuccess() {
        String failure = process.failure();
        if (failure != null) {
            throw failed(login, failure);
        }
    }

    static WorkFailure failed(Login login, String failure) {
        Optional<WorkFailure> known = SqlFailures.ofProgram(login, failure);
        if (known.isPresent()) {
            return known.get();
        }
        if (failure.contains("permission denied")) {
            return new WorkFailure(
                    Reason.DatabasePermissionDenied, failure + "; GRANT pg_read_all_data TO " + Sql.identifier(login.user()) + ", or grant what is named");
        }
        if (failure.contains("No space left on device")) {
            return new WorkFailure(Reason.DiskFull, failure + "; the database server's disk is full: make room on it");
        }
        if (LOST.matcher(failure).find()) {
            return new WorkFailure(Reason.DatabaseUnreachable, failure + "; the connection to " + login.server() + " was lost: see the server's log");
        }
        if (failure.contains("conflict with recovery")) {
            return new WorkFailure(
                    Reason.DumpFailed, failure + "; the server is a standby that had to go on: set hot_standby_feedback or raise max_standby_streaming_delay there, or dump the primary");
        }
        if (failure.contains("canceling statement")) {
            return new WorkFailure(Reason.DumpFailed, failure + "; somebody, or something that watches for long statements, ended it on the server: see its log, and spare user " + login.user());
        }
        return new WorkFailure(Reason.DumpFailed, failure);
    }

    @Override
    public void close() {
        process.close();
    }
}
