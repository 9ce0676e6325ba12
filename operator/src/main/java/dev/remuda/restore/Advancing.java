package dev.remuda.restore;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;

import dev.remuda.api.Backup;
import dev.remuda.api.Durations;
import dev.remuda.api.Phase;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.Step;
import dev.remuda.task.CleanUpResult;
import dev.remuda.task.DropResult;
import dev.remuda.task.FailureResult;
import dev.remuda.task.PreflightResult;
import dev.remuda.task.Reason;
import dev.remuda.task.ReportResult;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.Result;
import dev.remuda.task.SwitchResult;

/** What comes after the end of a step: the next one, the same again, or the end of all. */
final class Advancing {
    /** What keeps a safety backup from being begun: of the Restore's own, not of a Backup's. */
    private static final Set<Reason> NOT_BEGUN = Set.of(Reason.NameTaken, Reason.BackupMissing, Reason.PolicyMissing);

    private Advancing() {}

    static RestorePlan reported(Observed seen, Result result) {
        StepName step = seen.step().name();
        return switch (result) {
            case FailureResult failure -> failed(seen, failure.reason(), failure.message());
            case PreflightResult found when step == StepName.Preflight -> found.archived() == null ? looked(seen, found) : archived(seen, found);
            case RestoreResult restored when step == StepName.Restore -> restored(seen, restored);
            case SwitchResult switched when step == StepName.Switch -> switched(seen, Draft.of(seen).ended(null, null), switched);
            case CleanUpResult left when step == StepName.CleanUp -> CleaningUp.done(seen, left);
            case ReportResult written when step == StepName.Report -> Reporting.written(seen, written);
            case DropResult dropped when step == StepName.Drop -> Dropping.dropped(seen, dropped);
            default -> failed(seen, Reason.InternalError, "the worker reported something else than was asked for: " + result.getClass().getSimpleName());
        };
    }

    static RestorePlan exited(Observed seen, int code) {
        if (seen.step().name() != StepName.Migrations) {
            return failed(seen, Reason.InternalError, "Job " + seen.step().job() + " ran something else than a worker");
        }
        return code == 0
                ? to(seen, Draft.of(seen).ended(null, null), StepName.Switch)
                : last(seen, Reason.MigrationFailed, "the migrations ended with exit code " + code + "; kubectl logs job/" + seen.step().job() + " -c migrations -n "
                        + seen.namespace() + " has what they said");
    }

    /** The present step failed; as often as it pays, it is begun again. */
    static RestorePlan failed(Observed seen, Reason reason, String message) {
        RestoreStatus.Step step = seen.step();
        if (step.name() == StepName.Drop) {
            return Dropping.failed(seen, reason, message);
        }
        if (step.name() == StepName.Report) {
            return Reporting.failed(seen, reason, message);
        }
        if (step.name() == StepName.Migrations) {
            return last(seen, Reason.MigrationFailed, "the migrations did not run to their end: " + reason + ": " + message);
        }
        int failures = seen.failures() + 1;
        int most = attempts(seen);
        if (!reason.canPass() || failures >= most) {
            return elsewhere(seen, reason, message).orElseGet(() -> last(seen, reason, message));
        }
        Duration rest = Stepping.rest(failures);
        Draft draft = Draft.of(seen).ended(reason, message).plan(step.name());
        String told = step.name() + " failed in attempt " + failures + " of " + most + " and is tried again in " + Durations.format(rest) + ": " + message;
        return RestorePlan.write(Words.waiting(draft, seen, reason.name(), ""), rest, new Step.Tell(true, reason.name(), told));
    }

    /** A Backup that cannot be read where it lies is read from a copy; nothing was touched so far. */
    private static Optional<RestorePlan> elsewhere(Observed seen, Reason reason, String message) {
        if (seen.step().name() != StepName.Preflight || seen.spec().source().object() != null || seen.spec().source().copy() != null || !Place.mayBeBetterElsewhere(reason)) {
            return Optional.empty();
        }
        return seen.backup().map(Backup::getStatus).filter(backup -> backup.phase() == Phase.Completed).flatMap(backup -> Place.after(backup, seen.status().copy())).map(next -> {
            Draft draft = Draft.of(seen).ended(reason, message).from(next).plan(StepName.Preflight);
            String told = "Backup " + seen.backupName().orElseThrow() + " cannot be read from " + (seen.status().copy() == null ? "its own store" : "its copy " + seen.status().copy()) + " (" + Words.sentence(message)
                    + "), so it is read from " + next.words();
            return RestorePlan.write(Words.waiting(draft, seen, reason.name(), ""), Duration.ZERO, new Step.Tell(true, reason.name(), told));
        });
    }

