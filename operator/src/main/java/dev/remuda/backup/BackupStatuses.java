package dev.remuda.backup;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.api.Attempt;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.BackupStatus.Location;
import dev.remuda.api.DatabaseSpec;
import dev.remuda.api.Durations;
import dev.remuda.api.Phase;
import dev.remuda.api.ProgressStatus;
import dev.remuda.api.StorageSpec;
import dev.remuda.api.TierSpec;
import dev.remuda.job.Labels;
import dev.remuda.job.Names;
import dev.remuda.job.Owner;
import dev.remuda.status.CompletedCondition;
import dev.remuda.status.Conditions;
import dev.remuda.status.Sizes;
import dev.remuda.status.Trust;
import dev.remuda.task.BackupResult;
import dev.remuda.task.Catalogued;
import dev.remuda.task.StorageClass;

/** The status of a Backup for each thing that can have happened to it. */
final class BackupStatuses {
    private BackupStatuses() {}

    static BackupStatus waiting(Observed seen, String reason, String message) {
        return with(seen.status(), Phase.Pending, condition(seen, reason, message), seen.status().attempts(), null);
    }

    static BackupStatus planned(Observed seen, BackupPolicy policy) {
        StorageSpec store = policy.getSpec().storage();
        String prefix = Names.attemptPrefix(store.prefix(), Owner.of(policy), BackupJobs.owner(seen), 1);
        Optional<TierSpec> tier = policy.getSpec().hottest(seen.backup().getSpec().ofTiers());
        Attempt attempt = Attempt.planned(1, BackupJobs.jobName(seen, 1));
        return new BackupStatus(
                Phase.Pending, condition(seen, "Pending", "the Job is being created"), List.of(attempt), now(seen), null, null,
                database(seen, policy), policy.getSpec().storage(), policy.getSpec().jobTemplate(), location(store, prefix, lock(seen, policy)),
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
        Attempt started = seen.attempt().orElseThrow().started(now(seen));
        return with(seen.status(), Phase.Pending, condition(seen, "Pending", "Job " + started.job() + " was created"), replaceLast(seen, started), null);
    }

    static BackupStatus running(Observed seen) {
        String message = "Job " + seen.attempt().orElseThrow().job() + " is dumping";
        BackupStatus running = with(seen.status(), Phase.Running, condition(seen, "Running", message), seen.status().attempts(), null);
        return running.at(seen.progress().map(said -> ProgressStatus.of(said, now(seen))).orElse(seen.status().progress()));
    }

    /** @param began whether the worker may have begun, so that what it left is to be looked at */
    static BackupStatus stopping(Observed seen, Cause cause, boolean began) {
        Attempt present = seen.attempt().orElseThrow();
        Attempt stopping = present.stopping(cause.reason(), cause.message(), began ? BackupJobs.settleName(seen, present.number(), 1) : null);
        String message = cause.message() + ". Job " + present.job() + " is being stopped";
        return with(seen.status(), seen.status().phase(), condition(seen, cause.reason().name(), message), replaceLast(seen, stopping), null);
    }

    static BackupStatus lost(Observed seen, Cause cause) {
        Attempt present = seen.attempt().orElseThrow();
        Attempt lost = present.lost(now(seen), cause.reason(), cause.message(), BackupJobs.settleName(seen, present.number(), 1));
        return with(
                seen.status(), Phase.Running, condition(seen, cause.reason().name(), cause.message() + ". What it left in the store is being looked at"),
                replaceLast(seen, lost), null);
    }

    /** @param why the Job before could not look */
    static BackupStatus lookedAtAgain(Observed seen, Duration rest, String why) {
        Attempt present = seen.attempt().orElseThrow();
        Attempt again = present.lookedAtAgain(BackupJobs.settleName(seen, present.number(), present.looked() + 1), now(seen).plus(rest));
        Cause cause = Cause.of(present);
        String message = cause.message() + ". What it left in the store could not be looked at, which is tried again in " + Durations.format(rest) + " (" + why + ")";
        return with(seen.status(), Phase.Running, condition(seen, cause.reason().name(), message), replaceLast(seen, again), null);
    }

    /** The present attempt failed and another one is planned. */
    static BackupStatus again(Observed seen, Cause cause, String message) {
        BackupStatus before = seen.status();
        int next = seen.attempt().orElseThrow().number() + 1;
        List<Attempt> attempts = replaceLast(seen, seen.attempt().get().failed(now(seen), cause.reason(), cause.message()));
        attempts.add(Attempt.planned(next, BackupJobs.jobName(seen, next)));
        BackupStatus status = with(before, Phase.Pending, condition(seen, cause.reason().name(), message), attempts, null);
        StorageSpec store = before.storage();
        return status.movedTo(location(store, Names.attemptPrefix(before.location().prefix(), next), before.location().lockedUntil()));
    }

    /** @param account what is to be said beside the cause, of all attempts together */
    static BackupStatus failed(Observed seen, Cause cause, String account) {
        List<Condition> conditions =
                CompletedCondition.failed(seen.status().conditions(), cause.reason().name(), cause.message() + account, seen.generation(), seen.now());
        List<Attempt> attempts = seen.attempt()
                .map(present -> replaceLast(seen, present.failed(now(seen), cause.reason(), cause.message())))
                .orElse(List.of());
        return with(seen.status(), Phase.Failed, conditions, attempts, now(seen));
    }

    static BackupStatus completed(Observed seen, BackupResult result) {
        BackupStatus before = seen.status();
        Attempt done = seen.attempt().orElseThrow().succeeded(result.finishedAt());
        BackupStatus facts = new BackupStatus(
                Phase.Completed, before.conditions(), replaceLast(seen, done), before.startedAt(), result.finishedAt(),
                duration(before.startedAt(), result.finishedAt()), before.database(), before.storage(), before.jobTemplate(),
                at(before.storage(), result.dataKey(), before.location().lockedUntil()), before.tier(),
                before.storageClass(), null, null, result.snapshotAt(),
                result.sizeBytes(), Sizes.format(result.sizeBytes()), result.databaseSizeBytes(), result.checksum(), result.databaseName(),
                result.serverVersion(), result.lsn(), result.extensions(), result.tables(), result.rows());
        List<Condition> conditions = CompletedCondition.succeeded(before.conditions(), message(facts, result.note()), seen.generation(), seen.now());
        return with(facts, Phase.Completed, judged(seen, conditions, result), facts.attempts(), result.finishedAt());
    }

    private static List<Condition> judged(Observed seen, List<Condition> conditions, BackupResult result) {
        if (result.suspicion() == null) {
            return conditions;
        }
        Condition suspicious = Conditions.of(
                conditions, Trust.SUSPICIOUS, "True", "MuchIsMissing", result.suspicion() + ". If that is as it should be: kubectl annotate backup " + seen.backup().getMetadata().getName()
                        + " " + Labels.ACCEPT + "=yes", seen.generation(), seen.now());
        return Stream.concat(conditions.stream(), Stream.of(suspicious)).toList();
    }

    /** Nothing is done for it: it was completed before, by whatever cluster. */
    static BackupStatus found(Observed seen, BackupPolicy policy, Catalogued found) {
        BackupResult result = found.result();
        BackupStatus facts = new BackupStatus(
                Phase.Completed, List.of(), List.of(), result.startedAt(), result.finishedAt(), duration(result.startedAt(), result.finishedAt()), database(seen, policy),
                policy.getSpec().storage(), policy.getSpec().jobTemplate(), at(policy.getSpec().storage(), result.dataKey(), null), found.tier(), found.storageClass(), null, null,
                result.snapshotAt(), result.sizeBytes(), Sizes.format(result.sizeBytes()), result.databaseSizeBytes(), result.checksum(), result.databaseName(),
                result.serverVersion(), result.lsn(), result.extensions(), result.tables(), result.rows());
        String message = message(facts, result.note()) + ". Found in the store, where its manifest says so";
        return facts.in(Phase.Completed, judged(seen, CompletedCondition.succeeded(List.of(), message, seen.generation(), seen.now()), result));
    }

    /** A Backup that its own deletion purges. */
    static BackupStatus deleting(Observed seen, String reason, String message) {
        return seen.status().in(Phase.Deleting, CompletedCondition.failed(seen.status().conditions(), reason, message, seen.generation(), seen.now()));
    }

    private static Location location(StorageSpec store, String prefix, Instant lockedUntil) {
        return new Location(store.url(prefix), prefix, null, lockedUntil);
    }

    /** As long as the longest of its tiers keeps it by age; what counts keep may go tomorrow. */
    private static Instant lock(Observed seen, BackupPolicy policy) {
        if (policy.getSpec().storage().objectLock().isEmpty()) {
            return null;
        }
        return seen.backup().getSpec().ofTiers().stream()
                .flatMap(tier -> policy.getSpec().tier(tier).stream())
                .map(tier -> tier.retention().maxAge())
                .filter(Objects::nonNull)
                .map(age -> now(seen).plus(Durations.parse(age)))
                .max(Instant::compareTo)
                .orElse(null);
    }

    /** Where the dump lies: an earlier attempt may have made it. */
    private static Location at(StorageSpec store, String dataKey, Instant lockedUntil) {
        Location place = location(store, dataKey.substring(0, dataKey.lastIndexOf('/') + 1), lockedUntil);
        return new Location(place.url(), place.prefix(), dataKey, lockedUntil);
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
