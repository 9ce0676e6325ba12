package dev.remuda.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.remuda.api.Attempt;
import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.api.TierSpec;
import dev.remuda.job.JobView;
import dev.remuda.job.Outcome;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.status.DeletionMark;
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
 * complete after all. What a Failed Backup has left in the cluster is removed after its status is written, so that a crash between the two
 * changes nothing.
 *
 * @param again when to look again though nothing changes; empty: not at all
 */
record BackupPlan(BackupStatus status, List<Step> steps, Optional<Duration> again) {

    private static final Duration POLICY_GRACE = Duration.ofMinutes(1);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(15);
    private static final Duration SOON = Duration.ofSeconds(1);

    /** Decides from what was seen alone: the same observation always gives the same plan. */
    static BackupPlan of(Observed seen, BackupJobs jobs, Duration startDeadline) {
        Optional<Backup> amended = Belonging.amended(seen);
        if (amended.isPresent()) {
            return new BackupPlan(seen.status(), List.of(new Step.Amend(amended.get())), Optional.of(Duration.ZERO));
        }
        if (seen.status().hasEnded()) {
            return tidy(seen);
        }
        return seen.attempt().isEmpty() ? begin(seen) : go(seen, seen.attempt().get(), jobs, startDeadline);
    }

    /** What to do instead of a plan whose Job the API server refused. */
    static BackupPlan refused(Observed seen, Refusal refusal, Duration startDeadline) {
        if (refusal.isConflict()) {
            return patience(seen, SOON);
        }
        if (seen.status().hasEnded() || Belonging.amended(seen).isPresent()) {
            return patience(seen, LOOK_AGAIN); // not a Job was refused, but a change of metadata or the removal of a Job: the backup is what it is
        }
        Attempt attempt = seen.attempt().orElseThrow();
        boolean settling = attempt.reason() != null;
        Instant since = settling ? attempt.finishedAt() : seen.status().startedAt();
        String message = "the API server refuses to create the Job: " + refusal.getMessage();
        if (!refusal.isFinal() && seen.now().isBefore(since.plus(startDeadline))) {
            return settling
                    ? patience(seen, LOOK_AGAIN)
                    : wait(seen, "JobRefused", message, LOOK_AGAIN);
        }
        if (settling) {
            return unsettled(seen, attempt, message);
        }
        return refusal.isFinal()
                ? fail(seen, Reason.InvalidSpec, message + "; correct jobTemplate of BackupPolicy " + seen.policyName() + " and create another Backup")
                : fail(seen, Reason.Unschedulable, message);
    }

    private static BackupPlan tidy(Observed seen) {
        List<Step> steps = seen.ownJobs().stream()
                .filter(view -> seen.status().phase() == Phase.Failed)
                .filter(view -> view.job().isPresent() && !view.outcome(seen.now()).isOver())
                .<Step>map(view -> new Step.DeleteJob(view.name()))
                .toList();
        return new BackupPlan(unmarked(seen), steps, Optional.empty());
    }

    /** Nobody purges what a policy had marked that is gone. */
    private static BackupStatus unmarked(Observed seen) {
        return seen.policy().isEmpty() && DeletionMark.isMarked(seen.status())
                ? DeletionMark.release(seen.status(), "its policy was deleted", seen.generation(), seen.now())
                : seen.status();
    }

    private static BackupPlan begin(Observed seen) {
        if (seen.replacedBy().isPresent()) {
            return fail(seen, Reason.Replaced, replaced(seen));
        }
        Optional<String> unknown = unknownTier(seen);
        if (unknown.isPresent()) {
            return fail(seen, Reason.InvalidSpec, unknown.get());
        }
        if (seen.policy().isPresent()) {
            return new BackupPlan(BackupStatuses.planned(seen, seen.policy().get()), List.of(), Optional.of(Duration.ZERO));
        }
        String message = "BackupPolicy " + seen.policyName() + " does not exist in namespace " + seen.backup().getMetadata().getNamespace()
                + "; create it, or name another one";
        Duration left = Duration.between(seen.now(), seen.created().plus(POLICY_GRACE));
        return left.isPositive()
                ? wait(seen, Reason.PolicyMissing.name(), message, left)
                : fail(seen, Reason.PolicyMissing, message);
    }

