package dev.remuda.backup;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.api.Attempt;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.BackupStatus.Location;
import dev.remuda.api.DatabaseSpec;
import dev.remuda.api.Durations;
import dev.remuda.api.Phase;
import dev.remuda.api.ProgressStatus;
import dev.remuda.api.S3Spec;
import dev.remuda.api.TierSpec;
import dev.remuda.job.Names;
import dev.remuda.job.Owner;
import dev.remuda.status.CompletedCondition;
import dev.remuda.status.Sizes;
import dev.remuda.task.BackupResult;
import dev.remuda.task.Reason;
import dev.remuda.task.StorageClass;

/** The status of a Backup for each thing that can have happened to it. */
final class BackupStatuses {
    private BackupStatuses() {}

    static BackupStatus waiting(Observed seen, String reason, String message) {
        return with(seen.status(), Phase.Pending, condition(seen, reason, message), seen.status().attempts(), null);
    }

    static BackupStatus planned(Observed seen, BackupPolicy policy) {
        S3Spec s3 = policy.getSpec().storage().s3();
        String prefix = Names.attemptPrefix(s3.prefix(), Owner.of(policy), BackupJobs.owner(seen), 1);
        Optional<TierSpec> tier = policy.getSpec().hottest(seen.backup().getSpec().ofTiers());
        Attempt attempt = new Attempt(1, BackupJobs.jobName(seen, 1), null, null, null, null, null);
        return new BackupStatus(
                Phase.Pending, condition(seen, "Pending", "the Job is being created"), List.of(attempt), now(seen), null, null,
                database(seen, policy), policy.getSpec().storage(), policy.getSpec().jobTemplate(), new Location("s3://" + s3.bucket() + "/" + prefix, prefix, null),
                tier.map(TierSpec::name).orElse(null), tier.map(TierSpec::storageClass).map(BackupStatuses::quick).orElse(null), null, null,
                null, null, null, null, null, null, null, null, null, null, null);
    }

    /** Before a Restore replaces a database, that one is backed up, whichever the policy's own is. */
    private static DatabaseSpec database(Observed seen, BackupPolicy policy) {
        return seen.backup().getSpec().safety() == null ? policy.getSpec().database() : seen.backup().getSpec().safety().database();
    }

    /** What is newest must come back at once, so nothing begins its life in an archive. */
    private static StorageClass quick(StorageClass wanted) {
        return wanted.isArchive() ? StorageClass.STANDARD : wanted;
    }

    static BackupStatus started(Observed seen) {
        Attempt a = seen.attempt().orElseThrow();
        Attempt started = new Attempt(a.number(), a.job(), now(seen), null, null, null, null);
        return with(seen.status(), Phase.Pending, condition(seen, "Pending", "Job " + a.job() + " was created"), replaceLast(seen, started), null);
    }

    static BackupStatus running(Observed seen) {
        String message = "Job " + seen.attempt().orElseThrow().job() + " is dumping";
        BackupStatus running = with(seen.status(), Phase.Running, condition(seen, "Running", message), seen.status().attempts(), null);
        return running.at(seen.progress().map(said -> ProgressStatus.of(said, now(seen))).orElse(seen.status().progress()));
    }

    static BackupStatus lost(Observed seen, Reason reason, String message) {
        Attempt a = seen.attempt().orElseThrow();
        Attempt lost = new Attempt(
                a.number(), a.job(), a.startedAt(), now(seen), reason, message, BackupJobs.settleName(seen, a.number()));
        return with(
                seen.status(), Phase.Running, condition(seen, reason.name(), message + ". What it left in the store is being looked at"),
                replaceLast(seen, lost), null);
    }

    static BackupStatus failed(Observed seen, Reason reason, String message) {
        List<Condition> conditions =
                CompletedCondition.failed(seen.status().conditions(), reason.name(), message, seen.generation(), seen.now());
        List<Attempt> attempts = seen.attempt()
                .map(a -> replaceLast(
                        seen,
                        new Attempt(
                                a.number(), a.job(), a.startedAt(), a.finishedAt() == null ? now(seen) : a.finishedAt(), reason,
                                a.message() == null ? message : a.message(), a.settledBy())))
                .orElse(List.of());
        return with(seen.status(), Phase.Failed, conditions, attempts, now(seen));
    }

    static BackupStatus completed(Observed seen, BackupResult result) {
        BackupStatus before = seen.status();
        Attempt a = seen.attempt().orElseThrow();
        Attempt done = new Attempt(a.number(), a.job(), a.startedAt(), result.finishedAt(), null, null, a.settledBy());
        BackupStatus facts = new BackupStatus(
                Phase.Completed, before.conditions(), replaceLast(seen, done), before.startedAt(), result.finishedAt(),
                duration(before.startedAt(), result.finishedAt()), before.database(), before.storage(), before.jobTemplate(),
                new Location(before.location().url(), before.location().prefix(), result.dataKey()), before.tier(),
                before.storageClass(), null, null, result.snapshotAt(),
                result.sizeBytes(), Sizes.format(result.sizeBytes()), result.databaseSizeBytes(), result.checksum(), result.databaseName(),
                result.serverVersion(), result.lsn(), result.extensions(), result.tables(), result.rows());
        return with(
                facts, Phase.Completed,
                CompletedCondition.succeeded(before.conditions(), message(facts, result.note()), seen.generation(), seen.now()), facts.attempts(),
                result.finishedAt());
    }

    /** A Backup that its own deletion purges. */
    static BackupStatus deleting(Observed seen, String reason, String message) {
        return seen.status().in(Phase.Deleting, CompletedCondition.failed(seen.status().conditions(), reason, message, seen.generation(), seen.now()));
    }

    private static String message(BackupStatus status, String note) {
        return status.databaseName() + ": " + status.tables() + " tables, " + Sizes.count(status.rows()) + " rows, " + status.size()
                + " stored and compared, in " + status.duration() + (note == null ? "" : ". " + note);
    }

    private static BackupStatus with(
            BackupStatus s, Phase phase, List<Condition> conditions, List<Attempt> attempts, Instant completedAt) {
        String duration = completedAt == null || s.startedAt() == null ? null : duration(s.startedAt(), completedAt);
        return new BackupStatus(
                phase, conditions, attempts, s.startedAt(), completedAt, duration, s.database(), s.storage(), s.jobTemplate(), s.location(), s.tier(),
                s.storageClass(), s.retainedBy(), s.expiresAt(), s.snapshotAt(),
                s.sizeBytes(), s.size(), s.databaseSizeBytes(), s.checksum(), s.databaseName(), s.serverVersion(), s.lsn(), s.extensions(),
                s.tables(), s.rows());
    }

    private static List<Condition> condition(Observed seen, String reason, String message) {
        return CompletedCondition.waiting(seen.status().conditions(), reason, message, seen.generation(), seen.now());
    }

    private static List<Attempt> replaceLast(Observed seen, Attempt attempt) {
        List<Attempt> attempts = new ArrayList<>(seen.status().attempts());
        attempts.set(attempts.size() - 1, attempt);
        return attempts;
    }

    private static String duration(Instant from, Instant to) {
        return Durations.format(to.isBefore(from) ? Duration.ZERO : Duration.between(from, to));
    }

    /** Whole seconds: a status that is written and read again must be equal. */
    private static Instant now(Observed seen) {
        return seen.now().truncatedTo(ChronoUnit.SECONDS);
    }
}
