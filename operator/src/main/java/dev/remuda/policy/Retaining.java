package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupPolicyStatus.Count;
import dev.remuda.api.BackupPolicyStatus.Expiry;
import dev.remuda.api.BackupPolicyStatus.RemovedTier;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Durations;
import dev.remuda.api.Phase;
import dev.remuda.api.TierSpec;
import dev.remuda.api.Transitions;
import dev.remuda.job.Labels;
import dev.remuda.job.Step;
import dev.remuda.retention.Candidate;
import dev.remuda.retention.Decision;
import dev.remuda.retention.Retention;
import dev.remuda.retention.Rule;
import dev.remuda.status.DeletionMark;
import dev.remuda.status.Trust;
import dev.remuda.task.StorageClass;

/**
 * What is kept and why, what is to be moved, and what is to be purged.
 *
 * @param kept completed Backups that stay, the newest first
 * @param moves those of them whose label or class is not that of their tier
 * @param purges completed Backups that nothing keeps, and why
 * @param copied completed Backups that nothing keeps and that have copies elsewhere, which go first
 * @param marked those that were marked for it before, and that nothing keeps still
 * @param steps that note all this in the Backups, and remove Failed ones that are too many
 */
record Retaining(
        BackupPolicyStatus.Retention status, List<Backup> kept, List<Move> moves, List<Purge> purges, List<Backup> copied, List<Backup> marked, List<Step> steps) {
    /** How long a tier that is gone from the policy still keeps its Backups. */
    static final Duration GRACE = Duration.ofDays(7);

    private static final int SHOWN = 5;

    /** @param storageClass null: the dump stays in its class */
    record Move(Backup backup, String tier, StorageClass storageClass) {}

    /** @param since when the last age limit passed; empty when a count let it go */
    record Purge(Backup backup, String why, Optional<Instant> since) {}

    static Retaining of(Observed seen) {
        Map<String, Backup> completed = new HashMap<>();
        Stream.concat(seen.in(Phase.Completed), seen.in(Phase.Deleting).filter(backup -> DeletionMark.isMarked(backup.getStatus())))
                .filter(backup -> backup.getStatus().snapshotAt() != null).forEach(backup -> completed.put(backup.getMetadata().getName(), backup));
        Map<String, Instant> removed = removedTiers(seen, completed.values().stream().toList());
        List<Decision> decisions = Retention.decide(completed.values().stream().map(backup -> candidate(seen, backup)).toList(), rules(seen), removed, seen.now());
        List<Backup> kept = new ArrayList<>();
        List<Move> moves = new ArrayList<>();
        List<Purge> purges = new ArrayList<>();
        List<Backup> copied = new ArrayList<>();
        List<Backup> marked = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        for (Decision decision : decisions) {
            Backup backup = completed.get(decision.backup().name());
            switch (decision) {
                case Decision.Keep keep when DeletionMark.isMarked(backup.getStatus()) -> {
                    kept.add(backup);
                    steps.add(new Step.UpdateStatus(backup.with(DeletionMark.release(
                            backup.getStatus(), String.join(", ", keep.reasons()), Observed.generation(backup), seen.now()))));
                }
                case Decision.Keep keep -> {
                    move(seen, backup, keep, kept.stream().allMatch(newer -> Trust.isDamaged(newer.getStatus()))).ifPresent(moves::add);
                    kept.add(backup);
                    note(backup, keep.reasons(), keep.expiresAt().map(Retaining::toTheSecond).orElse(null)).ifPresent(steps::add);
                }
                case Decision.Purge purge when DeletionMark.isMarked(backup.getStatus()) -> marked.add(backup);
                case Decision.Purge purge when hasCopies(seen, backup) -> {
                    copied.add(backup);
                    note(backup, List.of("its copies, which go first (" + purge.why() + ")"), null).ifPresent(steps::add);
                }
                case Decision.Purge purge -> {
                    purges.add(new Purge(backup, purge.why(), purge.since()));
                    if (seen.spec().suspend()) {
                        note(backup, List.of("the policy is suspended; else it would be purged (" + purge.why() + ")"), null).ifPresent(steps::add);
                    }
                }
            }
        }
        steps.addAll(tooManyFailed(seen));
        steps.addAll(accepted(seen));
        return new Retaining(status(seen, decisions, removed), kept, moves, purges.reversed(), copied, marked, steps);
    }

    /** All that nothing keeps. */
    Stream<Backup> going() {
        return Stream.of(purges.stream().map(Purge::backup), copied.stream(), marked.stream()).flatMap(those -> those);
    }

    /** In stores that the policy still has. What lies elsewhere stays there. */
    private static boolean hasCopies(Observed seen, Backup backup) {
        return seen.spec().copies().stream().anyMatch(copy -> CopyKeeping.isThere(copy, backup));
    }

    private static Candidate candidate(Observed seen, Backup backup) {
        return new Candidate(
                backup.getMetadata().getName(), backup.getStatus().snapshotAt(), backup.getSpec().ofTiers(), backup.getSpec().hasPin(),
                seen.reader(backup), trust(backup.getStatus()), Trust.isVerified(backup.getStatus()), locked(backup));
    }

    private static Optional<Instant> locked(Backup backup) {
        return Optional.ofNullable(backup.getStatus().location()).map(location -> location.lockedUntil());
    }

    private static Candidate.Trust trust(BackupStatus status) {
        return Trust.isDamaged(status) ? Candidate.Trust.DAMAGED : Trust.isSuspicious(status) ? Candidate.Trust.SUSPICIOUS : Candidate.Trust.NORMAL;
    }

    private static List<Rule> rules(Observed seen) {
        return seen.spec().tiers().stream()
                .map(tier -> new Rule(
                        tier.name(), tier.retention().maxAge() == null ? null : Durations.parse(tier.retention().maxAge()), tier.retention().maxCount(),
                        tier.retention().minCount()))
                .toList();
    }

    /** A tier stays in the list while a Backup was made for it, else its grace would begin anew. */
    private static Map<String, Instant> removedTiers(Observed seen, List<Backup> backups) {
        Map<String, Instant> known = new HashMap<>();
        Optional.ofNullable(seen.status().retention()).map(BackupPolicyStatus.Retention::removedTiers).stream()
                .flatMap(List::stream)
                .forEach(tier -> known.put(tier.name(), tier.releasesAt()));
        Map<String, Instant> removed = new HashMap<>();
        backups.stream()
                .flatMap(backup -> backup.getSpec().ofTiers().stream())
                .filter(tier -> seen.spec().tier(tier).isEmpty())
                .forEach(tier -> removed.put(tier, known.getOrDefault(tier, seen.now().plus(GRACE))));
        return removed;
    }

    private static Optional<Move> move(Observed seen, Backup backup, Decision.Keep keep, boolean newest) {
        if (keep.tier().isEmpty() || seen.reader(backup).isPresent()) { // a copy in place would break what a Restore reads
            return Optional.empty();
        }
        BackupStatus status = backup.getStatus();
        StorageClass present = Objects.requireNonNullElse(status.storageClass(), StorageClass.STANDARD);
        StorageClass wanted = seen.spec().tier(keep.tier().get()).map(TierSpec::storageClass).orElse(null);
        boolean stays = wanted == null || wanted == present || present.isArchive() || wanted.isArchive() && newest
                || seen.spec().reach(status.storage()).transitions() != Transitions.Copy;
        return stays && keep.tier().get().equals(status.tier())
                ? Optional.empty()
                : Optional.of(new Move(backup, keep.tier().get(), stays ? null : wanted));
    }

    /** Snapshots are known to the nanosecond, which helps nobody here. */
    private static Instant toTheSecond(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS);
    }

    private static Optional<Step> note(Backup backup, List<String> reasons, Instant until) {
        BackupStatus noted = backup.getStatus().retained(reasons, until);
        return noted.equals(backup.getStatus()) ? Optional.empty() : Optional.of(new Step.UpdateStatus(backup.with(noted)));
    }

    private static List<Step> tooManyFailed(Observed seen) {
        return seen.in(Phase.Failed)
                .sorted(Comparator.comparing((Backup backup) -> Objects.requireNonNullElse(backup.getStatus().completedAt(), Instant.EPOCH))
                        .thenComparing(backup -> backup.getMetadata().getName())
                        .reversed())
                .skip(seen.spec().failedBackupsHistoryLimit())
                .filter(backup -> !backup.getSpec().hasPin() && !backup.isOfNewerVersion())
                .<Step>map(backup -> new Step.DeleteBackup(backup.getMetadata().getName(), backup.getMetadata().getUid()))
                .toList();
    }

    /** Suspicious Backups that a person takes for normal ones. */
    private static List<Step> accepted(Observed seen) {
        return seen.in(Phase.Completed)
                .filter(backup -> Trust.isSuspicious(backup.getStatus()) && backup.getMetadata().getAnnotations() != null
                        && backup.getMetadata().getAnnotations().containsKey(Labels.ACCEPT))
                .<Step>map(backup -> new Step.UpdateStatus(backup.with(Trust.accepted(backup.getStatus(), Observed.generation(backup), seen.now()))))
                .toList();
    }

    private static BackupPolicyStatus.Retention status(Observed seen, List<Decision> decisions, Map<String, Instant> removed) {
        List<Decision.Keep> kept = decisions.stream().filter(Decision.Keep.class::isInstance).map(Decision.Keep.class::cast).toList();
        List<Count> counts = seen.spec().tiers().stream()
                .map(tier -> new Count(tier.name(), (int) kept.stream().filter(keep -> keep.tier().filter(tier.name()::equals).isPresent()).count()))
                .toList();
        List<Expiry> next = kept.stream()
                .filter(keep -> keep.expiresAt().isPresent())
                .sorted(Comparator.comparing((Decision.Keep keep) -> keep.expiresAt().get()).thenComparing(keep -> keep.backup().name()))
                .limit(SHOWN)
                .map(keep -> new Expiry(keep.backup().name(), toTheSecond(keep.expiresAt().get())))
                .toList();
        int due = decisions.size() - kept.size() + (int) seen.in(Phase.Deleting).filter(backup -> DeletionMark.isTaken(backup.getStatus())).count();
        return new BackupPolicyStatus.Retention(
                kept.size(), counts, due, next, new TreeSet<>(removed.keySet()).stream().map(name -> new RemovedTier(name, removed.get(name))).toList());
    }

    /** When the next of the kept Backups may have to go. */
    Optional<Instant> nextExpiry() {
        return Optional.ofNullable(status.next()).map(List::getFirst).map(Expiry::at);
    }
}
