package dev.remuda.observability;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Durations;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreStatus;
import dev.remuda.status.Trust;

/** What one policy, its Backups and its Restores put on the sheet. */
final class PolicySheet {
    private static final String RPO = "rpo";
    private static final String RTO = "rto";

    private final Sheet sheet;
    private final BackupPolicy policy;
    private final String namespace;
    private final String name;
    private final Instant now;

    private PolicySheet(Sheet sheet, BackupPolicy policy, Instant now) {
        this.sheet = sheet;
        this.policy = policy;
        this.namespace = policy.getMetadata().getNamespace();
        this.name = policy.getMetadata().getName();
        this.now = now;
    }

    static void put(Sheet sheet, BackupPolicy policy, List<Backup> backups, List<Restore> restores, Instant now) {
        PolicySheet of = new PolicySheet(sheet, policy, now);
        List<BackupStatus> made = backups.stream().filter(backup -> backup.getSpec().safety() == null).map(Backup::getStatus).toList();
        Optional<BackupStatus> newest = made.stream()
                .filter(status -> status.phase() == Phase.Completed && status.snapshotAt() != null && !Trust.isDamaged(status))
                .max(Comparator.comparing(BackupStatus::snapshotAt));
        of.policy();
        of.copies();
        newest.ifPresent(of::newest);
        of.ended(made);
        of.kept(backups.stream().map(Backup::getStatus).toList());
        Optional<Duration> restored = of.restores(restores.stream().map(Restore::getStatus).toList());
        Instant safe = newest.map(BackupStatus::snapshotAt).orElseGet(() -> Instant.parse(policy.getMetadata().getCreationTimestamp()));
        of.objectives(Duration.between(safe, now), Stream.of(restored, of.verification(made)).flatMap(Optional::stream).max(Comparator.naturalOrder()));
    }

    /** @return how long the newest drill took */
    private Optional<Duration> verification(List<BackupStatus> made) {
        sheet.put(Gauge.DAMAGED, made.stream().filter(status -> status.phase() == Phase.Completed && Trust.isDamaged(status)).count(), namespace, name);
        sheet.put(Gauge.SUSPICIOUS, made.stream().filter(status -> status.phase() == Phase.Completed && Trust.isSuspicious(status)).count(), namespace, name);
        if (policy.getStatus() == null || policy.getStatus().verification() == null) {
            return Optional.empty();
        }
        condition(Gauge.POLICY_VERIFIED, policy.getStatus(), Trust.VERIFIED);
        BackupPolicyStatus.Verification status = policy.getStatus().verification();
        Optional.ofNullable(status.drills()).map(BackupPolicyStatus.Point::interval)
                .ifPresent(interval -> sheet.put(Gauge.VERIFICATION_INTERVAL, seconds(Durations.parse(interval)), namespace, name));
        if (status.lastVerified() == null) {
            return Optional.empty();
        }
        sheet.put(Gauge.VERIFICATION_SUCCESS, status.lastVerified().finishedAt(), namespace, name);
        sheet.put(Gauge.VERIFICATION_DURATION, status.lastVerified().restoreSeconds(), namespace, name);
        return Optional.of(Duration.ofSeconds(status.lastVerified().restoreSeconds()));
    }

    private void policy() {
        sheet.put(Gauge.POLICY_CREATED, Instant.parse(policy.getMetadata().getCreationTimestamp()), namespace, name);
        sheet.put(Gauge.POLICY_SUSPENDED, policy.getSpec().suspend(), namespace, name);
        BackupPolicyStatus status = policy.getStatus();
        if (status == null) {
            return;
        }
        condition(Gauge.POLICY_READY, status, "Ready");
        condition(Gauge.POLICY_MAINTAINED, status, "Maintained");
        sheet.put(Gauge.NEXT, status.nextBackup(), namespace, name);
        if (status.nextBackup() != null) {
            Instant since = status.overdueSince() == null ? status.nextBackup() : status.overdueSince();
            sheet.put(Gauge.OVERDUE, seconds(Duration.between(since, now)), namespace, name);
        }
        Objects.requireNonNullElse(status.tiers(), List.<BackupPolicyStatus.Tier>of()).stream()
                .filter(tier -> tier.interval() != null)
                .map(tier -> Durations.parse(tier.interval()))
                .min(Comparator.naturalOrder())
                .ifPresent(interval -> sheet.put(Gauge.INTERVAL, seconds(interval), namespace, name));
        if (status.maintenance() != null) {
            sheet.put(Gauge.MAINTENANCE_SUCCESS, status.maintenance().succeededAt(), namespace, name);
        }
        if (status.retention() != null && status.retention().due() != null) {
            sheet.put(Gauge.RETENTION_DUE, status.retention().due(), namespace, name);
        }
    }

    private void copies() {
        if (policy.getStatus() == null || policy.getStatus().copies() == null) {
            return;
        }
        condition(Gauge.THREE_TWO_ONE, policy.getStatus(), "ThreeTwoOne");
        for (BackupPolicyStatus.Copies copies : policy.getStatus().copies()) {
            sheet.put(Gauge.COPY_BACKUPS, copies.there(), namespace, name, copies.name());
            sheet.put(Gauge.COPY_BEHIND, copies.behind(), namespace, name, copies.name());
            sheet.put(Gauge.COPY_LAG, copies.behindSince() == null ? 0 : seconds(Duration.between(copies.behindSince(), now)), namespace, name, copies.name());
        }
    }

