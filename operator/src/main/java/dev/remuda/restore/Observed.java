package dev.remuda.restore;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.DatabaseSpec;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreSpec;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.JobView;
import dev.remuda.job.Labels;
import dev.remuda.job.Names;
import dev.remuda.job.Owner;
import dev.remuda.task.Progress;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.SideDatabase;

/**
 * All that a plan for a Restore looks at.
 *
 * @param backup the Backup that is named or was chosen, while it exists
 * @param candidates all Backups of the namespace; only while one is to be chosen
 * @param safety the Backup of the name that the safety backup has, whoever's it is, while it exists
 * @param policy the policy whose Job template is used, while it exists; only while a Job is to be made
 * @param origin the policy of the Backup, by whose key its store is reached, while it exists; likewise
 * @param job the Job of the name that the present step has, whoever's it is, while it exists
 * @param progress what its worker said last, when it was asked
 */
record Observed(
        Restore restore,
        Optional<Backup> backup,
        List<Backup> candidates,
        Optional<Backup> safety,
        Optional<BackupPolicy> policy,
        Optional<BackupPolicy> origin,
        Optional<JobView> job,
        Optional<Progress> progress,
        Instant now) {

    RestoreStatus status() {
        return statusOf(restore);
    }

    static RestoreStatus statusOf(Restore restore) {
        return restore.getStatus() == null ? RestoreStatus.NONE : restore.getStatus();
    }

    RestoreSpec spec() {
        return restore.getSpec();
    }

    String name() {
        return restore.getMetadata().getName();
    }

    String namespace() {
        return restore.getMetadata().getNamespace();
    }

    String uid() {
        return restore.getMetadata().getUid();
    }

    Owner owner() {
        return Owner.of(restore);
    }

    Instant created() {
        return Instant.parse(restore.getMetadata().getCreationTimestamp());
    }

    long generation() {
        return restore.getMetadata().getGeneration() == null ? 0 : restore.getMetadata().getGeneration();
    }

    /** Whole seconds: a status that is written and read again must be equal. */
    Instant second() {
        return now.truncatedTo(ChronoUnit.SECONDS);
    }

    /** The present step. */
    RestoreStatus.Step step() {
        return status().step().orElseThrow();
    }

    /** How often the present step has failed so far. */
    int failures() {
        StepName name = step().name();
        return (int) status().steps().stream().filter(step -> step.name() == name && step.finishedAt() != null && step.reason() != null).count();
    }

    /** When the last thing happened before the present step. */
    Instant before() {
        List<RestoreStatus.Step> steps = status().steps();
        Instant begun = status().startedAt() == null ? created() : status().startedAt();
        Instant ended = steps.size() < 2 ? null : steps.get(steps.size() - 2).finishedAt();
        return ended == null ? begun : ended;
    }

    /** Whether the present step asks again for a dump that lay in an archive: what has waited for hours may wait a little more. */
    boolean awaitsArchive() {
        List<RestoreStatus.Step> steps = status().steps();
        return steps.size() > 1 && step().name() == StepName.Preflight && steps.get(steps.size() - 2).reason() == null;
    }

    /** The Restore's own Job. */
    Optional<JobView> ownJob() {
        return job.filter(view -> view.belongsTo(owner()));
    }

    String safetyName() {
        return Names.safety(name());
    }

    /** The Backup that was made for this very Restore: an earlier one of the same name may have left another. */
    Optional<Backup> ownSafety() {
        return safety.filter(found -> found.getMetadata().getLabels() != null && uid().equals(found.getMetadata().getLabels().get(Labels.OWNER_UID)));
    }

    boolean isUnderWayMarked() {
        return Labels.isUnderWay(restore) && restore.hasFinalizer(Labels.CLEAN_UP);
    }

    /** Where the Backup is read from; empty: the source is an object, or what is to be read is gone. */
    Optional<Place> place() {
        return backup.map(Backup::getStatus).filter(known -> known != null && known.location() != null).flatMap(known -> Place.of(known, status().copy()));
    }

    /** Name of the Backup that is named or was chosen; empty: none was chosen yet, or the source is an object. */
    Optional<String> backupName() {
        return backupName(restore);
    }

    static Optional<String> backupName(Restore restore) {
        return restore.getSpec().source().backupRef() != null
                ? Optional.of(restore.getSpec().source().backupRef().name())
                : Optional.ofNullable(statusOf(restore).backup());
    }

    /** The target with its name, once that is known. */
    DatabaseSpec target() {
        DatabaseSpec target = status().target();
        return status().databaseName() == null ? target : target.named(status().databaseName());
    }

    boolean targetExisted() {
        return status().targetOid() != null;
    }

    /**
     * The name that the old database is given; empty: nothing may be there. With Recreate the old one is gone by then, but an application may have
     * made another in its place, which nobody has allowed to be lost.
     */
    Optional<String> replacedName() {
        boolean replaces = spec().strategy() == RestoreStrategy.Swap || spec().strategy() == RestoreStrategy.Recreate;
        return replaces && status().databaseName() != null
                ? Optional.of(SideDatabase.replaced(status().databaseName(), name()))
                : Optional.empty();
    }

    boolean wantsSafety() {
        return spec().safetyBackup() && spec().strategy() != RestoreStrategy.Create;
    }
}
