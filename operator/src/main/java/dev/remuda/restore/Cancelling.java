package dev.remuda.restore;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.remuda.api.RestoreStatus;
import dev.remuda.job.JobView;
import dev.remuda.job.Outcome;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.task.CleanUpResult;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;

/**
 * What to do for a Restore that is deleted while it is under way: stop its Job, drop what it has left on the server, let it go. When that cannot
 * be done within some minutes it goes all the same, and an Event names what is left: a database too many is not worth a namespace that hangs.
 *
 * @param again when to look again; empty: it may go
 */
record Cancelling(RestoreStatus status, List<Step> steps, Optional<Duration> again) {
    static final Duration AT_MOST = Duration.ofMinutes(10);

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
    private static final Duration BETWEEN_TRIES = Duration.ofMinutes(1);

    /** A Job that was being created when the Restore was deleted exists by then. */
    private static final Duration SETTLING = Duration.ofSeconds(5);

    /** @param cleanUp the Job of the name that the last clean-up has, whoever's it is, while it exists */
    static Cancelling of(Observed seen, Optional<JobView> cleanUp, RestoreJobs jobs, Limits limits) {
        RestoreStatus status = seen.status();
        if (status.hasEnded() || !CleaningUp.mayBeLeft(status) || status.target() == null) {
            return release(seen);
        }
        if (!seen.now().isBefore(deleted(seen).plus(AT_MOST))) {
            return new Cancelling(status, List.of(new Step.Tell(true, Reason.TimedOut.name(), leftBehind(seen))), Optional.empty());
        }
        Optional<JobView> own = seen.ownJob();
        if (own.filter(job -> !job.outcome(seen.now()).isOver()).isPresent()) {
            boolean there = own.get().job().isPresent();
            return waiting(seen, "it is being deleted: Job " + own.get().name() + " is being stopped", there ? List.of(new Step.DeleteJob(own.get().name())) : List.of());
        }
        if (own.isEmpty() && seen.now().isBefore(deleted(seen).plus(SETTLING))) {
            return waiting(seen, "it is being deleted", List.of());
        }
        return cleanUp.isPresent() ? look(seen, cleanUp.get(), limits) : begin(seen, jobs);
    }

    /** What to do instead when the API server refuses. */
    static Cancelling refused(Observed seen, Refusal refusal) {
        if (refusal.isConflict()) {
            return new Cancelling(seen.status(), List.of(), Optional.of(LOOK_AGAIN));
        }
        return refusal.namespaceEnds()
                ? release(seen)
                : waiting(seen, "it is being deleted, but the API server refuses: " + refusal.getMessage(), List.of());
    }

    private static Cancelling begin(Observed seen, RestoreJobs jobs) {
        String message = "it is being deleted: Job " + RestoreJobs.cancelName(seen.name()) + " drops what it has left on the server";
        return waiting(seen, message, List.of(new Step.CreateJob(jobs.cancel(seen))));
    }

    private static Cancelling look(Observed seen, JobView job, Limits limits) {
        if (!job.worksFor(seen.owner())) {
            return failed(seen, job, "a Job named " + job.name() + " exists and is not this Restore's; delete that Job", false);
        }
        return switch (job.outcome(seen.now())) {
            case Outcome.Reported(CleanUpResult left) -> new Cancelling(seen.status(), farewell(seen, job, left), Optional.empty());
            case Outcome.Reported(FailureResult failure) -> failed(seen, job, failure.reason() + ": " + failure.message(), true);
            case Outcome.Reported _, Outcome.Exited _ -> failed(seen, job, "unexpected report", true);
            case Outcome.Lost lost -> failed(seen, job, lost.reason() + ": " + lost.message(), true);
            case Outcome.Waiting waiting when job.overdue(limits.start(), seen.now()) -> failed(seen, job, waiting.cause() + ": " + waiting.message(), true);
            case Outcome.Waiting waiting -> new Cancelling(seen.status(), List.of(), Optional.of(LOOK_AGAIN));
            case Outcome.Running running -> new Cancelling(seen.status(), List.of(), Optional.of(LOOK_AGAIN));
        };
    }

    private static List<Step> farewell(Observed seen, JobView job, CleanUpResult left) {
        Step delete = new Step.DeleteJob(job.name());
        boolean kept = left.restored() && left.switched() != null && left.switched().replacedOid() != null;
        Long before = seen.status().targetOid();
        if (!left.restored() && before != null && !before.equals(left.oid())) {
            return List.of(delete, new Step.Tell(true, "TargetGone", "the Restore was deleted when the target had been dropped already. " + CleaningUp.state(seen, left.oid())));
        }
        return kept
                ? List.of(delete, new Step.Tell(true, "OldDatabaseKept", "the Restore was deleted after " + Words.database(seen.status()) + " had been restored; the old one is kept as "
                        + seen.replacedName().orElseThrow() + " until somebody drops it by hand"))
                : List.of(delete);
    }

    /** The next try is made by deleting the Job of this one. */
    private static Cancelling failed(Observed seen, JobView job, String why, boolean ours) {
        boolean again = ours && job.overdue(BETWEEN_TRIES, seen.now());
        String message = "it is being deleted, but what it has left on the server could not be dropped (" + why + "); this is tried until "
                + deleted(seen).plus(AT_MOST) + ", then it goes all the same";
        return waiting(seen, message, again ? List.of(new Step.DeleteJob(job.name())) : List.of());
    }

    private static String leftBehind(Observed seen) {
        return "the Restore was deleted while it was under way, and what it has left on the server of " + Words.database(seen.status()) + " could not be dropped within "
                + AT_MOST.toMinutes() + " minutes: look at that database before you trust it. Databases " + String.join(" and ", CleaningUp.sides(seen.uid()))
                + " may be left; drop them by hand" + Optional.ofNullable(seen.status().safetyBackup()).map(name -> ". Backup " + name + " holds its data as it was before").orElse("");
    }

    private static Instant deleted(Observed seen) {
        return Instant.parse(seen.restore().getMetadata().getDeletionTimestamp());
    }

    private static Cancelling waiting(Observed seen, String message, List<Step> steps) {
        return new Cancelling(Draft.of(seen).waiting("Cancelling", message).build(), steps, Optional.of(LOOK_AGAIN));
    }

    private static Cancelling release(Observed seen) {
        return new Cancelling(seen.status(), List.of(), Optional.empty());
    }
}
