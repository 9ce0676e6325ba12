package dev.remuda.worker.postgres;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.remuda.task.Reason;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;

/** pg_restore of an archive. It stops at the first error. */
public final class PgRestore {
    /** Policies are on. */
    public static final String ROW_SECURITY = "--enable-row-security";

    private final PgPrograms programs;
    private final int major;
    private final Stop stop;

    /** @param major of the pg_restore to use */
    public PgRestore(PgPrograms programs, int major, Stop stop) {
        this.programs = programs;
        this.major = major;
        this.stop = stop;
    }

    /**
     * What of an archive is restored, and as whose.
     *
     * @param owner who shall own all, with no rights for others; empty: as in the archive
     * @param list file with the entries to restore; empty: all
     * @param jobs how many at once; more than one only from a file
     */
    public record Options(Optional<String> owner, Optional<Path> list, int jobs) {
        private List<String> arguments() {
            List<String> arguments = new ArrayList<>();
            owner.ifPresent(role -> arguments.addAll(List.of("--no-owner", "--no-privileges", "--role=" + role)));
            list.ifPresent(entries -> arguments.add("--use-list=" + entries));
            return arguments;
        }
    }

    /** Reads the whole archive as a restore would, and does nothing with it. @throws WorkFailure DumpIncomplete when it cannot be read */
    public void check(Archive archive) throws IOException {
        try (PgProcess process = start(archive, null, List.of("--file=/dev/null"))) {
            archive.feed(process);
            String failure = process.failure();
            if (failure != null) {
                throw process.wasEnded()
                        ? new WorkFailure(Reason.PodLost, "the archive was not read to its end: " + failure)
                        : new WorkFailure(Reason.DumpIncomplete, "the archive cannot be read: " + failure);
            }
        }
    }

    /** Makes tables, functions and all else but no rows. */
    public void schema(Archive archive, Login login, Options options, boolean rowSecurity) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--schema-only"));
        if (rowSecurity) {
            arguments.add(ROW_SECURITY);
        }
        restore(archive, login, options, arguments);
    }

    /** @param sections such as {@code --section=data}; none: all */
    public void restore(Archive archive, Login login, Options options, String... sections) throws IOException {
        restore(archive, login, options, List.of(sections));
    }

    private void restore(Archive archive, Login login, Options options, List<String> more) throws IOException {
        List<String> arguments = new ArrayList<>(options.arguments());
        // A subscription keeps its database from being dropped, and would begin to change what was just restored.
        arguments.addAll(List.of("--dbname=" + Login.keepAlive(), "--exit-on-error", "--no-password", "--no-subscriptions"));
        if (options.jobs() > 1) {
            arguments.add("--jobs=" + options.jobs());
        }
        arguments.addAll(more);
        try (PgProcess process = start(archive, login, arguments)) {
            archive.feed(process);
            String failure = process.failure();
            if (failure != null) {
                throw PgFailures.of(login, failure);
            }
        }
    }

    /** Begins to write what it would do as SQL to its standard output. */
    public PgProcess script(Archive archive, Options options) {
        List<String> arguments = new ArrayList<>(options.arguments());
        arguments.add("--file=-");
        return start(archive, null, arguments);
    }

    /** @param login null: it talks to no server */
    private PgProcess start(Archive archive, Login login, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(programs.path(major, "pg_restore"));
        command.addAll(arguments);
        archive.file().ifPresent(file -> command.add(file.toString()));
        return PgProcess.start(command, login, Reason.RestoreFailed, stop);
    }
}
