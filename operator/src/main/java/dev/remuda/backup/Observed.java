package dev.remuda.backup;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

import dev.remuda.api.Attempt;
import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupStatus;
import dev.remuda.job.JobView;

/**
 * All that a plan for a Backup looks at.
 *
 * @param jobs the Backup's Jobs that exist, by name
 */
record Observed(Backup backup, Optional<BackupPolicy> policy, Map<String, JobView> jobs, Instant now) {
    BackupStatus status() {
        return backup.getStatus() == null ? BackupStatus.NONE : backup.getStatus();
    }

    Optional<Attempt> attempt() {
        return status().attempts().isEmpty() ? Optional.empty() : Optional.of(status().attempts().getLast());
    }

    Optional<JobView> job(String name) {
        return Optional.ofNullable(jobs.get(name));
    }

    String policyName() {
        return backup.getSpec().policyRef().name();
    }

    long generation() {
        return backup.getMetadata().getGeneration() == null ? 0 : backup.getMetadata().getGeneration();
    }
}
