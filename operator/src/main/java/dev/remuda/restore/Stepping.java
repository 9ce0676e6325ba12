package dev.remuda.restore;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import dev.remuda.api.Phase;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.JobView;
import dev.remuda.job.Outcome;
import dev.remuda.job.Step;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.Result;

/** The present step: planned → started → ended, with the Job that does it. */
final class Stepping {
    private static final Duration FIRST_REST = Duration.ofSeconds(10);

    private Stepping() {}

    static RestorePlan of(Observed seen, RestoreJobs jobs, Limits limits) {
        RestoreStatus.Step step = seen.step();
        if (step.name() == null) {
            return RestorePlan.wait(
                    seen, "UnknownStep", "Job " + step.job() + " does a step that only a newer operator knows; install that again", RestorePlan.LOOK_AGAIN);
        }
        if (step.finishedAt() != null) {
            return awaitArchive(seen, limits);
        }
        if (step.reason() != null) {
            return stop(seen, step);
        }
        if (step.startedAt() == null) {
            return start(seen, jobs, limits);
        }
        return step.name() == StepName.SafetyBackup ? SafetyBackup.look(seen) : look(seen, limits);
    }

    /** How long the present step still rests, because it has failed before. */
    static Duration rest(Observed seen) {
        return seen.failures() == 0 ? Duration.ZERO : Duration.between(seen.now(), seen.before().plus(rest(seen.failures())));
    }

    static Duration rest(int failures) {
        return FIRST_REST.multipliedBy(1L << (failures - 1));
    }

    private static RestorePlan awaitArchive(Observed seen, Limits limits) {
        Duration left = Duration.between(seen.now(), seen.step().finishedAt().plus(limits.archivePoll()));
        return left.isPositive()
                ? RestorePlan.stay(seen, left)
                : RestorePlan.write(Draft.of(seen).plan(StepName.Preflight), Duration.ZERO);
    }

    private static RestorePlan start(Observed seen, RestoreJobs jobs, Limits limits) {
        RestoreStatus.Step step = seen.step();
        Duration rest = step.name() == StepName.Drop ? Duration.ZERO : rest(seen);
        if (rest.isPositive()) {
            return RestorePlan.stay(seen, rest);
        }
        if (step.name() == StepName.SafetyBackup) {
            return SafetyBackup.start(seen);
        }
        if (seen.ownJob().isPresent()) {
            return RestorePlan.write(started(seen), Duration.ZERO);
        }
        Optional<JobView> taken = seen.job().filter(view -> view.job().isPresent());
        if (taken.isPresent()) {
            boolean soonGone = taken.get().belongsToEarlier(seen.owner()) && seen.now().isBefore(seen.before().plus(limits.start()));
            return soonGone
                    ? RestorePlan.wait(seen, "Pending", "Job " + step.job() + " of an earlier Restore of this name is being removed", RestorePlan.SOON)
                    : Advancing.failed(
                            seen, Reason.NameTaken, "a Job named " + step.job() + " exists and is not this Restore's; delete it or name the Restore otherwise");
        }
        if (step.name() == StepName.Report && Reporting.shelf(seen).isEmpty()) {
            return Reporting.failed(seen, Reason.BackupMissing, "the Backup, or the BackupPolicy that policyRef names, was deleted");
        }
        Optional<String> gone = RestoreJobs.READING.contains(step.name()) ? Sourcing.gone(seen) : Optional.empty();
        return gone.isPresent()
                ? Advancing.failed(seen, Reason.BackupMissing, gone.get())
                : RestorePlan.write(started(seen), RestorePlan.LOOK_AGAIN, new Step.CreateJob(jobs.of(seen)));
    }

    static Draft started(Observed seen) {
        Draft draft = Draft.of(seen).started();
        return seen.status().hasEnded() ? draft : Words.waiting(draft, seen, seen.step().name().name(), "");
    }

    private static RestorePlan look(Observed seen, Limits limits) {
        if (seen.ownJob().isEmpty()) {
            return Advancing.failed(seen, Reason.JobMissing, "Job " + seen.step().job() + " was deleted before its result was seen");
        }
        JobView job = seen.ownJob().get();
        return switch (job.outcome(seen.now())) {
            case Outcome.Waiting waiting -> waitForStart(seen, job, waiting, limits);
            case Outcome.Running running -> running(seen);
            case Outcome.Reported(Result result) -> Advancing.reported(seen, result);
            case Outcome.Exited(int code) -> Advancing.exited(seen, code);
            case Outcome.Lost lost -> Advancing.failed(seen, lost.reason(), cured(seen, lost));
        };
    }

    private static RestorePlan running(Observed seen) {
        if (seen.status().hasEnded()) {
            return RestorePlan.stay(seen, RestorePlan.LOOK_AGAIN);
        }
        Draft draft = Draft.of(seen).phase(Phase.Running);
        seen.progress().ifPresent(draft::progress);
        return RestorePlan.write(Words.waiting(draft, seen, seen.step().name().name(), ""), RestorePlan.LOOK_AGAIN);
    }

    private static RestorePlan waitForStart(Observed seen, JobView job, Outcome.Waiting waiting, Limits limits) {
        Duration left = job.left(limits.start(), seen.now());
        if (left.isPositive()) {
            return RestorePlan.wait(seen, waiting.word(), waiting.words(), RestorePlan.shorter(left, RestorePlan.LOOK_AGAIN));
        }
        String message = "the Pod did not start within " + limits.start().toSeconds() + " s: " + waiting.said();
        return RestorePlan.write(Draft.of(seen).stopping(waiting.cause(), message), Duration.ZERO);
    }

    /** The next step begins when the Pod is gone, not before: it may have started at the last moment, and even have done its work. */
    private static RestorePlan stop(Observed seen, RestoreStatus.Step step) {
        Optional<Outcome> outcome = seen.ownJob().map(job -> job.outcome(seen.now()));
        if (outcome.isPresent() && outcome.get() instanceof Outcome.Reported(Result result) && !(result instanceof FailureResult)) {
            return Advancing.reported(seen, result);
        }
        if (outcome.filter(now -> !now.isOver()).isEmpty()) {
            return Advancing.failed(seen, step.reason(), step.message());
        }
        boolean there = seen.ownJob().orElseThrow().job().isPresent();
        return new RestorePlan(seen.status(), there ? List.of(new Step.DeleteJob(step.job())) : List.of(), Optional.of(RestorePlan.SOON));
    }

    private static String cured(Observed seen, Outcome.Lost lost) {
        boolean own = seen.step().name() == StepName.Restore && lost.reason() == Reason.TimedOut;
        return lost.message() + (own ? "; raise spec.timeout, or see in the worker's log what was slow" : "") + lost.account().map(account -> ". " + account).orElse("");
    }
}
