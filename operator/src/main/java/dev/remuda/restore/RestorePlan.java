package dev.remuda.restore;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.api.RestoreStatus;
import dev.remuda.job.JobView;
import dev.remuda.job.Outcome;
import dev.remuda.job.Outcomes;
import dev.remuda.job.Owner;
import dev.remuda.job.Step;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.Result;

/**
 * What to do next for a Restore, and the status that says so. A Restore is never tried a second time by itself: after a failure a person
 * looks first.
 *
 * @param again when to look again though nothing changes; empty: not at all
 */
record RestorePlan(RestoreStatus status, List<Step> steps, Optional<Duration> again) {
    private static final Duration BACKUP_GRACE = Duration.ofMinutes(1);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(15);

    /** Decides from what was seen alone: the same observation always gives the same plan. */
    static RestorePlan of(Observed seen, RestoreJobs jobs, Duration startDeadline) {
        RestoreStatus status = seen.status();
        if (status.phase() != null && status.phase().isFinal()) {
            return new RestorePlan(status, List.of(), Optional.empty());
        }
        if (status.job() == null) {
            return begin(seen);
        }
        return status.startedAt() == null ? start(seen, jobs) : go(seen, startDeadline);
    }

    private static RestorePlan begin(Observed seen) {
        if (seen.backup().isEmpty()) {
            String message = "Backup " + seen.backupName() + " does not exist in namespace " + seen.restore().getMetadata().getNamespace()
                    + "; kubectl get backups lists those that do";
            Duration left = Duration.between(seen.now(), created(seen).plus(BACKUP_GRACE));
            return left.isPositive() ? wait(seen, Reason.BackupMissing.name(), message, left) : fail(seen, Reason.BackupMissing, message);
        }
        Backup backup = seen.backup().get();
        Phase phase = backup.getStatus() == null ? null : backup.getStatus().phase();
        if (phase == null || !phase.isFinal()) {
            return wait(seen, Reason.BackupNotCompleted.name(), "Backup " + seen.backupName() + " is not completed yet; waiting for it", LOOK_AGAIN);
        }
        if (phase == Phase.Failed) {
            return fail(seen, Reason.BackupNotCompleted, "Backup " + seen.backupName() + " is Failed, so there is nothing to restore; choose a completed one");
        }
        return unconfirmed(seen).map(message -> fail(seen, Reason.NotConfirmed, message))
                .orElseGet(() -> new RestorePlan(RestoreStatuses.planned(seen, backup.getStatus()), List.of(), Optional.of(Duration.ZERO)));
    }

    /** The worker checks this too, for a target whose name stands in a Secret. */
    private static Optional<String> unconfirmed(Observed seen) {
        if (seen.restore().getSpec().strategy() != RestoreStrategy.Recreate) {
            return Optional.empty();
        }
        String confirm = seen.restore().getSpec().confirm();
        return seen.targetName()
                .filter(target -> !target.equals(confirm))
                .map(target -> "confirm is '" + confirm + "' but the database whose data would be replaced is '" + target
                        + "'; create the Restore again with confirm: " + target + " if that is meant");
    }

    private static RestorePlan start(Observed seen, RestoreJobs jobs) {
        Owner owner = Owner.of(seen.restore());
        if (seen.job().isPresent() && !seen.job().get().belongsTo(owner)) {
            return fail(seen, Reason.NameTaken, "a Job named " + seen.status().job() + " exists and is not Remuda's; delete it or name the Restore otherwise");
        }
        if (seen.job().isEmpty() && seen.backup().isEmpty()) {
            return fail(seen, Reason.BackupMissing, "Backup " + seen.backupName() + " was deleted before the Restore began; nothing was touched");
        }
        List<Step> steps = seen.job().isPresent() ? List.of() : List.of(new Step.CreateJob(jobs.restore(seen)));
        return new RestorePlan(RestoreStatuses.started(seen), steps, Optional.of(LOOK_AGAIN));
    }

    private static RestorePlan go(Observed seen, Duration startDeadline) {
        Outcome outcome = seen.job()
                .map(JobView::outcome)
                .orElseGet(() -> new Outcome.Lost(Reason.JobMissing, "Job " + seen.status().job() + " was deleted before its result was seen"));
        return switch (outcome) {
            case Outcome.Waiting waiting -> waitForStart(seen, waiting, startDeadline);
            case Outcome.Running running -> new RestorePlan(RestoreStatuses.running(seen), List.of(), Optional.of(LOOK_AGAIN));
            case Outcome.Reported(Result result) -> ended(seen, result);
            case Outcome.Lost lost -> fail(seen, lost.reason(), lost.message() + ". " + lookFirst(seen));
        };
    }

    private static RestorePlan waitForStart(Observed seen, Outcome.Waiting waiting, Duration startDeadline) {
        Duration left = Duration.between(seen.now(), seen.status().startedAt().plus(startDeadline));
        if (left.isPositive()) {
            return wait(seen, waiting.reason(), waiting.message(), left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN);
        }
        String message = "the Pod did not start within " + startDeadline.toSeconds() + " s: " + waiting.reason() + ": " + waiting.message()
                + ". Nothing was touched";
        RestorePlan failed = fail(seen, Outcomes.reasonOf(waiting), message);
        return new RestorePlan(failed.status, List.of(failed.steps.getFirst(), new Step.DeleteJob(seen.status().job())), Optional.empty());
    }

    private static RestorePlan ended(Observed seen, Result result) {
        return switch (result) {
            case RestoreResult restored -> complete(seen, restored);
            case FailureResult failure -> fail(seen, failure.reason(), failure.message());
            default -> fail(seen, Reason.InternalError, "the worker reported something else than a restore. " + lookFirst(seen));
        };
    }

    private static String lookFirst(Observed seen) {
        return "How far it came is not known: look at database " + seen.status().databaseName()
                + " before you trust it; it may be missing or incomplete. The backup is untouched; the same Restore under a new name can be created";
    }

    private static RestorePlan complete(Observed seen, RestoreResult result) {
        RestoreStatus status = RestoreStatuses.completed(seen, result);
        return new RestorePlan(status, List.of(new Step.Tell(false, "Completed", RestoreStatuses.message(status))), Optional.empty());
    }

    private static RestorePlan fail(Observed seen, Reason reason, String message) {
        return new RestorePlan(
                RestoreStatuses.failed(seen, reason, message), List.of(new Step.Tell(true, reason.name(), message)), Optional.empty());
    }

    private static RestorePlan wait(Observed seen, String reason, String message, Duration again) {
        return new RestorePlan(RestoreStatuses.waiting(seen, reason, message), List.of(), Optional.of(again));
    }

    private static Instant created(Observed seen) {
        return Instant.parse(seen.restore().getMetadata().getCreationTimestamp());
    }
}