    static RestorePlan to(Observed seen, Draft draft, StepName next) {
        draft.plan(next);
        return RestorePlan.write(Words.waiting(draft, seen, next.name(), ""), Duration.ZERO);
    }

    /** What the switch left: also known from a clean-up that found it done. */
    static RestorePlan switched(Observed seen, Draft draft, SwitchResult result) {
        Instant at = result.finishedAt().truncatedTo(ChronoUnit.SECONDS);
        draft.note(result.note());
        if (result.replacedOid() != null && seen.replacedName().isPresent()) {
            draft.replaced(new RestoreStatus.Replaced(
                    seen.replacedName().get(), result.replacedOid(), at.plus(Durations.parse(seen.spec().keepReplaced())), result.goBack(), null));
        }
        return Completion.of(seen, draft, at);
    }

    /** Of the present step, in each place that is read. */
    private static int attempts(Observed seen) {
        int before = seen.step().name() == StepName.Preflight && seen.place().isPresent() ? seen.place().get().number(seen.backup().orElseThrow().getStatus()) : 0;
        return attempts(seen.step().name()) * (before + 1);
    }

    private static int attempts(StepName step) {
        return switch (step) {
            case Preflight -> 3;
            case Restore, Switch, CleanUp -> 5;
            case Report -> Reporting.ATTEMPTS;
            case SafetyBackup, Migrations, Drop -> 1;
        };
    }

    private static RestorePlan last(Observed seen, Reason reason, String message) {
        RestoreStatus.Step step = seen.step();
        Draft draft = Draft.of(seen).ended(reason, message);
        return switch (step.name()) {
            case Preflight -> RestorePlan.fail(draft, reason, Words.untouched(message));
            case SafetyBackup -> RestorePlan.fail(
                    draft, NOT_BEGUN.contains(reason) ? reason : Reason.SafetyBackupFailed, Words.untouched(message)
                            + "; set safetyBackup: false if the target's present data is not worth keeping");
            case Restore -> step.startedAt() == null && step.attempt() == 1
                    ? RestorePlan.fail(draft, reason, Words.untouched(message))
                    : to(seen, draft, StepName.CleanUp);
            case Migrations, Switch -> to(seen, draft, StepName.CleanUp);
            case CleanUp -> CleaningUp.failed(seen, draft, message);
            case Report, Drop -> throw new IllegalStateException("what comes after the end is never the last");
        };
    }

    private static RestorePlan looked(Observed seen, PreflightResult found) {
        Draft draft = Draft.of(seen).ended(null, null).preflight(found).available();
        boolean safety = found.targetOid() != null && seen.wantsSafety();
        return to(seen, draft, safety ? StepName.SafetyBackup : StepName.Restore);
    }

    private static RestorePlan archived(Observed seen, PreflightResult found) {
        int attempt = seen.step().attempt();
        Draft draft = Draft.of(seen)
                .ended(null, found.archived())
                .forget(step -> step.name() == StepName.Preflight && step.attempt() != attempt)
                .phase(Phase.Pending)
                .archived(found.archived());
        String message = "the dump lies in an archive and is on its way back; it is asked for again every now and then until it is there: " + found.archived();
        return RestorePlan.write(draft.waiting(Reason.ObjectArchived.name(), message), Duration.ZERO);
    }

    private static RestorePlan restored(Observed seen, RestoreResult result) {
        Draft draft = Draft.of(seen).ended(null, null).restored(result);
        if (seen.spec().strategy() == RestoreStrategy.Existing) {
            return Completion.of(seen, draft, result.finishedAt().truncatedTo(ChronoUnit.SECONDS));
        }
        return to(seen, draft, seen.spec().migrations() == null ? StepName.Switch : StepName.Migrations);
    }
}
