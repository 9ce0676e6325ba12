package dev.remuda.restore;

import java.time.Duration;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.NameRef;
import dev.remuda.api.Phase;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.Labels;
import dev.remuda.job.Step;
import dev.remuda.status.CompletedCondition;
import dev.remuda.task.Reason;

/** The Backup of the target as it is, before a Restore replaces it. It belongs to nobody, for it must outlive the Restore. */
final class SafetyBackup {
    private SafetyBackup() {}

    static RestorePlan start(Observed seen) {
        if (seen.safety().isPresent() && seen.ownSafety().isEmpty()) {
            return Advancing.failed(
                    seen, Reason.NameTaken, "a Backup named " + seen.safetyName() + " exists and is not this Restore's; delete it, if nobody needs it, or name the Restore otherwise");
        }
        if (seen.ownSafety().isPresent()) {
            return RestorePlan.write(Stepping.started(seen), Duration.ZERO);
        }
        Optional<String> policy = Sourcing.policyName(seen.restore(), seen.backup());
        if (policy.isPresent()) {
            return RestorePlan.write(Stepping.started(seen), RestorePlan.LOOK_AGAIN, new Step.CreateBackup(backup(seen, policy.get())));
        }
        Optional<String> gone = Sourcing.gone(seen);
        return gone.isPresent()
                ? Advancing.failed(seen, Reason.BackupMissing, gone.get())
                : Advancing.failed(seen, Reason.PolicyMissing, Sourcing.NO_PLACE);
    }

    static RestorePlan look(Observed seen) {
        String name = seen.safetyName();
        if (seen.ownSafety().isEmpty()) {
            return Advancing.failed(seen, Reason.SafetyBackupFailed, "Backup " + name + " was deleted before it was completed");
        }
        BackupStatus status = Optional.ofNullable(seen.ownSafety().get().getStatus()).orElse(BackupStatus.NONE);
        if (!status.hasEnded()) {
            String message = completed(status).map(said -> "Backup " + name + ": " + said).orElse("");
            return RestorePlan.write(Words.waiting(Draft.of(seen).phase(Phase.Running), seen, StepName.SafetyBackup.name(), message), RestorePlan.LOOK_AGAIN);
        }
        return status.phase() == Phase.Completed
                ? Advancing.to(seen, Draft.of(seen).ended(null, null).safetyBackup(name), StepName.Restore)
                : Advancing.failed(seen, Reason.SafetyBackupFailed, "Backup " + name + " of database " + seen.status().databaseName() + " is " + status.phase()
                        + completed(status).map(said -> ": " + said).orElse(""));
    }

    private static Optional<String> completed(BackupStatus status) {
        return status.conditions().stream()
                .filter(condition -> CompletedCondition.TYPE.equals(condition.getType()))
                .findFirst()
                .map(condition -> condition.getReason() + ": " + condition.getMessage());
    }

    private static Backup backup(Observed seen, String policy) {
        Backup backup = new Backup();
        backup.setMetadata(new ObjectMetaBuilder()
                .withName(seen.safetyName())
                .withNamespace(seen.namespace())
                .withLabels(Labels.of(seen.owner(), "safety"))
                .build());
        backup.setSpec(new BackupSpec(new NameRef(policy), null, null, null, new BackupSpec.Safety(seen.name(), seen.target())));
        return backup;
    }
}
