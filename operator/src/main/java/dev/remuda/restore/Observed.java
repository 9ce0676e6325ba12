package dev.remuda.restore;

import java.time.Instant;
import java.util.Optional;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreStatus;
import dev.remuda.job.JobView;
import dev.remuda.job.Owner;

/**
 * All that a plan for a Restore looks at.
 *
 * @param policy the policy of the Backup, whose Job template is used, while it exists
 * @param job the Job of the name that the status plans, whoever's it is, while it exists
 */
record Observed(Restore restore, Optional<Backup> backup, Optional<BackupPolicy> policy, Optional<JobView> job, Instant now) {
    RestoreStatus status() {
        return restore.getStatus() == null ? RestoreStatus.NONE : restore.getStatus();
    }

    /** The Restore's own Job. */
    Optional<JobView> ownJob() {
        return job.filter(view -> view.belongsTo(Owner.of(restore)));
    }

    Instant created() {
        return Instant.parse(restore.getMetadata().getCreationTimestamp());
    }

    String backupName() {
        return restore.getSpec().source().backupRef().name();
    }

    long generation() {
        return restore.getMetadata().getGeneration() == null ? 0 : restore.getMetadata().getGeneration();
    }

    /** The target's name as far as it can be known without reading a Secret. */
    Optional<String> targetName() {
        return backup.map(Backup::getStatus).flatMap(status -> {
            String named = restore.getSpec().target().in(status.database()).name();
            boolean ownSecret = restore.getSpec().target().secretRef() != null;
            return Optional.ofNullable(named == null && !ownSecret ? status.databaseName() : named);
        });
    }
}
