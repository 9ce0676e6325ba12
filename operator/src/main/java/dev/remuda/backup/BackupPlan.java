package dev.remuda.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.remuda.api.Attempt;
import dev.remuda.api.BackupStatus;
import dev.remuda.job.JobView;
import dev.remuda.job.Outcome;
import dev.remuda.job.Outcomes;
import dev.remuda.job.Step;
import dev.remuda.task.BackupResult;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.Result;
import dev.remuda.task.SettleResult;

/**
 * What to do next for a Backup, and the status that says so.
 *
 * <p>An attempt goes: planned (its Job's name is in the status) → started (its Job was created) → ended. An attempt whose worker left no
 * word, or left something in the store, is settled by a second Job before the Backup is called Failed: a manifest found there means it is
 * complete after all.
 *
 * @param again when to look again though nothing changes; empty: not at all
 */
record BackupPlan(BackupStatus status, List<Step> steps, Optional<Duration> again) {

    private static final Duration POLICY_GRACE = Duration.ofMinutes(1);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(15);

    /** Decides from what was seen alone: the same observation always gives the same plan. */
    static BackupPlan of(Observed seen, BackupJobs jobs, Duration startDeadline) {
        if (seen.status().phase() != null && seen.status().phase().isFinal()) {
            return new BackupPlan(seen.status(), List.of(), Optional.empty());
        }
        return seen.attempt().isEmpty() ? begin(seen) : go(seen, seen.attempt().get(), jobs, startDeadline);
    }

    private static BackupPlan begin(Observed seen) {
        if (seen.policy().isPresent()) {
            return new BackupPlan(BackupStatuses.planned(seen, seen.policy().get()), List.of(), Optional.of(Duration.ZERO));
        }
        String message = "BackupPolicy " + seen.policyName() + " does not exist in namespace " + seen.backup().getMetadata().getNamespace()
                + "; create it, or name another one";
        Duration left = Duration.between(seen.now(), created(seen).plus(POLICY_GRACE));
        return left.isPositive()
                ? wait(seen, Reason.PolicyMissing.name(), message, left)
                : fail(seen, Reason.PolicyMissing, message);
    }

    private static BackupPlan go(Observed seen, Attempt attempt, BackupJobs jobs, Duration startDeadline) {
        if (attempt.reason() != null) {
            return settle(seen, attempt, jobs, startDeadline);
        }
        if (attempt.startedAt() == null) {
            return start(seen, attempt, jobs);
        }
        Optional<JobView> job = seen.job(attempt.job());
        Outcome outcome = job.isPresent()
                ? job.get().outcome()
                : new Outcome.Lost(Reason.JobMissing, "Job " + attempt.job() + " was deleted before its result was seen");
        return switch (outcome) {
            case Outcome.Waiting waiting -> waitForStart(seen, attempt, waiting, startDeadline);
            case Outcome.Running running -> running(seen);
            case Outcome.Reported reported -> ended(seen, reported.result());
            case Outcome.Lost lost -> lost(seen, lost.reason(), lost.message());
        };
    }

    private static BackupPlan start(Observed seen, Attempt attempt, BackupJobs jobs) {
        Optional<JobView> existing = seen.job(attempt.job());
        if (existing.isPresent() && !existing.get().belongsTo(BackupJobs.owner(seen))) {
            return fail(seen, Reason.NameTaken, "a Job named " + attempt.job() + " exists and is not Remuda's; delete it or name the Backup otherwise");
        }
        if (existing.isEmpty() && seen.policy().isEmpty()) {
            return fail(seen, Reason.PolicyMissing, "BackupPolicy " + seen.policyName() + " was deleted before the Backup began; create it and another Backup");
        }
        List<Step> steps = existing.isPresent() ? List.of() : List.of(new Step.CreateJob(jobs.backup(seen, attempt)));
        return new BackupPlan(BackupStatuses.started(seen), steps, Optional.of(LOOK_AGAIN));
    }

    private static BackupPlan waitForStart(Observed seen, Attempt attempt, Outcome.Waiting waiting, Duration startDeadline) {
        Duration left = Duration.between(seen.now(), attempt.startedAt().plus(startDeadline));
        if (left.isPositive()) {
            return wait(seen, waiting.reason(), waiting.message(), left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN);
        }
        String message = "the Pod did not start within " + startDeadline.toSeconds() + " s: " + waiting.reason() + ": " + waiting.message();
        BackupPlan failed = fail(seen, Outcomes.reasonOf(waiting), message);
        return failed.with(new Step.DeleteJob(attempt.job()));
    }

