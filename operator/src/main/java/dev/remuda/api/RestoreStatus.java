package dev.remuda.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.task.Reason;

/** What came of a {@link Restore}. A phase that only a newer operator knows is noted by {@link Reading}. */
public record RestoreStatus(
        @JsonPropertyDescription("Pending, Running, Completed or Failed. Completed means: the stored dump was proved whole, restored, compared with the manifest, checked, "
                + "migrated where asked for, and the target is the restored database.")
        Phase phase,
        @JsonPropertyDescription("Condition Completed: True, or False with the reason and what to do, or Unknown while it runs. Condition SourceAvailable, for a dump that "
                + "lay in an archive: False while it is on its way.")
        List<Condition> conditions,
        @JsonPropertyDescription("The steps that were begun, oldest first, each tried again included.") List<Step> steps,
        @JsonPropertyDescription("When work began.") Instant startedAt,
        @JsonPropertyDescription("When it was Completed or Failed.") Instant completedAt,
        @JsonPropertyDescription("The time between, for people.") String duration,
        @JsonPropertyDescription("The Backup that is restored.") String backup,
        @JsonPropertyDescription("The restored dump's place in the store.") String source,
        @JsonPropertyDescription("Name of the copy that is read; absent: the Backup in its own store.") String copy,
        @JsonPropertyDescription("When the restored backup's snapshot was taken: what was written later is not in the restored database.") Instant snapshotAt,
        @JsonPropertyDescription("The target as it was resolved when work began; a name that is absent stands in its Secret or in the dump.") DatabaseSpec target,
        @JsonPropertyDescription("What the Pods of the Jobs are given when neither policyRef nor the Backup's policy is there any more.") JobTemplateSpec jobTemplate,
        @JsonPropertyDescription("Name of the target database.") String databaseName,
        @JsonPropertyDescription("Version of the target's server.") String serverVersion,
        @JsonPropertyDescription("Object id of the target as it was when work began; absent: it did not exist.") Long targetOid,
        @JsonPropertyDescription("The Backup that holds the target's data as it was before.") String safetyBackup,
        @JsonPropertyDescription("How far the present step has come.") ProgressStatus progress,
        @JsonPropertyDescription("Size of the dump that was read, in bytes.") Long bytes,
        @JsonPropertyDescription("How many tables were compared with the manifest.") Integer tables,
        @JsonPropertyDescription("How many rows they hold together.") Long rows,
        @JsonPropertyDescription("The old database, which strategy Swap keeps for a while.") Replaced replaced,
        @JsonPropertyDescription("What there is to know beside that.") String note) {

    public static final RestoreStatus NONE =
            new RestoreStatus(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    public RestoreStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
        steps = steps == null ? List.of() : List.copyOf(steps);
    }

    /** Whether nothing more will happen, except that the old database is dropped in time. */
    public boolean hasEnded() {
        return phase != null && phase.isFinal();
    }

    /** The step that is under way, or the last one. */
    public Optional<Step> step() {
        return steps.isEmpty() ? Optional.empty() : Optional.of(steps.getLast());
    }

    /** One step of a restore. A name or reason that only a newer operator knows is read as none. */
    public record Step(
            @JsonFormat(with = JsonFormat.Feature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
            @Required @JsonPropertyDescription("Preflight, SafetyBackup, Restore, Migrations, Switch, CleanUp, Report or Drop.") StepName name,
            @Required @JsonPropertyDescription("How often this step was begun, from 1.") int attempt,
            @JsonPropertyDescription("The Job that does it; for SafetyBackup the Backup.") String job,
            @JsonPropertyDescription("When its Job was created.") Instant startedAt,
            @JsonPropertyDescription("When it ended.") Instant finishedAt,
            @JsonFormat(with = JsonFormat.Feature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
            @JsonPropertyDescription("Why it failed; absent while it runs and when it succeeded.") Reason reason,
            @JsonPropertyDescription("What happened, to what, and what to do; of a Report that was written, where it lies.") String message) {}

    /** The steps of a restore, in their order. */
    public enum StepName {
        /** Finds what would fail later; asks an archived dump back. */
        Preflight,
        /** A Backup of the target. */
        SafetyBackup,
        /** Restores, compares, checks. */
        Restore,
        /** Runs the user's program against the restored database. */
        Migrations,
        /** Puts the restored database in the target's place. */
        Switch,
        /** Drops what a restore that goes no further has left. */
        CleanUp,
        /** Leaves a report in the store, whatever came of it. */
        Report,
        /** Drops the old database when its time is over. */
        Drop
    }

    /** The database that was replaced. */
    public record Replaced(
            @Required @JsonPropertyDescription("Its present name.") String database,
            @JsonPropertyDescription("Its object id on the server.") Long oid,
            @JsonPropertyDescription("When it is dropped.") Instant until,
            @JsonPropertyDescription("The command that puts it back into its place.") String goBack,
            @JsonPropertyDescription("When it was dropped, or found to be gone.") Instant droppedAt) {}
}
