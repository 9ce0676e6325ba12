package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.batch.v1.Job;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.CopySpec;
import dev.remuda.api.Durations;
import dev.remuda.api.StoreJob;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.Mounts;
import dev.remuda.job.Names;
import dev.remuda.task.CopyTask;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.StoreLock;

/** The Jobs that make copies in further stores, and keep those in order. */
final class CopyJobs {
    private static final Duration TIMEOUT = Duration.ofHours(12);

    private static final int MOST_KEPT = 100;

    private final JobBuilding building;

    CopyJobs(JobBuilding building) {
        this.building = building;
    }

    /** With the spec's generation: a copy that was taken out and comes back counts from 1 again, and must not find a Job of its former life. */
    static String name(Observed seen, CopySpec spec, int number) {
        return Names.job(seen.name(), "copy-" + spec.name() + "-" + seen.generation() + "-" + number);
    }

    /** Where its copy lies, or will: under the name that it has in its own store. */
    static String prefix(Observed seen, CopySpec spec, Backup backup) {
        String own = backup.getStatus().location().prefix();
        return root(seen, spec) + own.substring(own.lastIndexOf('/', own.length() - 2) + 1);
    }

    /** In words that change when anything of it does. */
    static String place(Observed seen, CopySpec spec) {
        String endpoint = spec.storage().s3() == null ? null : spec.storage().s3().endpoint();
        String path = spec.storage().s3() == null ? spec.storage().volume().path() : null;
        return spec.storage().url(root(seen, spec)) + (endpoint == null ? "" : " at " + endpoint) + (path == null ? "" : " in " + path);
    }

    private static String root(Observed seen, CopySpec spec) {
        return Names.root(spec.storage().prefix(), seen.namespace(), seen.name());
    }

    /** @param backups from one store */
    Job copy(Observed seen, CopySpec spec, StoreJob planned, List<Backup> backups) {
        Mounts mounts = new Mounts();
        StoreAccess from = mounts.store(seen.spec().reach(backups.getFirst().getStatus().storage()));
        CopyTask task = new CopyTask(
                from, mounts.copy(spec.storage()).locking(lock(seen, spec)), root(seen, spec), PolicyJobs.taking(seen.policy()),
                backups.stream().map(backup -> item(seen, spec, backup)).toList());
        return building.build(seen.owner(), planned.name(), "copy", task, mounts, seen.spec().jobTemplate(), TIMEOUT);
    }

    private static CopyTask.Item item(Observed seen, CopySpec spec, Backup backup) {
        BackupStatus status = backup.getStatus();
        return new CopyTask.Item(
                backup.getMetadata().getUid(), backup.getMetadata().getName(), status.location().prefix(), prefix(seen, spec, backup), status.checksum());
    }

    /** As long as the copies are kept by age. */
    private static StoreLock lock(Observed seen, CopySpec spec) {
        Optional<Instant> until = Optional.ofNullable(spec.retention().maxAge()).map(age -> seen.now().plus(Durations.parse(age)));
        return spec.storage().objectLock().flatMap(lock -> until.map(then -> new StoreLock(lock.mode().name(), then))).orElse(null);
    }

    /** @param there those that must be there @param leaving those to purge */
    Job upkeep(Observed seen, CopySpec spec, StoreJob planned, List<Backup> there, List<Backup> leaving) {
        Mounts mounts = new Mounts();
        List<MaintainTask.Kept> kept = there.stream().limit(MOST_KEPT).map(backup -> kept(spec, backup)).toList();
        MaintainTask task = new MaintainTask(
                mounts.store(spec.storage()), root(seen, spec), PolicyJobs.taking(seen.policy()), kept, List.of(),
                leaving.stream().map(backup -> new MaintainTask.Purge(backup.getMetadata().getUid(), backup.getMetadata().getName(), copy(spec, backup).prefix(), null)).toList(),
                sweep(seen, spec, there), spec.storage().objectLock().isPresent());
        return building.build(seen.owner(), planned.name(), "maintain", task, mounts, seen.spec().jobTemplate(), TIMEOUT);
    }

    private static MaintainTask.Kept kept(CopySpec spec, Backup backup) {
        String own = backup.getStatus().location().dataKey();
        String file = own.substring(own.lastIndexOf('/') + 1);
        return new MaintainTask.Kept(
                backup.getMetadata().getName(), copy(spec, backup).prefix() + file, Objects.requireNonNullElse(backup.getStatus().sizeBytes(), 0L), backup.getSpec().hasPin());
    }

    private static BackupStatus.Copy copy(CopySpec spec, Backup backup) {
        return backup.getStatus().copy(spec.name()).orElseThrow();
    }

    /** Whatever is a copy, or may become one, is left alone. When there are too many to name them all, nothing is swept. */
    private static MaintainTask.Sweep sweep(Observed seen, CopySpec spec, List<Backup> there) {
        List<String> busy = Stream.concat(seen.backups().stream(), seen.safety().stream())
                .filter(backup -> Observed.statusOf(backup).location() != null && !there.contains(backup))
                .map(backup -> prefix(seen, spec, backup))
                .toList();
        return there.size() <= MOST_KEPT && busy.size() <= MOST_KEPT
                ? new MaintainTask.Sweep(Names.mark(seen.policy().getMetadata().getUid()), busy, seen.now().minus(PolicyJobs.LEFTOVER_AGE))
                : null;
    }
}
