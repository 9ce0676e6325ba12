package dev.remuda.restore;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.api.RestoreStatus;
import dev.remuda.job.JobView;
import dev.remuda.job.Outcome;
import dev.remuda.job.Owner;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.Result;

/**
 * What to do next for a Restore, and the status that says so. A Restore is never tried a second time by itself: after a failure a person
 * looks first. What a Failed Restore has left in the cluster is removed after its status is written, so that a crash between the two changes
 * nothing.
 *
 * @param again when to look again though nothing changes; empty: not at all
 */
record RestorePlan(RestoreStatus status, List<Step> steps, Optional<Duration> again) {
    private static final Duration BACKUP_GRACE = Duration.ofMinutes(1);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(15);
    private static final Duration SOON = Duration.ofSeconds(1);

    /** Decides from what was seen alone: the same observation always gives the same plan. */
    static RestorePlan of(Observed seen, RestoreJobs jobs, Duration startDeadline) {
        RestoreStatus status = seen.status();
        if (status.hasEnded()) {
            return tidy(seen);
        }
        if (status.job() == null) {
            return begin(seen);
        }
        return status.startedAt() == null ? start(seen, jobs, startDeadline) : go(seen, startDeadline);
    }

    /** What to do instead of a plan whose Job the API server refused. */
    static RestorePlan refused(Observed seen, Refusal refusal, Duration startDeadline) {
        if (refusal.isConflict()) {
            return new RestorePlan(seen.status(), List.of(), Optional.of(SOON));
        }
        String message = "the API server refuses to create the Job: " + refusal.getMessage();
        if (refusal.isFinal()) {
            return fail(seen, Reason.InvalidSpec, message + "; correct jobTemplate of the Backup's policy and create another Restore. Nothing was touched");
        }
        return seen.now().isBefore(seen.created().plus(startDeadline))
                ? wait(seen, "JobRefused", message, LOOK_AGAIN)
                : fail(seen, Reason.Unschedulable, message + ". Nothing was touched");
    }

    private static RestorePlan tidy(Observed seen) {
        boolean left = seen.status().phase() == Phase.Failed
                && seen.ownJob().filter(view -> view.job().isPresent() && !view.outcome(seen.now()).isOver()).isPresent();
        return new RestorePlan(seen.status(), left ? List.of(new Step.DeleteJob(seen.status().job())) : List.of(), Optional.empty());
    }