    /** A tier that the schedule knew a moment ago may be gone by now; that is no mistake of a person. */
    private static Optional<String> unknownTier(Observed seen) {
        if (seen.policy().isEmpty() || seen.backup().getSpec().slot() != null) {
            return Optional.empty();
        }
        List<String> known = seen.policy().get().getSpec().tiers().stream().map(TierSpec::name).toList();
        return seen.backup().getSpec().ofTiers().stream()
                .filter(tier -> !known.contains(tier))
                .findFirst()
                .map(tier -> "BackupPolicy " + seen.policyName() + " has no tier " + tier + (known.isEmpty() ? ", nor any other" : "; it has " + String.join(", ", known))
                        + ". Create another Backup with one of those, or without tiers: then it is kept until somebody deletes it");
    }

    private static String replaced(Observed seen) {
        return "Backup " + seen.replacedBy().orElseThrow() + " was due and took its place (concurrencyPolicy Replace)";
    }

    private static BackupPlan go(Observed seen, Attempt attempt, BackupJobs jobs, Duration startDeadline) {
        if (attempt.reason() != null) {
            return settle(seen, attempt, jobs, startDeadline);
        }
        if (attempt.startedAt() == null) {
            return start(seen, attempt, jobs, startDeadline);
        }
        Optional<JobView> job = seen.job(attempt.job());
        if (job.isEmpty()) {
            return seen.replacedBy().isPresent()
                    ? lost(seen, Reason.Replaced, replaced(seen))
                    : lost(seen, Reason.JobMissing, "Job " + attempt.job() + " was deleted before its result was seen");
        }
        Outcome outcome = job.get().outcome(seen.now());
        if (seen.replacedBy().isPresent() && !(outcome instanceof Outcome.Reported(BackupResult whole))) {
            return replace(seen, job.get(), outcome);
        }
        return switch (outcome) {
            case Outcome.Waiting waiting -> waitForStart(seen, job.get(), waiting, startDeadline);
            case Outcome.Running running -> new BackupPlan(BackupStatuses.running(seen), List.of(), Optional.of(LOOK_AGAIN));
            case Outcome.Reported reported -> ended(seen, reported.result());
            case Outcome.Exited exited -> lost(seen, Reason.InternalError, "the Job ran something else than a worker");
            case Outcome.Lost lost -> lost(seen, lost.reason(), cured(lost));
        };
    }

    /** What it left is looked at when its Pod is gone, not before: until then it may write. */
    private static BackupPlan replace(Observed seen, JobView job, Outcome outcome) {
        if (outcome.isOver()) {
            return lost(seen, Reason.Replaced, replaced(seen));
        }
        List<Step> steps = job.job().isPresent() ? List.of(new Step.DeleteJob(job.name())) : List.of();
        return new BackupPlan(seen.status(), steps, Optional.of(SOON));
    }

    private static String cured(Outcome.Lost lost) {
        String cure = lost.reason() == Reason.TimedOut ? "; raise spec.timeout of the policy, or see in the worker's log what was slow" : "";
        return lost.message() + cure + lost.account().map(account -> " (" + account + ")").orElse("");
    }

    private static BackupPlan start(Observed seen, Attempt attempt, BackupJobs jobs, Duration startDeadline) {
        if (seen.job(attempt.job()).isPresent()) {
            return new BackupPlan(BackupStatuses.started(seen), List.of(), Optional.of(Duration.ZERO));
        }
        Optional<JobView> taken = seen.named(attempt.job()).filter(view -> view.job().isPresent());
        if (taken.isPresent()) {
            boolean soonGone = taken.get().belongsToEarlier(BackupJobs.owner(seen)) && seen.now().isBefore(seen.created().plus(startDeadline));
            return soonGone
                    ? wait(seen, "Pending", "Job " + attempt.job() + " of an earlier Backup of this name is being removed", SOON)
                    : fail(seen, Reason.NameTaken, "a Job named " + attempt.job() + " exists and is not this Backup's; delete it or name the Backup otherwise");
        }
        if (seen.policy().isEmpty()) {
            return fail(seen, Reason.PolicyMissing, "BackupPolicy " + seen.policyName() + " was deleted before the Backup began; create it and another Backup");
        }
        return new BackupPlan(BackupStatuses.started(seen), List.of(new Step.CreateJob(jobs.backup(seen, attempt))), Optional.of(LOOK_AGAIN));
    }

