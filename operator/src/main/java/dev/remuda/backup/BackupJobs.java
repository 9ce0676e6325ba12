package dev.remuda.backup;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.fabric8.kubernetes.api.model.batch.v1.Job;

import dev.remuda.api.Attempt;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Durations;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.Mounts;
import dev.remuda.job.Names;
import dev.remuda.job.Owner;
import dev.remuda.task.BackupTask;
import dev.remuda.task.SettleTask;

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

    static String settleName(Observed seen, int attempt) {
        return Names.job(seen.backup().getMetadata().getName(), attempt + "-settle");
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
                mounts.store(status.storage().s3()),
                status.location().prefix(),
                policy.dump().compression().toTask(),
                labels(owner, seen),
                null,
                null,
                null,
                null);
        return building.build(owner, attempt.job(), "backup", task, mounts, policy.jobTemplate(), Durations.parse(policy.timeout()));
    }

    Job settle(Observed seen, Attempt attempt) {
        Mounts mounts = new Mounts();
        SettleTask task = new SettleTask(mounts.store(seen.status().storage().s3()), seen.status().location().prefix());
        JobTemplateSpec template = seen.policy().map(BackupPolicy::getSpec).map(BackupPolicySpec::jobTemplate).orElseGet(seen.status()::jobTemplate);
        return building.build(owner(seen), attempt.settledBy(), "settle", task, mounts, template, SETTLE_TIMEOUT);
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
