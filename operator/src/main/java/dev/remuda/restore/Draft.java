package dev.remuda.restore;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.api.DatabaseSpec;
import dev.remuda.api.Durations;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.Phase;
import dev.remuda.api.ProgressStatus;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.RestoreStatus.Replaced;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.Names;
import dev.remuda.status.CompletedCondition;
import dev.remuda.status.Conditions;
import dev.remuda.task.PreflightResult;
import dev.remuda.task.Progress;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;

/** The next status of a Restore, from the one that was seen. */
final class Draft {
    static final String SOURCE_AVAILABLE = "SourceAvailable";

    private final Observed seen;
    private final List<RestoreStatus.Step> steps;
    private final List<Condition> conditions;
    private Phase phase;
    private Instant startedAt;
    private Instant completedAt;
    private String backup;
    private String source;
    private String copy;
    private Instant snapshotAt;
    private DatabaseSpec target;
    private JobTemplateSpec jobTemplate;
    private String databaseName;
    private String serverVersion;
    private Long targetOid;
    private String safetyBackup;
    private ProgressStatus progress;
    private Long bytes;
    private Integer tables;
    private Long rows;
    private Replaced replaced;
    private String note;

    private Draft(Observed seen) {
        RestoreStatus s = seen.status();
        this.seen = seen;
        steps = new ArrayList<>(s.steps());
        conditions = new ArrayList<>(s.conditions());
        phase = s.phase() == null ? Phase.Pending : s.phase();
        startedAt = s.startedAt();
        completedAt = s.completedAt();
        backup = s.backup();
        source = s.source();
        copy = s.copy();
        snapshotAt = s.snapshotAt();
        target = s.target();
        jobTemplate = s.jobTemplate();
        databaseName = s.databaseName();
        serverVersion = s.serverVersion();
        targetOid = s.targetOid();
        safetyBackup = s.safetyBackup();
        progress = s.progress();
        bytes = s.bytes();
        tables = s.tables();
        rows = s.rows();
        replaced = s.replaced();
        note = s.note();
    }

    static Draft of(Observed seen) {
        return new Draft(seen);
    }

    RestoreStatus build() {
        String duration = startedAt == null || completedAt == null
                ? null
                : Durations.format(completedAt.isBefore(startedAt) ? Duration.ZERO : Duration.between(startedAt, completedAt));
        return new RestoreStatus(
                phase, conditions, steps, startedAt, completedAt, duration, backup, source, copy, snapshotAt, target, jobTemplate, databaseName, serverVersion, targetOid,
                safetyBackup, progress, bytes, tables, rows, replaced, note);
    }

    Draft begin(String ofBackup, String from, Instant shows, DatabaseSpec into, String named, JobTemplateSpec template) {
        startedAt = seen.second();
        backup = ofBackup;
        source = from;
        snapshotAt = shows;
        target = into;
        databaseName = named;
        jobTemplate = template;
        return this;
    }

    /** Where the Backup is read from. */
    Draft from(Place place) {
        copy = place.copy();
        source = place.url();
        return this;
    }

    /** The next attempt of a step, after all that were made of it before. */
    Draft plan(StepName name) {
        int attempt = 1 + Stream.concat(seen.status().steps().stream(), steps.stream())
                .filter(step -> step.name() == name)
                .mapToInt(RestoreStatus.Step::attempt)
                .max()
                .orElse(0);
        String job = name == StepName.SafetyBackup ? seen.safetyName() : Names.job(seen.name(), RestoreJobs.suffix(name, attempt));
        steps.add(new RestoreStatus.Step(name, attempt, job, null, null, null, null));
        return this;
    }

    /** Forgets steps that ended, so that what is tried for days does not let the list grow. */
    Draft forget(Predicate<RestoreStatus.Step> which) {
        steps.removeIf(which);
        return this;
    }

    Draft started() {
        RestoreStatus.Step s = steps.getLast();
        return last(new RestoreStatus.Step(s.name(), s.attempt(), s.job(), seen.second(), null, null, null));
    }

    /** The step is over as soon as its Pod is gone. */
    Draft stopping(Reason reason, String message) {
        RestoreStatus.Step s = steps.getLast();
        return last(new RestoreStatus.Step(s.name(), s.attempt(), s.job(), s.startedAt(), null, reason, message));
    }

    Draft progress(Progress said) {
        progress = ProgressStatus.of(said, seen.second());
        return this;
    }

    /** @param reason null: it succeeded */
    Draft ended(Reason reason, String message) {
        progress = null;
        RestoreStatus.Step s = steps.getLast();
        return last(new RestoreStatus.Step(s.name(), s.attempt(), s.job(), s.startedAt(), seen.second(), reason, message));
    }

    private Draft last(RestoreStatus.Step step) {
        steps.set(steps.size() - 1, step);
        return this;
    }

    Draft phase(Phase next) {
        phase = next;
        return this;
    }

    Draft preflight(PreflightResult result) {
        databaseName = result.databaseName();
        targetOid = result.targetOid();
        serverVersion = result.serverVersion();
        snapshotAt = result.snapshotAt() == null ? snapshotAt : result.snapshotAt();
        return note(result.note());
    }

    Draft safetyBackup(String name) {
        safetyBackup = name;
        return this;
    }

    Draft restored(RestoreResult result) {
        bytes = result.bytes();
        tables = result.tables();
        rows = result.rows();
        serverVersion = result.serverVersion();
        return note(result.note());
    }

    /** @param more one thing more to know; null: nothing */
    Draft note(String more) {
        String all = Stream.of(note, more).filter(Objects::nonNull).distinct().collect(Collectors.joining("; "));
        note = all.isEmpty() ? null : all;
        return this;
    }

    Draft replaced(Replaced old) {
        replaced = old;
        return this;
    }

    Draft waiting(String reason, String message) {
        return condition(CompletedCondition.waiting(seen.status().conditions(), reason, message, seen.generation(), seen.now()).getFirst());
    }

    Draft failed(Reason reason, String message) {
        phase = Phase.Failed;
        completedAt = seen.second();
        return condition(CompletedCondition.failed(seen.status().conditions(), reason.name(), message, seen.generation(), seen.now()).getFirst());
    }

    Draft completed(Instant at) {
        phase = Phase.Completed;
        completedAt = at;
        return said();
    }

    /** The last message anew, of what is known now. */
    Draft said() {
        String message = Completion.message(seen, build());
        return condition(CompletedCondition.succeeded(seen.status().conditions(), message, seen.generation(), seen.now()).getFirst());
    }

    Draft archived(String words) {
        return condition(Conditions.of(seen.status().conditions(), SOURCE_AVAILABLE, "False", Reason.ObjectArchived.name(), words, seen.generation(), seen.now()));
    }

    /** Of a dump that never lay in an archive nothing is said. */
    Draft available() {
        boolean lay = conditions.stream().anyMatch(condition -> SOURCE_AVAILABLE.equals(condition.getType()));
        return lay
                ? condition(Conditions.of(
                        seen.status().conditions(), SOURCE_AVAILABLE, "True", "Available", "the dump can be read", seen.generation(), seen.now()))
                : this;
    }

    private Draft condition(Condition next) {
        conditions.removeIf(known -> known.getType().equals(next.getType()));
        if (CompletedCondition.TYPE.equals(next.getType())) {
            conditions.addFirst(next);
        } else {
            conditions.add(next);
        }
        return this;
    }
}
