package dev.remuda.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.batch.v1.Job;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicyStatus.Catalogue;
import dev.remuda.api.Durations;
import dev.remuda.api.Phase;
import dev.remuda.api.RestoreSpec;
import dev.remuda.api.StorageSpec;
import dev.remuda.api.StoreJob;
import dev.remuda.api.VerificationSpec;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.Labels;
import dev.remuda.job.Mounts;
import dev.remuda.job.Names;
import dev.remuda.task.CatalogueTask;
import dev.remuda.task.Claimant;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.DrillTask;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.VerifyTask;

/** The Jobs that keep a policy's part of a store in order, and prove what is in it. */
final class PolicyJobs {
    /** Leftovers are swept when they are older: a worker that was cut off from the cluster may go on for a while. */
    static final Duration LEFTOVER_AGE = Duration.ofHours(24);

    /** Copies within a store of hundreds of gigabytes take their time. */
    private static final Duration TIMEOUT = Duration.ofHours(6);

    /** What one Job reads, so that not too much is read again when it is cut short: 256 GiB, half an hour of a fast network. */
    private static final long MOST_READ = 256L << 30;

    private static final Duration CATALOGUE_TIMEOUT = Duration.ofMinutes(30);

    /** A task travels in an environment variable, which has its limits. */
    private static final int MAX_KEPT = 100;

    private final JobBuilding building;

    PolicyJobs(JobBuilding building) {
        this.building = building;
    }

    static String name(Observed seen, int number) {
        return Names.job(seen.name(), "maintain-" + number);
    }

    /** @param purged the Backups that the Job purges */
    record Work(Job job, List<Backup> purged) {}

    /** Of one store; when a policy has moved from one to another, each Job has the next one's turn, so that a dead store does not stop the others. */
    Work maintain(Observed seen, Retaining retaining, StoreJob planned) {
        List<Backup> purgeable = Maintaining.purgeable(seen, retaining);
        StorageSpec place = place(seen, Stream.concat(purgeable.stream(), retaining.moves().stream().map(Retaining.Move::backup)), planned.number());
        List<Backup> purged = purgeable.stream().filter(backup -> isAt(place, backup)).limit(MaintainResult.MAX_ITEMS).toList();
        List<MaintainTask.Move> moves = retaining.moves().stream()
                .filter(move -> isAt(place, move.backup()))
                .limit(MaintainResult.MAX_ITEMS - purged.size())
                .map(move -> new MaintainTask.Move(
                        move.backup().getMetadata().getUid(), move.backup().getMetadata().getName(), prefix(move.backup()), move.tier(), move.storageClass()))
                .toList();
        Room room = new Room();
        List<Backup> kept = Stream.concat(
                        retaining.kept().stream().filter(backup -> backup.getSpec().hasPin()), retaining.kept().stream().filter(backup -> !backup.getSpec().hasPin()))
                .filter(backup -> isAt(place, backup))
                .limit(MAX_KEPT)
                .takeWhile(room::takes).toList();
        Mounts mounts = new Mounts();
        MaintainTask task = new MaintainTask(
                mounts.store(seen.spec().reach(place)), Names.root(place.prefix(), seen.namespace(), seen.name()), JobBuilding.claimant(seen.policy()),
                kept.stream().map(PolicyJobs::kept).toList(), moves, purged.stream().map(PolicyJobs::purge).toList(), sweep(seen, kept, room),
                seen.spec().reach(place).objectLock().isPresent());
        return new Work(building.build(seen.owner(), planned.name(), "maintain", task, mounts, seen.spec().jobTemplate(), TIMEOUT), purged);
    }

    static String catalogueName(Observed seen, int number) {
        return Names.job(seen.name(), "catalogue-" + number);
    }

    /** Of the store that the policy names now. Only here is it taken from another cluster: a Backup that did so, too, would take it back for ever. */
    Job catalogue(Observed seen, Catalogue planned) {
        StorageSpec place = seen.spec().storage();
        Mounts mounts = new Mounts();
        CatalogueTask task = new CatalogueTask(mounts.store(place), Names.root(place.prefix(), seen.namespace(), seen.name()), taking(seen.policy()), planned.after(), Cataloguing.AT_ONCE);
        return building.build(seen.owner(), planned.job().name(), "catalogue", task, mounts, seen.spec().jobTemplate(), CATALOGUE_TIMEOUT);
    }

    static String verificationName(Observed seen, int number) {
        return Names.job(seen.name(), "verify-" + number);
    }

