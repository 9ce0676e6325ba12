package dev.remuda.policy;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupPolicyStatus.Catalogue;
import dev.remuda.api.BackupPolicyStatus.Copies;
import dev.remuda.api.BackupPolicyStatus.Maintenance;
import dev.remuda.api.BackupPolicyStatus.Verification;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.StoreJob;
import dev.remuda.job.JobView;
import dev.remuda.job.Owner;
import dev.remuda.task.Catalogued;

/**
 * All that a plan for a BackupPolicy looks at.
 *
 * @param backups the policy's Backups
 * @param safety Backups that Restores made, which lie in the policy's store and are left alone
 * @param restores Restores of its namespace; looked up only when something is to be purged
 * @param taken name of a Backup that is in the way of a scheduled one and is not of that slot
 * @param jobs the Jobs that the status plans, whoever's they are, while they exist
 * @param found what the Job told of that looks for backups in the store, once it has ended
 * @param now to the second: what is written is read again as it was
 */
record Observed(
        BackupPolicy policy, List<Backup> backups, List<Backup> safety, List<Restore> restores, Optional<String> taken, Jobs jobs, List<Catalogued> found,
        Instant now) {

    /** The Jobs for the store that are under way. */
    record Jobs(Optional<JobView> maintenance, Optional<JobView> catalogue, Optional<JobView> verification, Map<String, JobView> copying) {
        static Jobs of(BackupPolicyStatus status, Function<StoreJob, Optional<JobView>> find) {
            return new Jobs(
                    Optional.ofNullable(status.maintenance()).map(Maintenance::job).filter(StoreJob::underWay).flatMap(find),
                    Optional.ofNullable(status.catalogue()).map(Catalogue::job).filter(StoreJob::underWay).flatMap(find),
                    Optional.ofNullable(status.verification()).map(Verification::job).filter(StoreJob::underWay).flatMap(find),
                    copying(status, find));
        }

        private static Map<String, JobView> copying(BackupPolicyStatus status, Function<StoreJob, Optional<JobView>> find) {
            Map<String, JobView> found = new HashMap<>();
            Objects.requireNonNullElse(status.copies(), List.<Copies>of()).stream()
                    .filter(Copies::underWay)
                    .forEach(copies -> find.apply(copies.job()).ifPresent(job -> found.put(copies.name(), job)));
            return found;
        }

        /** The Job that works on the copies of that name. */
        Optional<JobView> copies(String name) {
            return Optional.ofNullable(copying.get(name));
        }
    }

    Observed with(List<Restore> known) {
        return new Observed(policy, backups, safety, known, taken, jobs, found, now);
    }

    Observed withTaken(String name) {
        return new Observed(policy, backups, safety, restores, Optional.of(name), jobs, found, now);
    }

    BackupPolicySpec spec() {
        return policy.getSpec();
    }

    BackupPolicyStatus status() {
        return policy.getStatus() == null ? BackupPolicyStatus.NONE : policy.getStatus();
    }

    Verification verification() {
        return status().verification() == null ? Verification.NONE : status().verification();
    }

    String name() {
        return policy.getMetadata().getName();
    }

    String namespace() {
        return policy.getMetadata().getNamespace();
    }

    Owner owner() {
        return Owner.of(policy);
    }

    Instant created() {
        return Instant.parse(policy.getMetadata().getCreationTimestamp());
    }

    long generation() {
        return policy.getMetadata().getGeneration() == null ? 0 : policy.getMetadata().getGeneration();
    }

    /** Backups of that phase that nobody is deleting. */
    Stream<Backup> in(Phase phase) {
        return backups.stream().filter(backup -> !backup.isMarkedForDeletion() && statusOf(backup).phase() == phase);
    }

    /** Backups that wait, or for which a worker may be at work. Nobody knows when one will end that only a newer operator understands. */
    List<Backup> underWay() {
        return backups.stream().filter(backup -> !backup.isOfNewerVersion() && !statusOf(backup).hasEnded() && !backup.isMarkedForDeletion()).toList();
    }

    /** Who needs a Backup as it is: whoever reads it now, or a newer operator that knows what this one does not. */
    Optional<String> reader(Backup backup) {
        if (backup.isOfNewerVersion()) {
            return Optional.of("a newer operator, for this one does not know its " + String.join(", ", backup.unread()));
        }
        if (verification().underWay() && verification().backups().contains(backup.getMetadata().getName())) {
            return Optional.of("Job " + verification().job().name() + ", which verifies it");
        }
        Optional<Copies> copying = Objects.requireNonNullElse(status().copies(), List.<Copies>of()).stream()
                .filter(copies -> copies.underWay() && copies.work() == Copies.Work.Copy && copies.backups().contains(backup.getMetadata().getName()))
                .findFirst();
        if (copying.isPresent()) {
            return copying.map(copies -> "Job " + copies.job().name() + ", which copies it");
        }
        return restores.stream()
                .filter(restore -> restore.isReading(backup.getMetadata().getName()))
                .map(restore -> "Restore " + restore.getMetadata().getName())
                .findFirst();
    }

    /** Whether the policy's condition names that reason already, of which whoever watches has been told. */
    boolean complains(String condition, String reason) {
        return status().conditions().stream()
                .anyMatch(known -> condition.equals(known.getType()) && "False".equals(known.getStatus()) && reason.equals(known.getReason()));
    }

    static long generation(Backup backup) {
        return Objects.requireNonNullElse(backup.getMetadata().getGeneration(), 0L);
    }

    static BackupStatus statusOf(Backup backup) {
        return backup.getStatus() == null ? BackupStatus.NONE : backup.getStatus();
    }
}
