package dev.remuda.restore;

import java.time.Duration;

import io.fabric8.kubernetes.api.model.batch.v1.Job;

import dev.remuda.api.BackupStatus;
import dev.remuda.api.RestoreSpec;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.Mounts;
import dev.remuda.job.Names;
import dev.remuda.job.Owner;
import dev.remuda.task.RestoreTask;

/** The Job that a Restore needs. */
final class RestoreJobs {
    /** Long on purpose: a restore that is stopped half-way helps nobody. */
    private static final Duration TIMEOUT = Duration.ofHours(24);

    private final JobBuilding building;

    RestoreJobs(JobBuilding building) {
        this.building = building;
    }

    static String jobName(Observed seen) {
        return Names.job(seen.restore().getMetadata().getName(), "restore");
    }

    Job restore(Observed seen) {
        Owner owner = Owner.of(seen.restore());
        RestoreSpec spec = seen.restore().getSpec();
        BackupStatus backup = seen.backup().orElseThrow().getStatus();
        Mounts mounts = new Mounts();
        RestoreTask task = new RestoreTask(
                owner.name(),
                owner.namespace(),
                mounts.store(backup.store(seen.policy())),
                backup.location().prefix(),
                backup.checksum(),
                mounts.database(spec.target().in(backup.database())),
                spec.strategy(),
                spec.confirm());
        return building.build(owner, seen.status().job(), "restore", task, mounts, backup.template(seen.policy()), TIMEOUT);
    }
}
