package dev.remuda.restore;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

import dev.remuda.api.Occasion;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.Versioned;
import dev.remuda.job.Labels;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.task.Reason;

/**
 * What to do next for a Restore, and the status that says so.
 *
 * <p>A Restore goes from step to step, and a step goes: planned (its Job's name is in the status) → started (its Job was created) → ended. Where
 * one ends the next is planned in the same write, so that a crash between any two writes changes nothing. A step whose cause of failure can
 * pass is begun again under the next number; after the last failure, what was left on the server is cleaned up.
 *
 * @param again when to look again though nothing changes; empty: not at all
 */
record RestorePlan(RestoreStatus status, List<Step> steps, Optional<Duration> again) {
    static final Duration LOOK_AGAIN = Duration.ofSeconds(15);
    static final Duration SOON = Duration.ofSeconds(1);

    /** Decides from what was seen alone: the same observation always gives the same plan. */
    static RestorePlan of(Observed seen, RestoreJobs jobs, Limits limits) {
        if (seen.status().hasEnded()) {
            boolean marked = Labels.isUnderWay(seen.restore()) || seen.restore().hasFinalizer(Labels.CLEAN_UP);
            return marked ? amend(seen, false) : Reporting.of(seen, jobs, limits).orElseGet(() -> Dropping.of(seen, jobs, limits));
        }
        if (seen.status().steps().isEmpty()) {
            return Sourcing.of(seen);
        }
        return seen.isUnderWayMarked() ? Stepping.of(seen, jobs, limits) : amend(seen, true); // before the first Job, and when somebody took it off
    }

    /** What to do instead of a plan that the API server refused to have carried out. */
    static RestorePlan refused(Observed seen, Refusal refusal, Limits limits) {
        if (refusal.isConflict()) {
            return stay(seen, SOON);
        }
        boolean creating = seen.status().step().filter(step -> step.startedAt() == null && step.finishedAt() == null).isPresent()
                && (seen.isUnderWayMarked() || seen.status().hasEnded());
        if (!creating) {
            return seen.status().hasEnded() || seen.status().steps().isEmpty()
                    ? stay(seen, LOOK_AGAIN) // what came of it is known; a mark that cannot be taken off, or a Job that cannot be deleted, does not change that
                    : wait(seen, "Refused", "the API server refuses: " + refusal.getMessage(), LOOK_AGAIN);
        }
        String message = "the API server refuses to create " + (seen.step().name() == RestoreStatus.StepName.SafetyBackup ? "the Backup: " : "the Job: ") + refusal.getMessage();
        if (refusal.isFinal()) {
            return Advancing.failed(seen, Reason.InvalidSpec, message + "; correct jobTemplate of the BackupPolicy and create another Restore");
        }
        return seen.awaitsArchive() || seen.now().isBefore(seen.before().plus(limits.start()))
                ? wait(seen, Reason.PodNotCreated.name(), message, LOOK_AGAIN)
                : Advancing.failed(seen, Reason.PodNotCreated, message);
    }

    /** What a Restore means that is not understood in whole is not known, so nothing is done for it. */
    static RestorePlan newer(Observed seen) {
        String why = seen.restore().newerVersion();
        RestoreStatus status = seen.restore().hasNewerStatus() || seen.status().hasEnded() ? seen.status() : Draft.of(seen).waiting(Versioned.NEWER, why).build();
        return new RestorePlan(status, List.of(new Step.Tell(true, Versioned.NEWER, why)), Optional.empty());
    }

    /** Label and finalizer come and go together, so that no deletion waits for a Restore that has nothing to clean up. */
    static RestorePlan amend(Observed seen, boolean underWay) {
        ObjectMetaBuilder meta = seen.restore().getMetadata().toBuilder().removeFromFinalizers(Labels.CLEAN_UP).withLabels(Labels.underWay(seen.restore(), underWay));
        Restore amended = new Restore();
        amended.setMetadata(underWay ? meta.addToFinalizers(Labels.CLEAN_UP).build() : meta.build());
        return new RestorePlan(seen.status(), List.of(new Step.Amend(amended)), Optional.of(Duration.ZERO));
    }

    static RestorePlan write(Draft draft, Duration again, Step... steps) {
        return new RestorePlan(draft.build(), List.of(steps), Optional.of(again));
    }

    static RestorePlan fail(Draft draft, Reason reason, String message) {
        return write(draft.failed(reason, message), Duration.ZERO, new Step.Tell(true, reason.name(), message, Occasion.RestoreFinished));
    }

    /** Of a Restore that has ended, what is waited for is no news. */
    static RestorePlan wait(Observed seen, String reason, String message, Duration again) {
        return seen.status().hasEnded() ? stay(seen, again) : write(Words.waiting(Draft.of(seen), seen, reason, message), again);
    }

    static RestorePlan stay(Observed seen, Duration again) {
        return new RestorePlan(seen.status(), List.of(), Optional.of(again));
    }

    static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
