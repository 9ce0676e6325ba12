package dev.remuda.backup;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import dev.remuda.api.Attempt;
import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.BackupStatus;
import dev.remuda.job.JobView;
import dev.remuda.job.Labels;
import dev.remuda.job.Names;
import dev.remuda.job.Owner;
import dev.remuda.task.Catalogued;
import dev.remuda.task.Progress;

/**
 * All that a plan for a Backup looks at.
 *
 * @param jobs the Jobs that exist under the names that the status plans, by name
 * @param progress what the worker said last, when it was asked
 */
record Observed(Backup backup, Optional<BackupPolicy> policy, Map<String, JobView> jobs, Optional<Progress> progress, Instant now) {
    Observed(Backup backup, Optional<BackupPolicy> policy, Map<String, JobView> jobs, Instant now) {
        this(backup, policy, jobs, Optional.empty(), now);
    }

    Observed with(Optional<Progress> said) {
        return new Observed(backup, policy, jobs, said, now);
    }

    BackupStatus status() {
        return backup.getStatus() == null ? BackupStatus.NONE : backup.getStatus();
    }

    Optional<Attempt> attempt() {
        return status().attempts().isEmpty() ? Optional.empty() : Optional.of(status().attempts().getLast());
    }

    /** Names of the Jobs that matter now: the present attempt's, or, when that is lost, the one that settles it; when all is over, all. */
    List<String> plannedJobs() {
        return status().hasEnded()
                ? status().attempts().stream().flatMap(attempt -> Stream.of(attempt.job(), attempt.settledBy())).filter(Objects::nonNull).toList()
                : attempt().map(attempt -> attempt.finishedAt() == null ? attempt.job() : attempt.settledBy()).stream().toList();
    }

    /** The Backup's own Job of that name. */
    Optional<JobView> job(String name) {
        return named(name).filter(view -> view.belongsTo(Owner.of(backup)));
    }

    /** The Job of that name, whoever's it is. */
    Optional<JobView> named(String name) {
        return Optional.ofNullable(jobs.get(name));
    }

    /** The Backup's own Jobs that exist. */
    List<JobView> ownJobs() {
        return jobs.values().stream().filter(view -> view.belongsTo(Owner.of(backup))).toList();
    }

    /** The newer Backup that takes this one's place. */
    Optional<String> replacedBy() {
        return Optional.ofNullable(backup.getMetadata().getAnnotations()).map(annotations -> annotations.get(Labels.REPLACED_BY));
    }

    /** What was found in the store, when the Backup stands for that. Anything outside of its policy's part of the store is not believed. */
    Optional<Catalogued> found() {
        return Optional.ofNullable(backup.getMetadata().getAnnotations())
                .map(annotations -> annotations.get(Labels.FOUND))
                .flatMap(Catalogued::read)
                .filter(found -> spec().filter(policy -> found.prefix().startsWith(
                        Names.root(policy.storage().prefix(), backup.getMetadata().getNamespace(), policyName()))).isPresent());
    }

    /** What the policy says, while it is there. */
    Optional<BackupPolicySpec> spec() {
        return policy.map(BackupPolicy::getSpec);
    }

    String policyName() {
        return backup.getSpec().policyRef().name();
    }

    Instant created() {
        return Instant.parse(backup.getMetadata().getCreationTimestamp());
    }

    long generation() {
        return backup.getMetadata().getGeneration() == null ? 0 : backup.getMetadata().getGeneration();
    }
}