    private static BackupPlan waitForStart(Observed seen, JobView job, Outcome.Waiting waiting, Duration startDeadline) {
        return job.overdue(startDeadline, seen.now())
                ? fail(seen, waiting.cause(), "the Pod did not start within " + startDeadline.toSeconds() + " s: " + waiting.reason() + ": " + waiting.message())
                : wait(seen, waiting.reason(), waiting.message(), shorter(job.left(startDeadline, seen.now()), LOOK_AGAIN));
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
        Optional<JobView> named = seen.named(attempt.settledBy());
        if (named.isEmpty()) {
            return new BackupPlan(seen.status(), List.of(new Step.CreateJob(jobs.settle(seen, attempt))), Optional.of(LOOK_AGAIN));
        }
        JobView job = named.get();
        if (!job.belongsTo(BackupJobs.owner(seen))) {
            boolean soonGone = job.belongsToEarlier(BackupJobs.owner(seen)) && seen.now().isBefore(attempt.finishedAt().plus(startDeadline));
            return soonGone ? patience(seen, SOON) : unsettled(seen, attempt, "a Job named " + job.name() + " exists and is not this Backup's");
        }
        return switch (job.outcome(seen.now())) {
            case Outcome.Reported(SettleResult(BackupResult completed, int objects, int uploads)) when completed != null -> complete(seen, completed);
            case Outcome.Reported(SettleResult settled) -> fail(seen, attempt.reason(), attempt.message() + ". Nothing of it is left in the store ("
                    + settled.removedObjects() + " objects and " + settled.abortedUploads() + " unfinished uploads removed)");
            case Outcome.Reported(FailureResult failure) -> unsettled(seen, attempt, failure.message());
            case Outcome.Reported _, Outcome.Exited _ -> unsettled(seen, attempt, "unexpected report");
            case Outcome.Lost lost -> unsettled(seen, attempt, lost.message());
            case Outcome.Running running -> patience(seen, LOOK_AGAIN);
            case Outcome.Waiting waiting -> job.overdue(startDeadline, seen.now())
                    ? unsettled(seen, attempt, waiting.reason() + ": " + waiting.message())
                    : patience(seen, shorter(job.left(startDeadline, seen.now()), LOOK_AGAIN));
        };
    }

    private static BackupPlan unsettled(Observed seen, Attempt attempt, String why) {
        return fail(seen, attempt.reason(), attempt.message() + ". What it left in the store could not be looked at (" + why
                + "); look under " + seen.status().location().url() + " before you delete it: with a manifest.json there the backup is complete");
    }

    private static BackupPlan complete(Observed seen, BackupResult result) {
        BackupStatus status = BackupStatuses.completed(seen, result);
        return new BackupPlan(status, List.of(new Step.Tell(false, "Completed", status.conditions().getFirst().getMessage())), Optional.of(Duration.ZERO));
    }

    private static BackupPlan fail(Observed seen, Reason reason, String message) {
        return new BackupPlan(
                BackupStatuses.failed(seen, reason, message), List.of(new Step.Tell(true, reason.name(), message)), Optional.of(Duration.ZERO));
    }

    private static BackupPlan wait(Observed seen, String reason, String message, Duration again) {
        return new BackupPlan(BackupStatuses.waiting(seen, reason, message), List.of(), Optional.of(again));
    }

    private static BackupPlan patience(Observed seen, Duration again) {
        return new BackupPlan(seen.status(), List.of(), Optional.of(again));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