    private void condition(Gauge gauge, BackupPolicyStatus status, String type) {
        Optional<Condition> condition = status.conditions().stream().filter(known -> type.equals(known.getType())).findFirst();
        condition.filter(known -> !"Unknown".equals(known.getStatus())).ifPresent(known -> sheet.put(gauge, "True".equals(known.getStatus()), namespace, name));
    }

    private void newest(BackupStatus newest) {
        String database = Objects.requireNonNullElse(newest.databaseName(), Objects.requireNonNullElse(policy.getSpec().database().name(), ""));
        sheet.put(Gauge.AGE, seconds(Duration.between(newest.snapshotAt(), now)), namespace, name, database);
        sheet.put(Gauge.LAST_SUCCESS, newest.completedAt(), namespace, name);
        if (newest.startedAt() != null && newest.completedAt() != null) {
            sheet.put(Gauge.LAST_DURATION, seconds(Duration.between(newest.startedAt(), newest.completedAt())), namespace, name);
        }
        if (newest.sizeBytes() == null) {
            return;
        }
        sheet.put(Gauge.SIZE, newest.sizeBytes(), namespace, name, database);
        if (newest.databaseSizeBytes() != null && newest.sizeBytes() > 0) {
            sheet.put(Gauge.LAST_DATABASE_SIZE, newest.databaseSizeBytes(), namespace, name);
            sheet.put(Gauge.LAST_RATIO, (double) newest.databaseSizeBytes() / newest.sizeBytes(), namespace, name);
        }
    }

    private void ended(List<BackupStatus> made) {
        made.stream()
                .filter(status -> status.phase() == Phase.Failed && status.completedAt() != null)
                .map(BackupStatus::completedAt)
                .max(Comparator.naturalOrder())
                .ifPresent(failed -> sheet.put(Gauge.LAST_FAILURE, failed, namespace, name));
        made.stream()
                .filter(status -> (status.phase() == Phase.Failed || status.phase() == Phase.Completed) && status.completedAt() != null)
                .max(Comparator.comparing(BackupStatus::completedAt))
                .ifPresent(last -> {
                    sheet.put(Gauge.LAST_RESULT, last.phase() == Phase.Completed, namespace, name);
                    sheet.put(Gauge.LAST_ATTEMPTS, last.attempts().size(), namespace, name);
                });
    }

    private record Place(String tier, String of) {}

    private void kept(List<BackupStatus> backups) {
        grouped(backups, status -> Objects.requireNonNullElse(status.phase(), Phase.Pending).name())
                .forEach((place, statuses) -> sheet.put(Gauge.BACKUPS, statuses.size(), namespace, name, place.tier(), place.of()));
        grouped(backups.stream().filter(status -> status.phase() == Phase.Completed && status.sizeBytes() != null).toList(),
                        status -> status.storageClass() == null ? "" : status.storageClass().name())
                .forEach((place, statuses) -> sheet.put(
                        Gauge.STORED, statuses.stream().mapToLong(BackupStatus::sizeBytes).sum(), namespace, name, place.tier(), place.of()));
    }

    private static Map<Place, List<BackupStatus>> grouped(List<BackupStatus> backups, Function<BackupStatus, String> by) {
        return backups.stream().collect(Collectors.groupingBy(status -> new Place(Objects.requireNonNullElse(status.tier(), ""), by.apply(status))));
    }

    /** @return how long the newest Completed one took */
    private Optional<Duration> restores(List<RestoreStatus> restores) {
        restores.stream()
                .collect(Collectors.groupingBy(status -> Objects.requireNonNullElse(status.phase(), Phase.Pending), Collectors.counting()))
                .forEach((phase, count) -> sheet.put(Gauge.RESTORES, count, namespace, name, phase.name()));
        last(restores, Phase.Failed).ifPresent(failed -> sheet.put(Gauge.RESTORE_FAILURE, failed.completedAt(), namespace, name));
        Optional<RestoreStatus> done = last(restores, Phase.Completed);
        done.ifPresent(status -> sheet.put(Gauge.RESTORE_SUCCESS, status.completedAt(), namespace, name));
        Optional<Duration> took = done.filter(status -> status.startedAt() != null).map(status -> Duration.between(status.startedAt(), status.completedAt()));
        took.ifPresent(duration -> sheet.put(Gauge.RESTORE_DURATION, seconds(duration), namespace, name));
        return took;
    }

    private static Optional<RestoreStatus> last(List<RestoreStatus> restores, Phase phase) {
        return restores.stream().filter(status -> status.phase() == phase && status.completedAt() != null).max(Comparator.comparing(RestoreStatus::completedAt));
    }

    private void objectives(Duration unsaved, Optional<Duration> restored) {
        objective(RPO, policy.getSpec().objectives().rpo(), Optional.of(unsaved));
        objective(RTO, policy.getSpec().objectives().rto(), restored);
    }

    private void objective(String which, String promised, Optional<Duration> measured) {
        if (promised == null) {
            return;
        }
        Duration most = Durations.parse(promised);
        sheet.put(Gauge.OBJECTIVE, seconds(most), namespace, name, which);
        measured.ifPresent(is -> sheet.put(Gauge.OBJECTIVE_BREACHED, is.compareTo(most) > 0, namespace, name, which));
    }

    /** Not negative, though the clock was set back. */
    private static double seconds(Duration duration) {
        return Math.max(0, duration.toMillis() / 1000.0);
    }
}
