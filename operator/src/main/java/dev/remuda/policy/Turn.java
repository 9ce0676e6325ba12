package dev.remuda.policy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import dev.remuda.api.StoreJob;
import dev.remuda.job.JobView;
import dev.remuda.job.Outcome;
import dev.remuda.job.Step;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.Result;

/** How a Job for the store stands, that the status plans: first its name is written down, then it is created, so that none is made twice. */
sealed interface Turn<R extends Result> {
    /** It is planned, and there is none. */
    record Create<R extends Result>() implements Turn<R> {}

    /** It was created, and the status does not say so yet. */
    record Begun<R extends Result>() implements Turn<R> {}

    /** It is planned, and somebody else's has that name. */
    record NameTaken<R extends Result>() implements Turn<R> {}

    /** It works, or waits to. */
    record GoesOn<R extends Result>() implements Turn<R> {}

    /** It did its work. */
    record Ended<R extends Result>(R result) implements Turn<R> {}

    /** It did not. @param steps that end what is left of it */
    record Failed<R extends Result>(Reason reason, String message, List<Step> steps) implements Turn<R> {}

    /** @param found the Job of that name, whoever's it is, while it exists @param wanted what its worker reports */
    static <R extends Result> Turn<R> of(Observed seen, StoreJob job, Optional<JobView> found, Class<R> wanted, Duration startDeadline) {
        if (job.toBeCreated()) {
            return found.isEmpty() ? new Create<>() : found.get().belongsTo(seen.owner()) ? new Begun<>() : new NameTaken<>();
        }
        return found.filter(view -> view.belongsTo(seen.owner()))
                .map(view -> look(seen, job, view, wanted, startDeadline))
                .orElseGet(() -> failed(Reason.JobMissing, "Job " + job.name() + " was deleted before its result was seen"));
    }

    private static <R extends Result> Turn<R> look(Observed seen, StoreJob job, JobView view, Class<R> wanted, Duration startDeadline) {
        return switch (view.outcome(seen.now())) {
            case Outcome.Reported(FailureResult failure) -> failed(failure.reason(), failure.message());
            case Outcome.Reported(Result result) when wanted.isInstance(result) -> new Ended<>(wanted.cast(result));
            case Outcome.Reported _, Outcome.Exited _ -> failed(Reason.InternalError, "the worker reported something else than a " + wanted.getSimpleName());
            case Outcome.Lost lost -> failed(lost.reason(), lost.message());
            case Outcome.Waiting waiting when view.overdue(startDeadline, seen.now()) -> failed(
                    waiting.cause(), "the Pod did not start within " + startDeadline.toSeconds() + " s: " + waiting.said(), new Step.DeleteJob(job.name()));
            case Outcome.Waiting _, Outcome.Running _ -> new GoesOn<>();
        };
    }

    private static <R extends Result> Turn<R> failed(Reason reason, String message, Step... steps) {
        return new Failed<>(reason, message, List.of(steps));
    }
}
