package dev.remuda.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupPolicyStatus.LastBackup;
import dev.remuda.api.BackupPolicyStatus.Maintenance;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.status.Conditions;

/** The status of a policy, for what its plan found. */
final class PolicyStatuses {
    static final String READY = "Ready";
    static final String MAINTAINED = "Maintained";

    private PolicyStatuses() {}

    static BackupPolicyStatus of(Observed seen, Scheduling scheduling, Retaining retaining, Maintaining maintaining, Cataloguing cataloguing) {
        List<Condition> conditions = new ArrayList<>();
        Scheduling.Readiness ready = scheduling.ready();
        conditions.add(condition(seen, READY, ready.ok() ? "True" : "False", ready.reason(), ready.message()));
        maintained(seen, maintaining.status()).ifPresent(conditions::add);
        return new BackupPolicyStatus(
                seen.policy().getMetadata().getGeneration(), conditions, newest(seen).orElse(null), scheduling.next().orElse(null), scheduling.overdueSince().orElse(null),
                scheduling.tiers(),
                retaining.status(), maintaining.status(), cataloguing.status(), LifecycleRules.of(seen).orElse(null));
    }

    /** Nothing of a plan was carried out for certain, so all else stays as it was. */
    static BackupPolicyStatus notReady(Observed seen, String reason, String message) {
        BackupPolicyStatus s = seen.status();
        List<Condition> conditions = new ArrayList<>(List.of(condition(seen, READY, "False", reason, message)));
        s.conditions().stream().filter(condition -> !READY.equals(condition.getType())).forEach(conditions::add);
        return new BackupPolicyStatus(
                s.observedGeneration(), conditions, s.lastBackup(), s.nextBackup(), overdueSince(seen), s.tiers(), s.retention(), s.maintenance(), s.catalogue(), s.lifecycleRules());
    }

    /** What was due is not made while the policy is not Ready. */
    private static Instant overdueSince(Observed seen) {
        Instant next = seen.status().nextBackup();
        return next == null || next.isAfter(seen.now()) ? seen.status().overdueSince() : Scheduling.overdueSince(seen, next);
    }

    /** While a Job runs, what is known is what the one before it found. */
    private static Optional<Condition> maintained(Observed seen, Maintenance maintenance) {
        if (maintenance == null || maintenance.job().underWay()) {
            return seen.status().conditions().stream().filter(condition -> MAINTAINED.equals(condition.getType())).findFirst();
        }
        return Optional.of(maintenance.job().reason() == null
                ? condition(seen, MAINTAINED, "True", MAINTAINED, maintenance.job().message())
                : condition(seen, MAINTAINED, "False", maintenance.job().reason().name(), maintenance.job().message()));
    }

    private static Condition condition(Observed seen, String type, String status, String reason, String message) {
        return Conditions.of(seen.status().conditions(), type, status, reason, message, seen.generation(), seen.now());
    }

    /** The newest is the one with the newest snapshot: a backup that took long is as old as what is in it. */
    private static Optional<LastBackup> newest(Observed seen) {
        return seen.in(Phase.Completed)
                .filter(backup -> backup.getStatus().snapshotAt() != null)
                .max(Comparator.<Backup, Instant>comparing(backup -> backup.getStatus().snapshotAt())
                        .thenComparing(backup -> backup.getMetadata().getName()))
                .map(PolicyStatuses::last);
    }

    private static LastBackup last(Backup backup) {
        BackupStatus status = backup.getStatus();
        return new LastBackup(backup.getMetadata().getName(), status.completedAt(), status.snapshotAt(), status.sizeBytes(), status.size());
    }
}
