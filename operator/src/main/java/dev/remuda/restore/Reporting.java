package dev.remuda.restore;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.api.StorageSpec;
import dev.remuda.job.Names;
import dev.remuda.job.Step;
import dev.remuda.status.AskedBy;
import dev.remuda.task.Reason;
import dev.remuda.task.ReportResult;
import dev.remuda.task.RestoreReport;

/** A Restore that has ended leaves a report in the store. It has a Job of its own, for it must come after whichever step was the last, and must not be able to spoil that. */
final class Reporting {
    static final String NOT_WRITTEN = "ReportNotWritten";
    static final int ATTEMPTS = 3;

    /** Older ones are not reported: they ended under an operator that left no reports. */
    private static final Duration WITHIN = Duration.ofHours(1);

    private Reporting() {}

    /** Where the report goes. @param store as this cluster reaches it */
    record Shelf(StorageSpec store, String key) {}

    /** What is to be done for the report; empty: nothing, any more. */
    static Optional<RestorePlan> of(Observed seen, RestoreJobs jobs, Limits limits) {
        RestoreStatus status = seen.status();
        if (status.steps().isEmpty() || seen.step().name() == null) {
            return Optional.empty(); // it failed before there was anything to look at
        }
        if (seen.step().name() == StepName.Report && seen.step().finishedAt() == null) {
            return Optional.of(Stepping.of(seen, jobs, limits));
        }
        boolean begun = status.steps().stream().anyMatch(step -> step.name() == StepName.Report || step.name() == StepName.Drop);
        boolean late = status.completedAt() == null || seen.now().isAfter(status.completedAt().plus(WITHIN));
        return begun || late || !hasShelf(seen) ? Optional.empty() : Optional.of(RestorePlan.write(Draft.of(seen).plan(StepName.Report), Duration.ZERO));
    }

    /** A dump made elsewhere lies in somebody else's bucket, so its report goes to the policy that is named, if one is. */
    private static boolean hasShelf(Observed seen) {
        return seen.spec().source().object() == null ? shelf(seen).isPresent() : seen.spec().policyRef() != null;
    }

    /** Empty: the Backup or the policy is gone by now. */
    static Optional<Shelf> shelf(Observed seen) {
        String file = "restores/" + seen.name() + "-" + Names.mark(seen.uid()) + ".json";
        if (seen.spec().source().object() != null) {
            return seen.policy().map(BackupPolicy::getSpec).map(spec -> new Shelf(
                    spec.storage(), Names.root(spec.storage().prefix(), seen.namespace(), seen.policy().get().getMetadata().getName()) + file));
        }
        return seen.place().filter(read -> read.prefix() != null)
                .map(read -> new Shelf(read.store(seen.backup().orElseThrow().getStatus(), seen.origin()), beside(read.prefix()) + file));
    }

    /** The folder that a folder is in. */
    private static String beside(String prefix) {
        return prefix.substring(0, prefix.lastIndexOf('/', prefix.length() - 2) + 1);
    }

    static RestoreReport report(Observed seen) {
        RestoreStatus status = seen.status();
        Condition completed = status.conditions().getFirst();
        return new RestoreReport(
                RestoreReport.SCHEMA_VERSION, seen.name(), seen.namespace(), seen.uid(), AskedBy.of(seen.restore()), status.source(), status.backup(), status.snapshotAt(),
                seen.target().host(), seen.target().port(), status.databaseName(), status.serverVersion(), seen.spec().strategy(), status.safetyBackup(),
                status.replaced() == null ? null : status.replaced().database(), status.startedAt(), status.completedAt(), status.phase().name(),
                "True".equals(completed.getStatus()) ? null : completed.getReason(), completed.getMessage(), status.tables(), status.rows(), status.bytes());
    }

    static RestorePlan written(Observed seen, ReportResult result) {
        return RestorePlan.write(Draft.of(seen).ended(null, result.url()), Duration.ZERO);
    }

    /** What was restored is restored, so this is a note and no failure. */
    static RestorePlan failed(Observed seen, Reason reason, String message) {
        int failures = seen.failures() + 1;
        Draft draft = Draft.of(seen).ended(reason, message);
        if (reason.canPass() && failures < ATTEMPTS) {
            return RestorePlan.write(draft.plan(StepName.Report), Stepping.rest(failures));
        }
        String note = "no report of it could be left in the store (" + reason + ": " + Words.sentence(message) + ")";
        return new RestorePlan(draft.note(note).build(), List.of(new Step.Tell(false, NOT_WRITTEN, note)), Optional.of(Duration.ZERO));
    }
}
