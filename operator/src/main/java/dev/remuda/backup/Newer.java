package dev.remuda.backup;

import java.util.List;
import java.util.Optional;

import dev.remuda.api.Attempt;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Versioned;
import dev.remuda.job.Step;
import dev.remuda.status.CompletedCondition;

/** What to do for a Backup that only a newer operator understands, or whose policy only that understands: nothing, and to say so. */
final class Newer {
    private Newer() {}

    /** Empty: this operator understands all of it. */
    static Optional<BackupPlan> of(Observed seen) {
        if (seen.backup().isOfNewerVersion()) {
            String why = seen.backup().newerVersion();
            BackupStatus status = seen.backup().hasNewerStatus() || seen.status().hasEnded() ? seen.status() : waiting(seen, why);
            return Optional.of(new BackupPlan(status, List.of(new Step.Tell(true, Versioned.NEWER, why)), Optional.empty()));
        }
        Optional<BackupPolicy> policy = seen.policy().filter(Versioned::isOfNewerVersion);
        boolean begun = seen.attempt().map(Attempt::startedAt).isPresent(); // what a worker has begun is brought to its end
        return policy.isEmpty() || begun && !seen.status().hasEnded()
                ? Optional.empty()
                : Optional.of(new BackupPlan(
                        seen.status().hasEnded() ? seen.status() : waiting(seen, "BackupPolicy " + seen.policyName() + ": " + policy.get().newerVersion()),
                        List.of(), Optional.empty()));
    }

    private static BackupStatus waiting(Observed seen, String why) {
        BackupStatus before = seen.status();
        return before.in(before.phase(), CompletedCondition.waiting(before.conditions(), Versioned.NEWER, why, seen.generation(), seen.now()));
    }
}
