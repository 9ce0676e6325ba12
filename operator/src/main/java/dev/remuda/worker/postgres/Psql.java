package dev.remuda.worker.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

import dev.remuda.task.Reason;
import dev.remuda.worker.Stop;

/** psql of a script that comes as a stream. It stops at the first error. */
public final class Psql {
    private final PgPrograms programs;
    private final int major;
    private final Stop stop;

    public Psql(PgPrograms programs, int major, Stop stop) {
        this.programs = programs;
        this.major = major;
        this.stop = stop;
    }

    /** Runs it to its end. */
    public void run(InputStream script, Login login) throws IOException {
        try (PgProcess process = start(login)) {
            process.feed(script);
            requireSuccess(process, login);
        }
    }

    /**
     * Runs a part of an archive in one transaction. When pg_restore fails, psql is ended before it could commit.
     *
     * @throws WorkFailure after which nothing has changed; unless the connection was lost at the very end, when it is not known
     */
    public void run(PgRestore pgRestore, Archive archive, PgRestore.Options options, Login login, InPlace plan, Transaction transaction) throws IOException {
        try (PgProcess script = pgRestore.script(archive, options);
                PgProcess process = start(login)) {
            Feeding feeding = Feeding.start(archive, script);
            process.write(transaction.begin(plan));
            if (!process.copy(script.output())) {
                script.kill(); // psql has ended and says why; nobody reads the rest
            }
            String failure = script.failure();
            feeding.await();
            if (failure != null && process.isAlive()) {
                process.kill();
                throw PgFailures.of(login, failure);
            }
            process.write(transaction.end(plan));
            process.endInput();
            requireSuccess(process, login);
        }
    }

    /** What the script prints is for nobody. */
    PgProcess start(Login login) {
        List<String> command = List.of(
                programs.path(major, "psql"), "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=-",
                "--dbname=" + Login.keepAlive());
        return PgProcess.start(command, login, Reason.RestoreFailed, stop);
    }

    static void requireSuccess(PgProcess process, Login login) {
        String failure = process.failure();
        if (failure != null) {
            throw PgFailures.of(login, failure);
        }
    }
}
