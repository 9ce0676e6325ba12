package dev.remuda.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.BackupTask;
import dev.remuda.task.CatalogueTask;
import dev.remuda.task.CleanUpTask;
import dev.remuda.task.ConnectionTask;
import dev.remuda.task.CopyTask;
import dev.remuda.task.DrillTask;
import dev.remuda.task.DropTask;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.Reason;
import dev.remuda.task.ReportTask;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.Result;
import dev.remuda.task.SettleTask;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.SwitchTask;
import dev.remuda.task.Task;
import dev.remuda.task.VerifyTask;
import dev.remuda.task.WorkerProtocol;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.S3ObjectStore;
import dev.remuda.worker.store.VolumeObjectStore;

/** The worker: reads one task, does it, leaves one result. */
public final class WorkerApp {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerApp.class);
    private static final long SECONDS_TO_CLEAN_UP = 25; // of the 30 that the kubelet gives

    private WorkerApp() {}

    /** @return the exit code: 0 when the work was done, 1 when it failed; in both cases a result was left */
    public static int run(Map<String, String> environment) {
        Stop stop = new Stop();
        stopOnSignal(stop);
        Result result = work(environment, stop);
        write(environment, result);
        return result instanceof FailureResult ? 1 : 0;
    }

    /** SIGTERM ends what blocks; the work then cleans up and reports, and the JVM waits for it. */
    private static void stopOnSignal(Stop stop) {
        Thread work = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.request();
            try {
                work.join(SECONDS_TO_CLEAN_UP * 1000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    static Result work(Map<String, String> environment, Stop stop) {
        try {
            Result result = carryOut(task(environment), programs(environment), scratch(environment), stop);
            LOG.info("done: {}", Json.write(result));
            return result;
        } catch (RuntimeException e) {
            WorkFailure failure = WorkFailure.of(e);
            if (failure.reason() == Reason.InternalError) {
                LOG.error("a fault", e);
            } else {
                LOG.error("{}: {}", failure.reason(), failure.getMessage());
            }
            return stop.requested()
                    ? new FailureResult(Reason.PodLost, "the worker was told to stop (SIGTERM): " + failure.getMessage(), failure.leftovers())
                    : new FailureResult(failure.reason(), failure.getMessage(), failure.leftovers());
        }
    }

    private static Result carryOut(Task task, PgPrograms programs, Path scratch, Stop stop) {
        Journal journal = new Journal();
        return switch (task) {
            case BackupTask backup -> with(backup.store(), stop, store -> new BackupRun(backup, store, programs, journal, stop).run());
            case RestoreTask restore -> with(restore.store(), stop, store -> new RestoreRun(restore, store, programs, scratch, journal, stop).run());
            case SettleTask settle -> with(settle.store(), stop, store -> new SettleRun(settle, store, stop).run());
            case CatalogueTask catalogue -> with(catalogue.store(), stop, store -> new CatalogueRun(catalogue, store, stop).run());
            case VerifyTask verify -> with(verify.store(), stop, store -> new VerifyRun(verify, store, programs, journal, stop).run());
            case DrillTask drill -> with(drill.store(), stop, store -> new DrillRun(drill, store, programs, scratch, Path.of(DrillTask.FOLDER), journal, stop).run());
            case CopyTask copy -> with(copy.from(), stop, from -> with(copy.to(), stop, to -> new CopyRun(copy, from, to, journal, stop).run()));
            case MaintainTask maintain -> with(maintain.store(), stop, store -> new MaintainRun(maintain, store, stop, Clock.systemUTC()).run());
            case ReportTask report -> with(report.store(), stop, store -> new ReportRun(report, store).run());
            case SwitchTask switching -> new SwitchRun(switching, journal, stop).run();
            case CleanUpTask cleaning -> new CleanUpRun(cleaning, journal, stop).run();
            case DropTask drop -> new DropRun(drop, journal).run();
            case ConnectionTask connection -> new ConnectionRun(connection).run();
        };
    }

    private static Result with(StoreAccess access, Stop stop, Function<ObjectStore, Result> work) {
        try (ObjectStore store = access.directory() == null ? new S3ObjectStore(access, stop) : new VolumeObjectStore(Path.of(access.directory()), access.bucket(), stop)) {
            return work.apply(store);
        }
    }

    private static Task task(Map<String, String> environment) {
        String text = environment.get(WorkerProtocol.TASK_VARIABLE);
        if (text == null) {
            throw new WorkFailure(Reason.InternalError, "the worker is started by the operator, which sets " + WorkerProtocol.TASK_VARIABLE + "; it is not set");
        }
        try {
            return Json.read(text, Task.class);
        } catch (IllegalArgumentException e) {
            throw new WorkFailure(Reason.InternalError, WorkerProtocol.TASK_VARIABLE + " " + e.getMessage() + "; operator and worker are of different versions", e);
        }
    }

    private static PgPrograms programs(Map<String, String> environment) {
        return new PgPrograms(Path.of(environment.getOrDefault(WorkerProtocol.CLIENTS_VARIABLE, WorkerProtocol.DEFAULT_CLIENTS)));
    }

    private static Path scratch(Map<String, String> environment) {
        return Path.of(environment.getOrDefault(WorkerProtocol.SCRATCH_VARIABLE, WorkerProtocol.DEFAULT_SCRATCH));
    }

    private static void write(Map<String, String> environment, Result result) {
        Path file = Path.of(environment.getOrDefault(WorkerProtocol.RESULT_FILE_VARIABLE, WorkerProtocol.DEFAULT_RESULT_FILE));
        try {
            Files.writeString(file, Json.writeResult(result));
        } catch (IOException e) {
            LOG.error("the result could not be left at {}: {}", file, e.getMessage());
        }
    }

    static String version() {
        return Optional.ofNullable(WorkerApp.class.getPackage().getImplementationVersion()).orElse("dev");
    }
}
