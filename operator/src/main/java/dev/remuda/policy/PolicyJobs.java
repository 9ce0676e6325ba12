package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.batch.v1.Job;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.api.S3Spec;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.Mounts;
import dev.remuda.job.Names;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask;

/** The Job that keeps a policy's part of a store in order. */
final class PolicyJobs {
    /** Leftovers are swept when they are older: a worker that was cut off from the cluster may go on for a while. */
    static final Duration LEFTOVER_AGE = Duration.ofHours(24);

    /** Copies within a store of hundreds of gigabytes take their time. */
    private static final Duration TIMEOUT = Duration.ofHours(6);

    /** A task travels in an environment variable, which has its limits. */
    private static final int MAX_KEPT = 100;

    private final JobBuilding building;

    PolicyJobs(JobBuilding building) {
        this.building = building;
    }

    static String name(Observed seen, int number) {
        return Names.job(seen.name(), "maintain-" + number);
    }

    /** Of one store, if a policy has moved from one to another: that of the first Backup that has to go or move. The rest has its turn later. */
    Job maintain(Observed seen, Retaining retaining, String name) {
        List<Backup> marked = Maintaining.purgeable(seen);
        S3Spec place = marked.stream().findFirst()
                .or(() -> retaining.moves().stream().map(Retaining.Move::backup).findFirst())
                .map(PolicyJobs::place)
                .orElse(seen.spec().storage().s3());
        List<MaintainTask.Purge> purges = marked.stream().filter(backup -> isAt(place, backup)).limit(MaintainResult.MAX_ITEMS).map(PolicyJobs::purge).toList();
        List<MaintainTask.Move> moves = retaining.moves().stream()
                .filter(move -> isAt(place, move.backup()))
                .limit(MaintainResult.MAX_ITEMS - purges.size())
                .map(move -> new MaintainTask.Move(
                        move.backup().getMetadata().getUid(), move.backup().getMetadata().getName(), prefix(move.backup()), move.tier(), move.storageClass()))
                .toList();
        List<MaintainTask.Kept> kept = retaining.kept().stream()
                .filter(backup -> isAt(place, backup))
                .limit(MAX_KEPT)
                .map(backup -> new MaintainTask.Kept(backup.getMetadata().getName(), backup.getStatus().location().dataKey(), backup.getStatus().sizeBytes()))
                .toList();
        Mounts mounts = new Mounts();
        MaintainTask task = new MaintainTask(
                mounts.store(seen.spec().reach(place)), Names.root(place.prefix(), seen.namespace(), seen.name()), kept, moves, purges, sweep(seen));
        return building.build(seen.owner(), name, "maintain", task, mounts, seen.spec().jobTemplate(), TIMEOUT);
    }

    private static MaintainTask.Purge purge(Backup backup) {
        return new MaintainTask.Purge(
                backup.getMetadata().getUid(), backup.getMetadata().getName(), prefix(backup), backup.getStatus().expiresAt());
    }

    /** Whatever is not known to be over is left alone. */
    private static MaintainTask.Sweep sweep(Observed seen) {
        List<String> busy = new ArrayList<>();
        seen.backups().stream()
                .filter(backup -> Observed.statusOf(backup).phase() != Phase.Failed)
                .filter(backup -> Observed.statusOf(backup).phase() != Phase.Completed)
                .forEach(backup -> Optional.ofNullable(Observed.statusOf(backup).location()).map(BackupStatus.Location::prefix).ifPresent(busy::add));
        Instant before = seen.now().minus(LEFTOVER_AGE);
        return new MaintainTask.Sweep(Names.mark(seen.policy().getMetadata().getUid()), busy, before);
    }

    private static S3Spec place(Backup backup) {
        return backup.getStatus().storage().s3();
    }

    private static boolean isAt(S3Spec place, Backup backup) {
        S3Spec own = place(backup);
        return own.isSameBucket(place) && Objects.equals(own.prefix(), place.prefix());
    }

    private static String prefix(Backup backup) {
        return backup.getStatus().location().prefix();
    }
}
