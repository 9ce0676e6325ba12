package dev.remuda.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupPolicyStatus.Baseline;
import dev.remuda.api.BackupPolicyStatus.Catalogue;
import dev.remuda.api.BackupPolicyStatus.LastBackup;
import dev.remuda.api.BackupPolicyStatus.Maintenance;
import dev.remuda.api.BackupPolicyStatus.Verification;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.api.StoreJob;
import dev.remuda.status.Conditions;
import dev.remuda.status.Trust;
import dev.remuda.task.Reason;

/** The status of a policy, for what its plan found. */
final class PolicyStatuses {
    static final String READY = "Ready";
    static final String MAINTAINED = "Maintained";

    private PolicyStatuses() {}

    static BackupPolicyStatus of(Observed seen, Scheduling scheduling, Retaining retaining, Maintaining maintaining, Cataloguing cataloguing, Verifying verifying, Points points, List<Copying> copying) {
        List<Condition> conditions = new ArrayList<>();
        Scheduling.Readiness ready = scheduling.ready();
        Optional<Condition> strange = ready.ok() ? unreached(seen, cataloguing.status()) : Optional.empty();
        conditions.add(strange.orElseGet(() -> condition(seen, READY, ready.ok() ? "True" : "False", ready.reason(), ready.message())));
        maintained(seen, maintaining.status()).ifPresent(conditions::add);
        verified(seen, verifying, points).ifPresent(conditions::add);
        conditions.addAll(CopyConditions.of(seen, copying, newest(seen).isPresent()));
        return new BackupPolicyStatus(
                seen.policy().getMetadata().getGeneration(), conditions, newest(seen).map(PolicyStatuses::last).orElse(null), baseline(seen).orElse(null), scheduling.next().orElse(null), scheduling.overdueSince().orElse(null),
                scheduling.tiers(),
                retaining.status(), maintaining.status(), cataloguing.status(), shown(verifying.status()), copying.stream().map(Copying::status).toList(), LifecycleRules.of(seen).orElse(null));
    }

    /** Nothing of a plan was carried out for certain, so all else stays as it was. */
    static BackupPolicyStatus notReady(Observed seen, String reason, String message) {
        BackupPolicyStatus s = seen.status();
        List<Condition> conditions = new ArrayList<>(List.of(condition(seen, READY, "False", reason, message)));
        s.conditions().stream().filter(condition -> !READY.equals(condition.getType())).forEach(conditions::add);
        return new BackupPolicyStatus(
                s.observedGeneration(), conditions, s.lastBackup(), s.baseline(), s.nextBackup(), overdueSince(seen), s.tiers(), s.retention(), s.maintenance(), s.catalogue(), s.verification(), s.copies(), s.lifecycleRules());
    }

    /** What was due is not made while the policy is not Ready. */
    private static Instant overdueSince(Observed seen) {
        Instant next = seen.status().nextBackup();
        return next == null || next.isAfter(seen.now()) ? seen.status().overdueSince() : Scheduling.overdueSince(seen, next);
    }

    /** A store that could never be looked through takes no backup either; while it is tried again, what is known is what the last Job met. */
    private static Optional<Condition> unreached(Observed seen, Catalogue look) {
        if (look == null || look.completedAt() != null || look.job().failures() == 0) {
            return Optional.empty();
        }
        return look.job().reason() == null
                ? seen.status().conditions().stream().filter(condition -> READY.equals(condition.getType())).findFirst()
                : Optional.of(condition(seen, READY, "False", look.job().reason().name(), "the store could not be looked through for backups: " + look.job().message()));
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

    /** Where nothing was ever asked for, nothing is shown. */
    private static Verification shown(Verification verification) {
        return verification.equals(Verification.NONE) ? null : verification;
    }

    private static Optional<Condition> verified(Observed seen, Verifying verifying, Points points) {
        Verification status = verifying.status();
        StoreJob job = status.job();
        if (points.problem().isPresent()) {
            return Optional.of(condition(seen, Trust.VERIFIED, "False", Reason.InvalidSchedule.name(), points.problem().get()));
        }
        if (job != null && job.reason() != null) {
            return Optional.of(condition(seen, Trust.VERIFIED, "False", job.reason().name(), job.message()));
        }
        if (job != null && job.underWay() && job.failures() > 0) { // what is known is what the one before it met
            return seen.status().conditions().stream().filter(condition -> Trust.VERIFIED.equals(condition.getType())).findFirst();
        }
        Optional<Backup> bad = worst(seen, status);
        if (bad.isPresent()) {
            Condition of = bad.get().getStatus().conditions().stream()
                    .filter(condition -> List.of(Trust.INTACT, Trust.VERIFIED).contains(condition.getType()) && "False".equals(condition.getStatus()))
                    .findFirst().orElseThrow();
            return Optional.of(condition(
                    seen, Trust.VERIFIED, "False", of.getReason(), "Backup " + bad.get().getMetadata().getName() + ": " + of.getMessage() + ". " + lastGood(status)));
        }
        if (status.lastVerified() != null) {
            return Optional.of(condition(seen, Trust.VERIFIED, "True", "Restored", lastGood(status)));
        }
        boolean wanted = status.drills() != null || status.integrity() != null || job != null;
        return wanted ? Optional.of(condition(seen, Trust.VERIFIED, "Unknown", "NotYet", lastGood(status))) : Optional.empty();
    }

    /** The newest that is known to be damaged, or that a drill refuted after the last good one. */
    private static Optional<Backup> worst(Observed seen, Verification status) {
        Instant good = status.lastVerified() == null || status.lastVerified().snapshotAt() == null ? Instant.EPOCH : status.lastVerified().snapshotAt();
        return seen.in(Phase.Completed)
                .filter(backup -> Trust.isDamaged(backup.getStatus()) || Trust.isRefuted(backup.getStatus()) && backup.getStatus().snapshotAt().isAfter(good))
                .max(Comparator.comparing(backup -> backup.getStatus().snapshotAt()));
    }

    private static String lastGood(Verification status) {
        return status.lastVerified() == null
                ? "No drill has succeeded yet"
                : "The last drill that succeeded restored Backup " + status.lastVerified().backup() + " in " + status.lastVerified().restoreSeconds() + " s, at "
                        + status.lastVerified().finishedAt();
    }

    private static Condition condition(Observed seen, String type, String status, String reason, String message) {
        return Conditions.of(seen.status().conditions(), type, status, reason, message, seen.generation(), seen.now());
    }

    /** The newest is the one with the newest snapshot: a backup that took long is as old as what is in it. A damaged one is none. */
    private static Optional<Backup> newest(Observed seen) {
        return seen.in(Phase.Completed)
                .filter(backup -> backup.getStatus().snapshotAt() != null && !Trust.isDamaged(backup.getStatus()))
                .max(Backup.BY_SNAPSHOT);
    }

    /** Of the store that the policy names now. */
    private static Optional<Baseline> baseline(Observed seen) {
        return seen.in(Phase.Completed)
                .filter(backup -> backup.getStatus().snapshotAt() != null && !Trust.isDamaged(backup.getStatus()) && !Trust.isSuspicious(backup.getStatus()))
                .filter(backup -> seen.spec().storage().isSamePlace(backup.getStatus().storage()))
                .max(Backup.BY_SNAPSHOT)
                .map(backup -> new Baseline(backup.getMetadata().getName(), backup.getStatus().location().prefix()));
    }

    private static LastBackup last(Backup backup) {
        BackupStatus status = backup.getStatus();
        return new LastBackup(backup.getMetadata().getName(), status.completedAt(), status.snapshotAt(), status.sizeBytes(), status.size());
    }
}
