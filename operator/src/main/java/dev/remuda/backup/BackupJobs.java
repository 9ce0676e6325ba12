package dev.remuda.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;

import dev.remuda.api.Attempt;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.StorageSpec;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.Mounts;
import dev.remuda.job.Names;
import dev.remuda.job.Owner;
import dev.remuda.task.BackupTask;
import dev.remuda.task.DumpScope;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.SettleTask;
import dev.remuda.task.StoreLock;

/** The Jobs that a Backup needs. Database and store are those noted in its status when it was planned, whatever the policy says by now. */
final class BackupJobs {
    private static final Duration SETTLE_TIMEOUT = Duration.ofMinutes(10);

    private final JobBuilding building;

    BackupJobs(JobBuilding building) {
        this.building = building;
    }

    static Owner owner(Observed seen) {
        return Owner.of(seen.backup());
    }

    static String jobName(Observed seen, int attempt) {
        return Names.job(seen.backup().getMetadata().getName(), Integer.toString(attempt));
    }

    /** @param look its number, from 1 */
    static String settleName(Observed seen, int attempt, int look) {
        return Names.job(seen.backup().getMetadata().getName(), attempt + "-settle" + (look == 1 ? "" : "-" + look));
    }

    Job backup(Observed seen, Attempt attempt) {
        Owner owner = owner(seen);
        BackupStatus status = seen.status();
        BackupPolicySpec policy = seen.policy().orElseThrow().getSpec();
        Mounts mounts = new Mounts();
        BackupTask task = new BackupTask(
                owner.name(),
                owner.namespace(),
                seen.policyName(),
                attempt.number(),
                mounts.database(status.database()),
                mounts.store(status.storage()).locking(lock(status)),
                status.location().prefix(),
                IntStream.range(1, attempt.number()).mapToObj(before -> Names.attemptPrefix(status.location().prefix(), before)).toList(),
                policy.dump().compression().toTask(),
                labels(owner, seen),
                status.tier(),
                seen.backup().getSpec().ofTiers(),
                seen.backup().getSpec().slot(),
                status.storageClass(),
                isSafety(seen) ? DumpScope.WHOLE : policy.dump().scope(),
                policy.dump().globals(),
                isSafety(seen) ? null : JobBuilding.claimant(seen.policy().orElseThrow()),
                isSafety(seen) ? seen.backup().getSpec().safety().restore() : null,
                policy.recipients(),
                expectedBytes(seen),
                isSafety(seen) ? null : baseline(seen));
        return building.build(owner, attempt.job(), "backup", task, mounts, policy.jobTemplate(), Trying.left(seen, policy));
    }

    private static StoreLock lock(BackupStatus status) {
        Instant until = status.location().lockedUntil();
        return until == null ? null : new StoreLock(status.storage().objectLock().orElseThrow().mode().name(), until);
    }

    private static long expectedBytes(Observed seen) {
        return seen.policy().map(BackupPolicy::getStatus).map(BackupPolicyStatus::lastBackup).map(BackupPolicyStatus.LastBackup::sizeBytes).orElse(0L);
    }

    /** Of the same store; safety backups are of what went wrong. */
    private static BackupTask.Baseline baseline(Observed seen) {
        BackupPolicy policy = seen.policy().orElseThrow();
        int percent = policy.getSpec().anomalies().dropPercent();
        return Optional.ofNullable(policy.getStatus())
                .map(BackupPolicyStatus::baseline)
                .filter(before -> percent > 0 && before.prefix().startsWith(Names.root(seen.status().storage().prefix(), seen.backup().getMetadata().getNamespace(), seen.policyName())))
                .map(before -> new BackupTask.Baseline(before.backup(), before.prefix(), percent))
                .orElse(null);
    }

    /** What is about to be replaced is backed up whole, whatever its policy leaves out. */
    private static boolean isSafety(Observed seen) {
        return seen.backup().getSpec().safety() != null;
    }

    Job settle(Observed seen, Attempt attempt) {
        Mounts mounts = new Mounts();
        SettleTask task = new SettleTask(mounts.store(seen.status().store(seen.policy())), seen.status().location().prefix());
        return building.build(owner(seen), attempt.settledBy(), "settle", task, mounts, seen.status().template(seen.policy()), SETTLE_TIMEOUT);
    }

    /** One after the other: the copies, then the backup itself. */
    static String purgeName(Observed seen) {
        return Names.job(seen.backup().getMetadata().getName(), "purge" + copy(seen).map(copy -> "-" + copy.name()).orElse(""));
    }

    /** The copy that goes next; empty: none is left. */
    static Optional<BackupStatus.Copy> copy(Observed seen) {
        return seen.status().copies().stream().findFirst();
    }

    /** Without an owner, for the Job works while its Backup is being deleted, and what belongs to that may be collected before it. */
    Job purge(Observed seen) {
        Owner owner = owner(seen);
        Mounts mounts = new Mounts();
        StorageSpec store = copy(seen).map(copy -> copy.store(seen.policy())).orElseGet(() -> seen.status().store(seen.policy()));
        String prefix = copy(seen).map(BackupStatus.Copy::prefix).orElse(seen.status().location().prefix());
        String root = prefix.substring(0, prefix.lastIndexOf('/', prefix.length() - 2) + 1);
        MaintainTask task = new MaintainTask(
                mounts.store(store), root, seen.policy().map(JobBuilding::claimant).orElse(null), null, null, List.of(new MaintainTask.Purge(owner.uid(), owner.name(), prefix, null)), null);
        return new JobBuilder(building.build(owner, purgeName(seen), "purge", task, mounts, seen.status().template(seen.policy()), SETTLE_TIMEOUT))
                .editMetadata()
                .withOwnerReferences()
                .endMetadata()
                .build();
    }

    private static Map<String, String> labels(Owner owner, Observed seen) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("namespace", owner.namespace());
        labels.put("policy", seen.policyName());
        String database = seen.status().database().name();
        if (database != null) {
            labels.put("database", database);
        }
        return labels;
    }
}
