package dev.remuda.policy;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupPolicyStatus.LastBackup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;

/** The status of a policy, made from its Backups alone. */
final class PolicyStatuses {
    private PolicyStatuses() {}

    /** The newest is the one with the newest snapshot: a backup that took long is as old as what is in it. */
    static BackupPolicyStatus of(BackupPolicy policy, Collection<Backup> backups) {
        Optional<LastBackup> newest = backups.stream()
                .filter(backup -> backup.getStatus() != null && backup.getStatus().phase() == Phase.Completed)
                .max(Comparator.<Backup, Instant>comparing(backup -> backup.getStatus().snapshotAt())
                        .thenComparing(backup -> backup.getMetadata().getName()))
                .map(PolicyStatuses::last);
        return new BackupPolicyStatus(policy.getMetadata().getGeneration(), newest.orElse(null));
    }

    private static LastBackup last(Backup backup) {
        BackupStatus status = backup.getStatus();
        return new LastBackup(backup.getMetadata().getName(), status.completedAt(), status.snapshotAt(), status.sizeBytes(), status.size());
    }
}
