package dev.remuda.restore;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.api.BackupStatus;
import dev.remuda.api.Durations;
import dev.remuda.api.Phase;
import dev.remuda.api.RestoreStatus;
import dev.remuda.status.CompletedCondition;
import dev.remuda.status.Sizes;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;

/** The status of a Restore for each thing that can have happened to it. */
final class RestoreStatuses {
    private RestoreStatuses() {}

    static RestoreStatus waiting(Observed seen, String reason, String message) {
        return with(seen.status(), Phase.Pending, condition(seen, reason, message), seen.status().startedAt(), null);
    }

    static RestoreStatus planned(Observed seen, BackupStatus backup) {
        return new RestoreStatus(
                Phase.Pending, condition(seen, "Pending", "the Job is being created"), null, null, null, RestoreJobs.jobName(seen),
                backup.location().url(), backup.snapshotAt(), seen.targetName().orElse(null), null, null, null, null);
    }

    static RestoreStatus started(Observed seen) {
        String message = "Job " + seen.status().job() + " was created";
        return with(seen.status(), Phase.Pending, condition(seen, "Pending", message), now(seen), null);
    }

    static RestoreStatus running(Observed seen) {
        String message = "Job " + seen.status().job() + " is restoring";
        return with(seen.status(), Phase.Running, condition(seen, "Running", message), seen.status().startedAt(), null);
    }

    static RestoreStatus failed(Observed seen, Reason reason, String message) {
        List<Condition> conditions =
                CompletedCondition.failed(seen.status().conditions(), reason.name(), message, seen.generation(), seen.now());
        return with(seen.status(), Phase.Failed, conditions, seen.status().startedAt(), now(seen));
    }

    static RestoreStatus completed(Observed seen, RestoreResult result) {
        RestoreStatus s = seen.status();
        RestoreStatus facts = new RestoreStatus(
                Phase.Completed, s.conditions(), s.startedAt(), result.finishedAt(), duration(s.startedAt(), result.finishedAt()), s.job(),
                s.source(), s.snapshotAt(), result.databaseName(), result.serverVersion(), result.bytes(), result.tables(), result.rows());
        return with(
                facts, Phase.Completed, CompletedCondition.succeeded(s.conditions(), message(facts), seen.generation(), seen.now()),
                facts.startedAt(), facts.completedAt());
    }

    static String message(RestoreStatus status) {
        return status.databaseName() + " is as it was at " + status.snapshotAt().truncatedTo(ChronoUnit.SECONDS) + ": " + status.tables() + " tables and "
                + Sizes.count(status.rows()) + " rows compared with the manifest, in " + status.duration();
    }

    private static RestoreStatus with(RestoreStatus s, Phase phase, List<Condition> conditions, Instant startedAt, Instant completedAt) {
        String duration = startedAt == null || completedAt == null ? null : duration(startedAt, completedAt);
        return new RestoreStatus(
                phase, conditions, startedAt, completedAt, duration, s.job(), s.source(), s.snapshotAt(), s.databaseName(),
                s.serverVersion(), s.bytes(), s.tables(), s.rows());
    }

    private static List<Condition> condition(Observed seen, String reason, String message) {
        return CompletedCondition.waiting(seen.status().conditions(), reason, message, seen.generation(), seen.now());
    }

    private static String duration(Instant from, Instant to) {
        return Durations.format(to.isBefore(from) ? Duration.ZERO : Duration.between(from, to));
    }

    /** Whole seconds: a status that is written and read again must be equal. */
    private static Instant now(Observed seen) {
        return seen.now().truncatedTo(ChronoUnit.SECONDS);
    }
}
