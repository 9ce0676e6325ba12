package dev.remuda.restore;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;

import dev.remuda.api.BackupStatus;
import dev.remuda.api.DatabaseSpec;
import dev.remuda.api.Durations;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.RestoreSpec;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.Mounts;
import dev.remuda.job.Names;
import dev.remuda.task.CleanUpTask;
import dev.remuda.task.ConnectionTask;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.DropTask;
import dev.remuda.task.ReportTask;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.SideDatabase;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.SwitchTask;

/** The Jobs that a Restore needs. */
final class RestoreJobs {
    /** Steps for which the dump is read. */
    static final List<StepName> READING = List.of(StepName.Preflight, StepName.Restore);

    private static final Duration SHORT = Duration.ofMinutes(15);
    private static final String CONNECTION = "/remuda/connection";

    private final JobBuilding building;

    RestoreJobs(JobBuilding building) {
        this.building = building;
    }

    /** What a step's Job is called behind the Restore's name. */
    static String suffix(StepName step, int attempt) {
        return step.name().toLowerCase(Locale.ROOT) + "-" + attempt;
    }

    static String cancelName(String restore) {
        return Names.job(restore, "cancel");
    }

    /** The Job of the present step. */
    Job of(Observed seen) {
        RestoreStatus.Step step = seen.step();
        Mounts mounts = new Mounts();
        return switch (step.name()) {
            case Preflight -> building.build(
                    seen.owner(), step.job(), "preflight", restore(seen, RestoreTask.Stage.Preflight, mounts), mounts, template(seen), SHORT);
            case Restore -> building.build(
                    seen.owner(), step.job(), "restore", restore(seen, RestoreTask.Stage.Restore, mounts), mounts, template(seen), Durations.parse(seen.spec().timeout()));
            case Migrations -> building.migrations(seen.owner(), step.job(), seen.spec().migrations(), connection(seen, mounts), mounts, template(seen));
            case Switch -> building.build(seen.owner(), step.job(), "switch", switching(seen, mounts), mounts, template(seen), SHORT);
            case CleanUp -> building.build(seen.owner(), step.job(), "clean-up", cleanUp(seen, mounts), mounts, template(seen), SHORT);
            case Report -> building.build(seen.owner(), step.job(), "report", report(seen, mounts), mounts, template(seen), SHORT);
            case Drop -> building.build(seen.owner(), step.job(), "drop", drop(seen, mounts), mounts, template(seen), SHORT);
            case SafetyBackup -> throw new IllegalStateException("a Backup has its own Jobs");
        };
    }

    /** Without an owner, for the Job works while its Restore is being deleted, and what belongs to that may be collected before it. */
    Job cancel(Observed seen) {
        Mounts mounts = new Mounts();
        Job job = building.build(seen.owner(), cancelName(seen.name()), "clean-up", cleanUp(seen, mounts), mounts, template(seen), SHORT);
        return new JobBuilder(job).editMetadata().withOwnerReferences().endMetadata().build();
    }

    private static JobTemplateSpec template(Observed seen) {
        return seen.policy()
                .map(policy -> policy.getSpec().jobTemplate())
                .orElse(seen.status().jobTemplate() == null ? JobTemplateSpec.EMPTY : seen.status().jobTemplate());
    }

    private static RestoreTask restore(Observed seen, RestoreTask.Stage stage, Mounts mounts) {
        RestoreSpec spec = seen.spec();
        StoreAccess store = spec.source().object() != null
                ? mounts.store(spec.source().object().storage())
                : mounts.store(seen.place().orElseThrow().store(seen.backup().orElseThrow().getStatus(), seen.origin()));
        return new RestoreTask(
                stage, seen.name(), seen.uid(), seen.namespace(), store, source(seen, mounts), mounts.database(seen.target()), spec.strategy(), spec.confirm(), seen.status().targetOid(),
                seen.replacedName().orElse(null), spec.include() == null ? null : spec.include().toTask(), spec.owner() == null ? null : spec.owner().role(), spec.jobs(), mounts.scratch(spec.scratch()),
                spec.checks().stream().map(RestoreSpec.Check::sql).toList());
    }

    private static RestoreTask.Source source(Observed seen, Mounts mounts) {
        SecretFiles identity = mounts.identity(seen.spec().source().decryption());
        RestoreSpec.Archive archive = seen.spec().source().archive();
        if (seen.spec().source().object() != null) {
            return new RestoreTask.Source(null, null, seen.spec().source().object().key(), archive.days(), archive.speed().name(), identity);
        }
        BackupStatus backup = seen.backup().orElseThrow().getStatus();
        return new RestoreTask.Source(seen.place().orElseThrow().prefix(), backup.checksum(), null, archive.days(), archive.speed().name(), identity);
    }

    private static ConnectionTask connection(Observed seen, Mounts mounts) {
        DatabaseSpec side = seen.target().named(SideDatabase.restore(seen.uid()));
        return new ConnectionTask(mounts.database(side), CONNECTION);
    }

    private static SwitchTask switching(Observed seen, Mounts mounts) {
        return new SwitchTask(seen.name(), seen.uid(), mounts.database(seen.target()), seen.replacedName().orElse(null));
    }

    private static CleanUpTask cleanUp(Observed seen, Mounts mounts) {
        return new CleanUpTask(seen.name(), seen.uid(), mounts.database(seen.target()), seen.replacedName().orElse(null));
    }

    private static ReportTask report(Observed seen, Mounts mounts) {
        Reporting.Shelf shelf = Reporting.shelf(seen).orElseThrow();
        return new ReportTask(mounts.store(shelf.store()), shelf.key(), Reporting.report(seen));
    }

    private static DropTask drop(Observed seen, Mounts mounts) {
        RestoreStatus.Replaced old = seen.status().replaced();
        DatabaseAccess server = mounts.database(seen.target());
        return new DropTask(seen.name(), server, old.database(), old.oid());
    }
}