    private static RestorePlan begin(Observed seen) {
        if (seen.backup().isEmpty()) {
            String message = "Backup " + seen.backupName() + " does not exist in namespace " + seen.restore().getMetadata().getNamespace()
                    + "; kubectl get backups lists those that do";
            Duration left = Duration.between(seen.now(), seen.created().plus(BACKUP_GRACE));
            return left.isPositive() ? wait(seen, Reason.BackupMissing.name(), message, left) : fail(seen, Reason.BackupMissing, message);
        }
        Backup backup = seen.backup().get();
        if (backup.getStatus() == null || !backup.getStatus().hasEnded()) {
            return wait(seen, Reason.BackupNotCompleted.name(), "Backup " + seen.backupName() + " is not completed yet; waiting for it", LOOK_AGAIN);
        }
        if (backup.getStatus().phase() == Phase.Failed) {
            return fail(seen, Reason.BackupNotCompleted, "Backup " + seen.backupName() + " is Failed, so there is nothing to restore; choose a completed one");
        }
        if (backup.getStatus().phase() == Phase.Deleting || backup.isMarkedForDeletion()) {
            return fail(seen, Reason.BackupNotCompleted, "Backup " + seen.backupName() + " is being deleted; choose another one");
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

    private static RestorePlan start(Observed seen, RestoreJobs jobs, Duration startDeadline) {
        if (seen.ownJob().isPresent()) {
            return new RestorePlan(RestoreStatuses.started(seen), List.of(), Optional.of(Duration.ZERO));
        }
        Optional<JobView> taken = seen.job().filter(view -> view.job().isPresent());
        if (taken.isPresent()) {
            String name = taken.get().name();
            boolean soonGone = taken.get().belongsToEarlier(Owner.of(seen.restore())) && seen.now().isBefore(seen.created().plus(startDeadline));
            return soonGone
                    ? wait(seen, "Pending", "Job " + name + " of an earlier Restore of this name is being removed", SOON)
                    : fail(seen, Reason.NameTaken, "a Job named " + name + " exists and is not this Restore's; delete it or name the Restore otherwise");
        }
        if (seen.backup().isEmpty()) {
            return fail(seen, Reason.BackupMissing, "Backup " + seen.backupName() + " was deleted before the Restore began; nothing was touched");
        }
        if (!isStillThePlanned(seen)) {
            return fail(seen, Reason.BackupMissing, "Backup " + seen.backupName() + " was deleted before the Restore began, and another has its name now; nothing was touched");
        }
        return new RestorePlan(RestoreStatuses.started(seen), List.of(new Step.CreateJob(jobs.restore(seen))), Optional.of(LOOK_AGAIN));
    }

    private static boolean isStillThePlanned(Observed seen) {
        return seen.backup()
                .map(Backup::getStatus)
                .filter(backup -> backup.phase() == Phase.Completed && backup.location().url().equals(seen.status().source()))
                .isPresent();
    }

    private static RestorePlan go(Observed seen, Duration startDeadline) {
        if (seen.ownJob().isEmpty()) {
            return fail(seen, Reason.JobMissing, "Job " + seen.status().job() + " was deleted before its result was seen. " + lookFirst(seen));
        }
        JobView job = seen.ownJob().get();
        return switch (job.outcome(seen.now())) {
            case Outcome.Waiting waiting -> waitForStart(seen, job, waiting, startDeadline);
            case Outcome.Running running -> new RestorePlan(RestoreStatuses.running(seen), List.of(), Optional.of(LOOK_AGAIN));
            case Outcome.Reported(Result result) -> ended(seen, result);
            case Outcome.Lost lost -> fail(seen, lost.reason(), lost.message() + ". " + lost.account().orElseGet(() -> lookFirst(seen)));
        };
    }

    private static RestorePlan waitForStart(Observed seen, JobView job, Outcome.Waiting waiting, Duration startDeadline) {
        Duration left = job.left(startDeadline, seen.now());
        if (left.isPositive()) {
            return wait(seen, waiting.reason(), waiting.message(), left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN);
        }
        return fail(seen, waiting.cause(), "the Pod did not start within " + startDeadline.toSeconds() + " s: " + waiting.reason() + ": "
                + waiting.message() + ". Nothing was touched");
    }

    private static RestorePlan ended(Observed seen, Result result) {
        return switch (result) {
            case RestoreResult restored -> complete(seen, restored);
            case FailureResult failure -> fail(seen, failure.reason(), failure.message());
            default -> fail(seen, Reason.InternalError, "the worker reported something else than a restore. " + lookFirst(seen));
        };
    }

    private static String lookFirst(Observed seen) {
        String database = seen.status().databaseName() == null ? "the target database" : "database " + seen.status().databaseName();
        return "How far it came is not known: look at " + database
                + " before you trust it; it may be missing or incomplete. The backup is untouched; the same Restore under a new name can be created";
    }

    private static RestorePlan complete(Observed seen, RestoreResult result) {
        RestoreStatus status = RestoreStatuses.completed(seen, result);
        return new RestorePlan(status, List.of(new Step.Tell(false, "Completed", RestoreStatuses.message(status))), Optional.empty());
    }

    private static RestorePlan fail(Observed seen, Reason reason, String message) {
        return new RestorePlan(
                RestoreStatuses.failed(seen, reason, message), List.of(new Step.Tell(true, reason.name(), message)), Optional.of(Duration.ZERO));
    }

    private static RestorePlan wait(Observed seen, String reason, String message, Duration again) {
        return new RestorePlan(RestoreStatuses.waiting(seen, reason, message), List.of(), Optional.of(again));
    }
}
