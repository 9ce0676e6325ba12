package dev.remuda.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import dev.remuda.task.DrillTask;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.SideDatabase;
import dev.remuda.worker.postgres.ConnectionSecret;
import dev.remuda.worker.postgres.Fitness;
import dev.remuda.worker.postgres.Login;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.postgres.Server;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;

/** Restores a backup as a Restore would, up to the point where it would take the target's place, and drops what it made. */
final class DrillRun {
    /** To make a database cluster and start it; an image is there by then. */
    private static final Duration SERVER_STARTS_WITHIN = Duration.ofMinutes(3);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    /** Where a Restore would put the database in the end. There is never one of that name. */
    private static final String PLACE = "remuda_drill";

    private final DrillTask task;
    private final ObjectStore store;
    private final PgPrograms programs;
    private final Path scratch;
    private final Path shared;
    private final Journal journal;
    private final Stop stop;

    /** @param shared the folder that worker and server beside it share */
    DrillRun(DrillTask task, ObjectStore store, PgPrograms programs, Path scratch, Path shared, Journal journal, Stop stop) {
        this.task = task;
        this.store = store;
        this.programs = programs;
        this.scratch = scratch;
        this.shared = shared;
        this.journal = journal;
        this.stop = stop;
    }

    RestoreResult run() {
        Manifest.Database backup = Manifest.read(store, task.prefix()).database();
        Login login = login().of(task.uid());
        String owner;
        try (Server server = task.target() == null ? beside(login) : Server.connect(login, stop.patience())) {
            owner = task.target() == null ? owners(server, backup) : owner(server, backup, login);
        }
        RestoreTask restore = new RestoreTask(
                RestoreTask.Stage.Restore, task.policy(), task.uid(), task.namespace(), task.store(), RestoreTask.Source.asItLies(task.prefix(), task.checksum(), task.identity()), task.target(),
                RestoreStrategy.Create, null, null, null, null, owner, 1, 0, task.checks());
        RestoreResult result;
        try {
            result = new RestoreRun(restore, store, programs, scratch, journal, stop).restore(login);
        } catch (WorkFailure e) {
            throw ofServer(e);
        }
        try (Server server = Server.connect(login, stop.patience())) {
            server.drop(SideDatabase.restore(task.uid()));
        }
        return result;
    }

    /** What the server lacked says nothing against the backup. */
    private static WorkFailure ofServer(WorkFailure e) {
        boolean lacking = e.reason() == Reason.RestoreFailed && Stream.of("out of memory", "out of shared memory", "could not resize shared memory", "was killed (", "was stopped (", "was ended with")
                .anyMatch(e.getMessage()::contains);
        return lacking ? new WorkFailure(Reason.OutOfMemory, "the drill's server or worker ran out of something: " + e.getMessage() + "; give verification.server more (resources, parameters)", e) : e;
    }

    private Login login() {
        return task.target() == null
                ? new Login("127.0.0.1", DrillTask.PORT, PLACE, "postgres", "", "disable", null)
                : ConnectionSecret.login(task.target(), PLACE).withDatabase(PLACE);
    }

    /** The server beside this worker, as soon as it is there. */
    private Server beside(Login login) {
        Instant end = Instant.now().plus(SERVER_STARTS_WITHIN);
        while (true) {
            requireNotFailed();
            try {
                return Server.connect(login, stop.patience());
            } catch (WorkFailure e) {
                if (e.reason() != Reason.DatabaseUnreachable || Instant.now().isAfter(end)) {
                    throw new WorkFailure(
                            Reason.DatabaseUnreachable, "the server of verification.server.image did not start (the log of the Pod's container server has its words): " + e.getMessage(), e);
                }
                stop.await(BETWEEN_LOOKS);
            }
        }
    }

    private void requireNotFailed() {
        Path failed = shared.resolve(DrillTask.FAILED);
        try {
            if (Files.exists(failed)) {
                throw new WorkFailure(
                        Reason.InvalidSpec, "the image of verification.server could not make a PostgreSQL server: " + Files.readString(failed).strip()
                                + "; name an image with initdb and postgres of the right major version, such as postgres:17");
            }
        } catch (IOException e) {
            throw new WorkFailure(Reason.InternalError, failed + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** On a server that is thrown away all roles can be made. */
    private static String owners(Server server, Manifest.Database backup) {
        List<String> missing = new Fitness(server).missingRoles(backup);
        missing.forEach(server::createRole);
        return null;
    }

    /** On a server that stays, no role is made: who may not give objects to others, keeps them. */
    private static String owner(Server server, Manifest.Database backup, Login login) {
        Fitness fitness = new Fitness(server);
        boolean asItWas = fitness.isSuperuser() && fitness.missingRoles(backup).isEmpty() || backup.timescaledb() != null;
        return asItWas ? null : login.user();
    }
}
