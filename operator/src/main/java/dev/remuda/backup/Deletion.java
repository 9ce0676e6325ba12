package dev.remuda.backup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.remuda.api.BackupStatus;
import dev.remuda.api.DeletionPolicy;
import dev.remuda.job.JobView;
import dev.remuda.job.Labels;
import dev.remuda.job.Outcome;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.task.FailureResult;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.Reason;

/**
 * What to do for a Backup that is being deleted and whose data goes with it: purge, then let it go. A purge that fails is tried again every few
 * minutes for as long as it takes; a person ends that by setting the policy's deletionPolicy to Retain. In a namespace that is being deleted
 * nothing can be created, so there the data stays: it is never worth a namespace that hangs.
 *
 * @param again when to look again; empty: it may go
 */
record Deletion(BackupStatus status, List<Step> steps, Optional<Duration> again) {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);
    private static final Duration BETWEEN_TRIES = Duration.ofMinutes(5);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final String PURGE_FAILED = "PurgeFailed";

    /** @param restores names of Restores that read it at this moment */
    static Deletion of(Observed seen, List<String> restores, BackupJobs jobs, Duration startDeadline) {
        boolean retain = seen.policy().filter(policy -> policy.getSpec().deletionPolicy() == DeletionPolicy.Retain).isPresent();
        if (retain || seen.status().location() == null) {
            return release(seen);
        }
        Optional<JobView> job = seen.named(BackupJobs.purgeName(seen));
        if (job.isPresent() && !job.get().worksFor(BackupJobs.owner(seen))) {
            return waiting(seen, Reason.NameTaken.name(), "it cannot be purged: a Job named " + job.get().name() + " exists and is not this Backup's; delete that Job");
        }
        return job.isPresent() ? look(seen, job.get(), startDeadline) : begin(seen, restores, jobs);
    }

    /** What to do instead when the API server refuses to create the Job. */
    static Deletion refused(Observed seen, Refusal refusal) {
        if (refusal.isConflict()) {
            return new Deletion(seen.status(), List.of(), Optional.of(SOON));
        }
        return refusal.namespaceEnds()
                ? release(seen)
                : waiting(seen, Reason.PodNotCreated.name(), "the API server refuses to create the Job that purges it: " + refusal.getMessage());
    }

    private static String place(Observed seen) {
        return BackupJobs.copy(seen).map(copy -> "its copy " + copy.name()).orElse("the store");
    }

    private static Deletion begin(Observed seen, List<String> restores, BackupJobs jobs) {
        if (!restores.isEmpty()) {
            return waiting(seen, "Deleting", "it is purged when Restore " + String.join(", ", restores) + " has ended, which reads it");
        }
        return new Deletion(
                hasFailed(seen) ? seen.status() : BackupStatuses.deleting(seen, "Deleting", "Job " + BackupJobs.purgeName(seen) + " purges it from " + place(seen)),
                List.of(new Step.CreateJob(jobs.purge(seen))), Optional.of(LOOK_AGAIN));
    }

    private static Deletion look(Observed seen, JobView job, Duration startDeadline) {
        return switch (job.outcome(seen.now())) {
            case Outcome.Reported(MaintainResult result) when result.purged().contains(seen.backup().getMetadata().getUid()) ->
                purged(seen, job);
            case Outcome.Reported(MaintainResult result) -> failed(seen, job, why(result));
            case Outcome.Reported(FailureResult failure) -> failed(seen, job, failure.reason() + ": " + failure.message());
            case Outcome.Reported _, Outcome.Exited _ -> failed(seen, job, "unexpected report");
            case Outcome.Lost lost -> failed(seen, job, lost.reason() + ": " + lost.message());
            case Outcome.Waiting waiting when job.overdue(startDeadline, seen.now()) -> failed(seen, job, waiting.cause() + ": " + waiting.message());
            case Outcome.Waiting waiting -> new Deletion(seen.status(), List.of(), Optional.of(LOOK_AGAIN));
            case Outcome.Running running -> new Deletion(seen.status(), List.of(), Optional.of(LOOK_AGAIN));
        };
    }

    /** Where there was a copy, the next place has its turn. */
    private static Deletion purged(Observed seen, JobView job) {
        List<Step> done = List.of(new Step.DeleteJob(job.name()));
        return BackupJobs.copy(seen).map(copy -> new Deletion(seen.status().withoutCopy(copy.name()), done, Optional.of(SOON)))
                .orElseGet(() -> new Deletion(seen.status(), done, Optional.empty()));
    }

    private static String why(MaintainResult result) {
        return result.failed().stream().map(one -> one.reason() + ": " + one.message()).findFirst()
                .or(() -> result.spared().stream().map(MaintainResult.Spared::why).findFirst())
                .orElse("no cause was given");
    }

    /** The next try is made by deleting the Job of this one. */
    private static Deletion failed(Observed seen, JobView job, String why) {
        String message = "its data could not be purged from " + place(seen) + " (" + why + "); this is tried again. To keep the data and let the Backup go, set deletionPolicy: Retain in BackupPolicy "
                + seen.policyName() + ", or take the finalizer " + Labels.PURGE + " from this Backup when that is gone";
        boolean again = job.overdue(BETWEEN_TRIES, seen.now());
        List<Step> steps = new ArrayList<>();
        if (!hasFailed(seen)) {
            steps.add(new Step.Tell(true, PURGE_FAILED, message));
        }
        if (again) {
            steps.add(new Step.DeleteJob(job.name()));
        }
        return new Deletion(BackupStatuses.deleting(seen, PURGE_FAILED, message), steps, Optional.of(again ? SOON : LOOK_AGAIN));
    }

    /** Whether a try before failed, of which whoever watches has been told. */
    private static boolean hasFailed(Observed seen) {
        return seen.status().conditions().stream().anyMatch(condition -> PURGE_FAILED.equals(condition.getReason()));
    }

    private static Deletion waiting(Observed seen, String reason, String message) {
        return new Deletion(BackupStatuses.deleting(seen, reason, message), List.of(), Optional.of(LOOK_AGAIN));
    }

    private static Deletion release(Observed seen) {
        return new Deletion(seen.status(), List.of(), Optional.empty());
    }
}
