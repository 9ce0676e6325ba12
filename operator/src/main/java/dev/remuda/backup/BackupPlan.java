package dev.remuda.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.remuda.api.Attempt;
import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Durations;
import dev.remuda.api.Occasion;
import dev.remuda.api.Phase;
import dev.remuda.api.TierSpec;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.status.DeletionMark;
import dev.remuda.status.Trust;
import dev.remuda.task.BackupResult;
import dev.remuda.task.Reason;

/**
 * What to do next for a Backup, and the status that says so.
 *
 * <p>An attempt goes: planned (its Job's name is in the status) → started (its Job was created) → ended. An attempt whose worker left no
 * word, or left something in the store, is settled by a second Job: a manifest found there means it is complete after all. An attempt that
 * failed for a cause that can pass is followed by another, planned in the same write. What a Failed Backup has left in the cluster is removed
 * after its status is written, so that a crash between the two changes nothing.
 *
 * @param again when to look again though nothing changes; empty: not at all
 */
record BackupPlan(BackupStatus status, List<Step> steps, Optional<Duration> again) {

    private static final Duration POLICY_GRACE = Duration.ofMinutes(1);
    static final Duration LOOK_AGAIN = Duration.ofSeconds(15);
    static final Duration SOON = Duration.ofSeconds(1);

    /** Decides from what was seen alone: the same observation always gives the same plan. */
    static BackupPlan of(Observed seen, BackupJobs jobs, Duration startDeadline) {
        Optional<Backup> amended = Belonging.amended(seen);
        if (amended.isPresent()) {
            return new BackupPlan(seen.status(), List.of(new Step.Amend(amended.get())), Optional.of(Duration.ZERO));
        }
        if (seen.status().hasEnded()) {
            return tidy(seen);
        }
        if (seen.attempt().isEmpty()) {
            return begin(seen);
        }
        Attempt attempt = seen.attempt().get();
        return attempt.finishedAt() == null ? Attempting.of(seen, attempt, jobs, startDeadline) : Settling.of(seen, attempt, jobs, startDeadline);
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
        boolean settling = attempt.finishedAt() != null;
        if (attempt.endsEarly()) {
            return patience(seen, LOOK_AGAIN); // the removal of its Job was refused
        }
        Instant since = settling ? Settling.since(attempt) : Trying.beginsAt(seen);
        String message = "the API server refuses to create the Job: " + refusal.getMessage();
        if (!refusal.isFinal() && seen.now().isBefore(since.plus(startDeadline))) {
            return settling
                    ? patience(seen, LOOK_AGAIN)
                    : wait(seen, Reason.PodNotCreated.name(), message, LOOK_AGAIN);
        }
        if (settling) {
            return Settling.again(seen, attempt, refusal.isFinal() ? Reason.InvalidSpec : Reason.PodNotCreated, message);
        }
        return refusal.isFinal()
                ? fail(seen, new Cause(Reason.InvalidSpec, message + "; correct jobTemplate of BackupPolicy " + seen.policyName() + " and create another Backup"))
                : failed(seen, new Cause(Reason.PodNotCreated, message));
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
            return fail(seen, replaced(seen));
        }
        if (seen.found().isPresent() && seen.policy().isPresent()) {
            return new BackupPlan(BackupStatuses.found(seen, seen.policy().get(), seen.found().get()), List.of(), Optional.of(Duration.ZERO));
        }
        Optional<String> unknown = unknownTier(seen);
        if (unknown.isPresent()) {
            return fail(seen, new Cause(Reason.InvalidSpec, unknown.get()));
        }
        if (seen.policy().isPresent()) {
            return new BackupPlan(BackupStatuses.planned(seen, seen.policy().get()), List.of(), Optional.of(Duration.ZERO));
        }
        String message = "BackupPolicy " + seen.policyName() + " does not exist in namespace " + seen.backup().getMetadata().getNamespace()
                + "; create it, or name another one";
        Duration left = Duration.between(seen.now(), seen.created().plus(POLICY_GRACE));
        return left.isPositive()
                ? wait(seen, Reason.PolicyMissing.name(), message, left)
                : fail(seen, new Cause(Reason.PolicyMissing, message));
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

    static Cause replaced(Observed seen) {
        return new Cause(Reason.Replaced, "Backup " + seen.replacedBy().orElseThrow() + " was due and took its place (concurrencyPolicy Replace)");
    }

    static BackupPlan complete(Observed seen, BackupResult result) {
        BackupStatus status = BackupStatuses.completed(seen, result);
        List<Step> steps = new ArrayList<>(List.of(new Step.Tell(false, "Completed", status.conditions().getFirst().getMessage(), Occasion.Succeeded)));
        if (result.suspicion() != null) {
            steps.add(new Step.Tell(true, Trust.SUSPICIOUS, status.conditions().getLast().getMessage(), Occasion.VerificationFailed));
        }
        return new BackupPlan(status, steps, Optional.of(Duration.ZERO));
    }

    /** The present attempt failed, and nothing of it is left: another one follows, or it was the last. */
    static BackupPlan failed(Observed seen, Cause cause) {
        Optional<Duration> rest = Trying.again(seen, cause);
        if (rest.isEmpty()) {
            return fail(seen, cause, Trying.account(seen, cause));
        }
        int number = seen.attempt().orElseThrow().number();
        int most = seen.spec().orElseThrow().retry().limit() + 1;
        String begins = rest.get().toSeconds() < 1 ? "now" : "in " + Durations.format(rest.get());
        String message = "attempt " + number + " of " + most + " failed and the next begins " + begins + ": " + cause.message();
        return new BackupPlan(
                BackupStatuses.again(seen, cause, message), List.of(new Step.Tell(true, cause.reason().name(), message)), rest);
    }

    /** The whole Backup failed. */
    static BackupPlan fail(Observed seen, Cause cause) {
        return fail(seen, cause, "");
    }

    private static BackupPlan fail(Observed seen, Cause cause, String account) {
        return new BackupPlan(
                BackupStatuses.failed(seen, cause, account), List.of(new Step.Tell(true, cause.reason().name(), cause.message() + account, Occasion.Failed)), Optional.of(Duration.ZERO));
    }

    static BackupPlan wait(Observed seen, String reason, String message, Duration again) {
        return new BackupPlan(BackupStatuses.waiting(seen, reason, message), List.of(), Optional.of(again));
    }

    static BackupPlan patience(Observed seen, Duration again) {
        return new BackupPlan(seen.status(), List.of(), Optional.of(again));
    }

    static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
