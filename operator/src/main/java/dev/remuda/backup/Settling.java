package dev.remuda.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.remuda.api.Attempt;
import dev.remuda.job.JobView;
import dev.remuda.job.Outcome;
import dev.remuda.job.Step;
import dev.remuda.task.BackupResult;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.SettleResult;

/**
 * What an attempt's worker left in the store is looked at by another Job: a manifest means that the backup is complete after all, anything else
 * is removed. Only then is another attempt made, so that one Backup never has two places in the store.
 */
final class Settling {
    /** A store that is away for a while is usual, and the very cause of many a lost attempt. */
    private static final int LOOKS = 5;

    private static final Duration FIRST_REST = Duration.ofMinutes(1);

    private Settling() {}

    static BackupPlan of(Observed seen, Attempt attempt, BackupJobs jobs, Duration startDeadline) {
        Optional<JobView> named = seen.named(attempt.settledBy());
        if (named.isEmpty()) {
            Duration rest = Trying.within(Duration.between(seen.now(), since(attempt)), rest(attempt.looked() - 1));
            return rest.isPositive() ? BackupPlan.patience(seen, rest) : look(seen, attempt, jobs);
        }
        JobView job = named.get();
        if (!job.belongsTo(BackupJobs.owner(seen))) {
            boolean soonGone = job.belongsToEarlier(BackupJobs.owner(seen)) && seen.now().isBefore(since(attempt).plus(startDeadline));
            return soonGone ? BackupPlan.patience(seen, BackupPlan.SOON) : unsettled(seen, attempt, "a Job named " + job.name() + " exists and is not this Backup's");
        }
        return switch (job.outcome(seen.now())) {
            case Outcome.Reported(SettleResult(BackupResult completed, int objects, int uploads)) when completed != null -> BackupPlan.complete(seen, completed);
            case Outcome.Reported(SettleResult settled) -> BackupPlan.failed(seen, Cause.of(attempt).and(". Nothing of it is left in the store ("
                    + settled.removedObjects() + " objects and " + settled.abortedUploads() + " unfinished uploads removed)"));
            case Outcome.Reported(FailureResult failure) -> again(seen, attempt, failure.reason(), failure.message());
            case Outcome.Reported _, Outcome.Exited _ -> unsettled(seen, attempt, "unexpected report");
            case Outcome.Lost lost -> again(seen, attempt, lost.reason(), lost.message());
            case Outcome.Running running -> BackupPlan.patience(seen, BackupPlan.LOOK_AGAIN);
            case Outcome.Waiting waiting -> job.overdue(startDeadline, seen.now())
                    ? again(seen, attempt, waiting.cause(), waiting.said())
                    : BackupPlan.patience(seen, BackupPlan.shorter(job.left(startDeadline, seen.now()), BackupPlan.LOOK_AGAIN));
        };
    }

    /** The Job before it may still wait for a node; two that look at the same time could find half of what the other one removes. */
    private static BackupPlan look(Observed seen, Attempt attempt, BackupJobs jobs) {
        List<Step> steps = new ArrayList<>();
        if (attempt.looked() > 1) {
            steps.add(new Step.DeleteJob(BackupJobs.settleName(seen, attempt.number(), attempt.looked() - 1)));
        }
        steps.add(new Step.CreateJob(jobs.settle(seen, attempt)));
        return new BackupPlan(seen.status(), steps, Optional.of(BackupPlan.LOOK_AGAIN));
    }

    private static BackupPlan unsettled(Observed seen, Attempt attempt, String why) {
        return BackupPlan.fail(seen, Cause.of(attempt).and(". What it left in the store could not be looked at (" + why
                + "); look under " + seen.status().location().url() + " before you delete it: with a manifest.json there the backup is complete"));
    }

    /** @param why the Job could not look, or could not be made */
    static BackupPlan again(Observed seen, Attempt attempt, Reason reason, String why) {
        boolean passes = reason.canPass() || reason == Reason.TimedOut; // a store that is silent takes the Job's time
        if (!passes || attempt.looked() >= LOOKS) {
            return unsettled(seen, attempt, why);
        }
        Duration rest = rest(attempt.looked());
        return new BackupPlan(BackupStatuses.lookedAtAgain(seen, rest, why), List.of(), Optional.of(rest));
    }

    /** The rest after so many looks: 1, 2, 4, 8 minutes, whatever the policy says of attempts. */
    private static Duration rest(int looks) {
        return looks < 1 ? Duration.ZERO : FIRST_REST.multipliedBy(1L << (looks - 1));
    }

    /** Since when the present look is due. */
    static Instant since(Attempt attempt) {
        return attempt.nextLookAt() == null ? attempt.finishedAt() : attempt.nextLookAt();
    }
}