    /** As many of them as one Job can be expected to read: the first, of one store, and not too large together. @param most how many fit into its result */
    static List<Backup> together(List<Backup> backups, int most) {
        List<Backup> some = new ArrayList<>();
        long bytes = 0;
        for (Backup backup : backups) {
            bytes += Objects.requireNonNullElse(backup.getStatus().sizeBytes(), 0L);
            boolean fits = some.isEmpty() || bytes <= MOST_READ && some.size() < most;
            if (fits && (some.isEmpty() || place(some.getFirst()).isSameFolder(place(backup)))) {
                some.add(backup);
            }
        }
        return some;
    }

    /** @param backups of one store */
    Job read(Observed seen, StoreJob planned, List<Backup> backups) {
        Mounts mounts = new Mounts();
        VerifyTask task = new VerifyTask(
                mounts.store(seen.spec().reach(place(backups.getFirst()))),
                backups.stream()
                        .map(backup -> new VerifyTask.Item(backup.getMetadata().getUid(), backup.getMetadata().getName(), prefix(backup), backup.getStatus().checksum()))
                        .toList(),
                mounts.identity(seen.spec().verification().decryption()));
        return building.build(seen.owner(), planned.name(), "verify", task, mounts, seen.spec().jobTemplate(), TIMEOUT);
    }

    Job drill(Observed seen, StoreJob planned, Backup backup) {
        VerificationSpec spec = seen.spec().verification();
        Mounts mounts = new Mounts();
        String uid = seen.policy().getMetadata().getUid();
        DatabaseAccess target = spec.target() == null ? null : mounts.database(spec.target().server());
        DrillTask task = new DrillTask(
                seen.name(), uid, seen.namespace(), mounts.store(seen.spec().reach(place(backup))), prefix(backup), backup.getStatus().checksum(), mounts.identity(spec.decryption()), target,
                spec.checks().stream().map(RestoreSpec.Check::sql).toList());
        Duration timeout = Durations.parse(spec.timeout());
        if (spec.target() != null) {
            return building.build(seen.owner(), planned.name(), "drill", task, mounts, seen.spec().jobTemplate(), timeout);
        }
        boolean timescale = backup.getStatus().extensions() != null && backup.getStatus().extensions().containsKey("timescaledb");
        return building.drill(seen.owner(), planned.name(), spec.server(), timescale, task, mounts, seen.spec().jobTemplate(), timeout);
    }

    /** Who may take a store over from another cluster, if the policy says so. */
    static Claimant taking(BackupPolicy policy) {
        Claimant ours = JobBuilding.claimant(policy);
        return new Claimant(ours.policyUid(), ours.cluster(), Optional.ofNullable(policy.getMetadata().getAnnotations()).map(annotations -> annotations.get(Labels.TAKE_OVER)).orElse(null));
    }

    private static StorageSpec place(Observed seen, Stream<Backup> work, int turn) {
        StorageSpec present = seen.spec().storage();
        List<StorageSpec> places = new ArrayList<>();
        Stream.concat(work.map(PolicyJobs::place), Stream.of(present))
                .filter(place -> places.stream().noneMatch(known -> known.isSameFolder(place)))
                .forEach(places::add);
        return places.get((turn - 1) % places.size());
    }

    private static MaintainTask.Kept kept(Backup backup) {
        return new MaintainTask.Kept(backup.getMetadata().getName(), backup.getStatus().location().dataKey(), backup.getStatus().sizeBytes(), backup.getSpec().hasPin());
    }

    private static MaintainTask.Purge purge(Backup backup) {
        return new MaintainTask.Purge(
                backup.getMetadata().getUid(), backup.getMetadata().getName(), prefix(backup), backup.getStatus().expiresAt());
    }

    /** Whatever may be a backup, or become one, is left alone. When there are too many to name them all, nothing is swept. */
    private static MaintainTask.Sweep sweep(Observed seen, List<Backup> kept, Room room) {
        List<Backup> busy = Stream.concat(seen.backups().stream(), seen.safety().stream())
                .filter(backup -> Observed.statusOf(backup).phase() != Phase.Failed && Observed.statusOf(backup).location() != null && !kept.contains(backup))
                .toList();
        return busy.stream().allMatch(room::takes)
                ? new MaintainTask.Sweep(Names.mark(seen.policy().getMetadata().getUid()), busy.stream().map(PolicyJobs::prefix).toList(), seen.now().minus(LEFTOVER_AGE))
                : null;
    }

    /** What is left of the 128 KiB that an environment variable may have; moves and purges need some, too. */
    private static final class Room {
        private static final int FRAME = 80;

        private int left = 64 * 1024;

        boolean takes(Backup backup) {
            left -= backup.getMetadata().getName().length() + prefix(backup).length() + FRAME;
            return left > 0;
        }
    }

    private static StorageSpec place(Backup backup) {
        return backup.getStatus().storage();
    }

    private static boolean isAt(StorageSpec place, Backup backup) {
        return place.isSameFolder(place(backup));
    }

    private static String prefix(Backup backup) {
        return backup.getStatus().location().prefix();
    }
}
