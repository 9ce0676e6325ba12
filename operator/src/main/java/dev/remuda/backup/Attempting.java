package dev.remuda.backup;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.remuda.api.Attempt;
import dev.remuda.api.BackupPolicySpec;
import dev.remuda.job.JobView;
import dev.remuda.job.Outcome;
import dev.remuda.job.Step;
import dev.remuda.task.BackupResult;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.Result;

/** One attempt: planned → started → ended by itself, or stopped, and then over only when its Pod is gone: until then it may write. */
final class Attempting {
    /** A worker that its own Pod's deadline ends gives an account, so the operator ends only what outlives that. */
    private static final Duration DEADLINE_GRACE = Duration.ofMinutes(1);

    /** A Backup that rests must see that another takes its place, and that the clock was set. */
    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);

    private Attempting() {}

    static BackupPlan of(Observed seen, Attempt attempt, BackupJobs jobs, Duration startDeadline) {
        if (attempt.endsEarly()) {
            return stop(seen, attempt, startDeadline);
        }
        return attempt.startedAt() == null ? start(seen, attempt, jobs, startDeadline) : look(seen, attempt, startDeadline);
    }

    private static BackupPlan start(Observed seen, Attempt attempt, BackupJobs jobs, Duration startDeadline) {
        if (seen.job(attempt.job()).isPresent()) {
            return new BackupPlan(BackupStatuses.started(seen), List.of(), Optional.of(Duration.ZERO));
        }
        if (seen.replacedBy().isPresent()) {
            return BackupPlan.fail(seen, BackupPlan.replaced(seen));
        }
        Duration rest = Trying.rests(seen);
        if (rest.isPositive()) {
            return BackupPlan.patience(seen, BackupPlan.shorter(rest, LONGEST_SLEEP));
        }
        Optional<JobView> taken = seen.named(attempt.job()).filter(view -> view.job().isPresent());
        if (taken.isPresent()) {
            boolean soonGone = taken.get().belongsToEarlier(BackupJobs.owner(seen)) && seen.now().isBefore(seen.created().plus(startDeadline));
            return soonGone
                    ? BackupPlan.wait(seen, "Pending", "Job " + attempt.job() + " of an earlier Backup of this name is being removed", BackupPlan.SOON)
                    : BackupPlan.fail(seen, new Cause(
                            Reason.NameTaken, "a Job named " + attempt.job() + " exists and is not this Backup's; delete it or name the Backup otherwise"));
        }
        if (seen.spec().isEmpty()) {
            return BackupPlan.fail(seen, new Cause(
                    Reason.PolicyMissing, "BackupPolicy " + seen.policyName() + " was deleted before the Backup began; create it and another Backup"));
        }
        BackupPolicySpec spec = seen.spec().get();
        return Trying.left(seen, spec).toSeconds() < 1
                ? BackupPlan.fail(seen, new Cause(Reason.TimedOut, "attempt " + attempt.number() + " could not begin within spec.timeout of the policy (" + spec.timeout() + ")"
                        + before(seen)))
                : new BackupPlan(BackupStatuses.started(seen), List.of(new Step.CreateJob(jobs.backup(seen, attempt))), Optional.of(BackupPlan.LOOK_AGAIN));
    }

    private static String before(Observed seen) {
        int before = seen.status().attempts().size() - 1;
        return before < 1 ? "" : "; the one before failed: " + seen.status().attempts().get(before - 1).message();
    }

    private static BackupPlan look(Observed seen, Attempt attempt, Duration startDeadline) {
        Optional<JobView> job = seen.job(attempt.job());
        if (job.isEmpty()) {
            return lost(seen, seen.replacedBy().isPresent()
                    ? BackupPlan.replaced(seen)
                    : new Cause(Reason.JobMissing, "Job " + attempt.job() + " was deleted before its result was seen"));
        }
        Outcome outcome = job.get().outcome(seen.now());
        if (seen.replacedBy().isPresent() && !(outcome instanceof Outcome.Reported(BackupResult whole))) {
            Cause replaced = BackupPlan.replaced(seen);
            return outcome.isOver() ? lost(seen, replaced) : stopping(seen, replaced, outcome instanceof Outcome.Running);
        }
        return switch (outcome) {
            case Outcome.Reported(BackupResult whole) -> BackupPlan.complete(seen, whole);
            case Outcome.Waiting waiting -> overtime(seen, job.get(), waiting, startDeadline)
                    .map(cause -> stopping(seen, cause, false))
                    .orElseGet(() -> wait(seen, job.get(), waiting, startDeadline));
            case Outcome.Running running -> overtime(seen)
                    .map(cause -> stopping(seen, cause, true))
                    .orElseGet(() -> new BackupPlan(BackupStatuses.running(seen), List.of(), Optional.of(BackupPlan.LOOK_AGAIN)));
            case Outcome.Reported(Result result) -> ended(seen, result);
            case Outcome.Exited exited -> lost(seen, new Cause(Reason.InternalError, "the Job ran something else than a worker"));
            case Outcome.Lost lost when !lost.began() -> BackupPlan.failed(seen, waitedFor(seen, lost));
            case Outcome.Lost lost -> lost(seen, cause(lost));
        };
    }

    /** The trouble that stands in the status when the Pod's own deadline came first. */
    private static Cause waitedFor(Observed seen, Outcome.Lost lost) {
        return seen.status().conditions().stream()
                .findFirst()
                .flatMap(known -> Stream.of(Reason.values()).filter(reason -> reason.name().equals(known.getReason())).findFirst().map(reason -> new Cause(
                        reason, lost.message() + ": " + known.getMessage())))
                .orElseGet(() -> cause(lost));
    }

    /** Why a Pod that has not started need not start any more. */
    private static Optional<Cause> overtime(Observed seen, JobView job, Outcome.Waiting waiting, Duration startDeadline) {
        Optional<BackupPolicySpec> late = seen.spec().filter(spec -> !Trying.left(seen, spec).isPositive());
        boolean overdue = job.overdue(startDeadline, seen.now());
        if (!overdue && late.isEmpty()) {
            return Optional.empty();
        }
        String limit = overdue ? startDeadline.toSeconds() + " s" : "spec.timeout of the policy (" + late.get().timeout() + ")";
        return Optional.of(new Cause(waiting.cause(), "the Pod did not start within " + limit + ": " + waiting.said()));
    }

    private static Optional<Cause> overtime(Observed seen) {
        return seen.spec()
                .filter(spec -> Trying.left(seen, spec).plus(DEADLINE_GRACE).isNegative())
                .map(spec -> new Cause(
                        Reason.TimedOut, "it took longer than spec.timeout of the policy (" + spec.timeout() + "); raise that, or see in the worker's log what was slow"));
    }

    private static BackupPlan wait(Observed seen, JobView job, Outcome.Waiting waiting, Duration startDeadline) {
        Duration left = seen.spec().map(spec -> Trying.left(seen, spec)).orElse(startDeadline);
        Duration again = BackupPlan.shorter(BackupPlan.shorter(job.left(startDeadline, seen.now()), left), BackupPlan.LOOK_AGAIN);
        return BackupPlan.wait(seen, waiting.word(), waiting.words(), again);
    }

    private static Cause cause(Outcome.Lost lost) {
        String cure = lost.reason() == Reason.TimedOut ? "; raise spec.timeout of the policy, or see in the worker's log what was slow" : "";
        return new Cause(lost.reason(), lost.message() + cure + lost.account().map(account -> " (" + account + ")").orElse(""));
    }

    private static BackupPlan ended(Observed seen, Result result) {
        return switch (result) {
            case FailureResult failure when failure.leftovers() -> lost(seen, Cause.of(failure));
            case FailureResult failure -> BackupPlan.failed(seen, Cause.of(failure));
            default -> lost(seen, new Cause(Reason.InternalError, "the worker reported something else than a backup: " + result.getClass().getSimpleName()));
        };
    }

    /** The cause is kept in the attempt; the next look at the Backup settles it. */
    private static BackupPlan lost(Observed seen, Cause cause) {
        return new BackupPlan(BackupStatuses.lost(seen, cause), List.of(), Optional.of(Duration.ZERO));
    }

    /** The cause is written down first, for when the Job is gone nothing else tells of it. */
    private static BackupPlan stopping(Observed seen, Cause cause, boolean began) {
        return new BackupPlan(BackupStatuses.stopping(seen, cause, began), List.of(), Optional.of(Duration.ZERO));
    }

    private static BackupPlan stop(Observed seen, Attempt attempt, Duration startDeadline) {
        Cause cause = Cause.of(attempt);
        Optional<JobView> job = seen.job(attempt.job());
        Optional<Outcome> outcome = job.map(view -> view.outcome(seen.now()));
        if (outcome.isPresent() && outcome.get() instanceof Outcome.Reported(BackupResult whole)) {
            return BackupPlan.complete(seen, whole);
        }
        boolean began = attempt.settledBy() != null || outcome.filter(Attempting::mayHaveBegun).isPresent();
        if (outcome.filter(now -> !now.isOver()).isPresent()) {
            boolean orphan = job.get().isOrphaned() && outcome.get() instanceof Outcome.Waiting && job.get().overdue(startDeadline, seen.now());
            return orphan ? abandoned(seen, cause, job.get()) : new BackupPlan(BackupStatuses.stopping(seen, cause, began), removal(job.get()), Optional.of(BackupPlan.SOON));
        }
        return began ? lost(seen, cause) : BackupPlan.failed(seen, cause);
    }

    private static boolean mayHaveBegun(Outcome outcome) {
        return !(outcome instanceof Outcome.Waiting) && !(outcome instanceof Outcome.Lost lost && !lost.began());
    }

    private static List<Step> removal(JobView job) {
        return job.job().filter(known -> known.getMetadata().getDeletionTimestamp() == null).<List<Step>>map(known -> List.of(new Step.DeleteJob(job.name()))).orElse(List.of());
    }

    /** A Pod whose Job was taken from it goes by nobody's hand; while it may still begin, no other attempt is made. */
    private static BackupPlan abandoned(Observed seen, Cause cause, JobView job) {
        String pod = job.pod().orElseThrow().getMetadata().getName();
        return BackupPlan.fail(seen, cause.and(". Its Job was deleted without its Pod, which still waits: kubectl delete pod " + pod));
    }
}