    private static BackupPlan running(Observed seen) {
        return new BackupPlan(BackupStatuses.running(seen), List.of(), Optional.of(LOOK_AGAIN));
    }

    private static BackupPlan ended(Observed seen, Result result) {
        return switch (result) {
            case BackupResult backup -> complete(seen, backup);
            case FailureResult failure when failure.leftovers() -> lost(seen, failure.reason(), failure.message());
            case FailureResult failure -> fail(seen, failure.reason(), failure.message());
            default -> lost(seen, Reason.InternalError, "the worker reported something else than a backup: " + result.getClass().getSimpleName());
        };
    }

    /** The cause is kept in the attempt; the next look at the Backup settles it. */
    private static BackupPlan lost(Observed seen, Reason reason, String message) {
        return new BackupPlan(BackupStatuses.lost(seen, reason, message), List.of(), Optional.of(Duration.ZERO));
    }

    private static BackupPlan settle(Observed seen, Attempt attempt, BackupJobs jobs, Duration startDeadline) {
        Optional<JobView> job = seen.job(attempt.settledBy());
        if (job.isEmpty()) {
            return new BackupPlan(seen.status(), List.of(new Step.CreateJob(jobs.settle(seen, attempt))), Optional.of(LOOK_AGAIN));
        }
        return switch (job.get().outcome()) {
            case Outcome.Reported(SettleResult(BackupResult completed, int objects, int uploads)) when completed != null -> complete(seen, completed);
            case Outcome.Reported(SettleResult settled) -> fail(seen, attempt.reason(), attempt.message() + ". Nothing of it is left in the store ("
                    + settled.removedObjects() + " objects and " + settled.abortedUploads() + " unfinished uploads removed)");
            case Outcome.Reported(FailureResult failure) -> unsettled(seen, attempt, failure.message());
            case Outcome.Reported other -> unsettled(seen, attempt, "unexpected report");
            case Outcome.Lost lost -> unsettled(seen, attempt, lost.message());
            case Outcome.Running running -> new BackupPlan(seen.status(), List.of(), Optional.of(LOOK_AGAIN));
            case Outcome.Waiting waiting -> overdue(seen, job.get(), startDeadline)
                    ? unsettled(seen, attempt, waiting.message()).with(new Step.DeleteJob(attempt.settledBy()))
                    : new BackupPlan(seen.status(), List.of(), Optional.of(LOOK_AGAIN));
        };
    }

    private static boolean overdue(Observed seen, JobView job, Duration startDeadline) {
        String created = job.job().getMetadata().getCreationTimestamp();
        return created != null && Instant.parse(created).plus(startDeadline).isBefore(seen.now());
    }

    private static BackupPlan unsettled(Observed seen, Attempt attempt, String why) {
        return fail(seen, attempt.reason(), attempt.message() + ". What it left in the store could not be looked at (" + why
                + "); look under " + seen.status().location().url() + " before you delete it: with a manifest.json there the backup is complete");
    }

    private static BackupPlan complete(Observed seen, BackupResult result) {
        BackupStatus status = BackupStatuses.completed(seen, result);
        return new BackupPlan(status, List.of(new Step.Tell(false, "Completed", BackupStatuses.message(status))), Optional.empty());
    }

    private static BackupPlan fail(Observed seen, Reason reason, String message) {
        return new BackupPlan(BackupStatuses.failed(seen, reason, message), List.of(new Step.Tell(true, reason.name(), message)), Optional.empty());
    }

    private static BackupPlan wait(Observed seen, String reason, String message, Duration again) {
        return new BackupPlan(BackupStatuses.waiting(seen, reason, message), List.of(), Optional.of(again));
    }

    private BackupPlan with(Step step) {
        return new BackupPlan(status, java.util.stream.Stream.concat(steps.stream(), java.util.stream.Stream.of(step)).toList(), again);
    }

    private static Instant created(Observed seen) {
        return Instant.parse(seen.backup().getMetadata().getCreationTimestamp());
    }
}
