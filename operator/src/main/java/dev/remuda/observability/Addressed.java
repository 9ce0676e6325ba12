package dev.remuda.observability;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.NotificationSpec;
import dev.remuda.api.Occasion;
import dev.remuda.api.Phase;

/**
 * A notice for one destination.
 *
 * @param to its name
 */
record Addressed(String to, Notice notice) {
    /** Whom the policy wants to be told of it. */
    static List<Addressed> of(Notice notice, Fleet fleet) {
        Optional<PolicyKey> key = policy(notice, fleet);
        Optional<BackupPolicy> policy = key.flatMap(known -> fleet.policies().filter(one -> PolicyKey.of(one).equals(known)).findFirst());
        if (policy.isEmpty()) {
            return List.of();
        }
        Notice whose = new Notice(
                notice.occasion(), notice.namespace(), key.get().policy(), notice.kind(), notice.name(), notice.reason(), notice.message(), notice.at());
        Optional<Notice> recovered = notice.occasion() == Occasion.Succeeded && hasFailed(notice, key.get(), fleet) ? Optional.of(whose.as(Occasion.Recovered)) : Optional.empty();
        return policy.get().getSpec().notifications().stream().flatMap(wish -> wanted(wish, whose, recovered)).toList();
    }

    /** One notice of one thing: who is told of recovery need not be told of success too. */
    private static Stream<Addressed> wanted(NotificationSpec wish, Notice notice, Optional<Notice> recovered) {
        return recovered.filter(better -> wish.occasions().contains(better.occasion()))
                .or(() -> Optional.of(notice).filter(plain -> wish.occasions().contains(plain.occasion())))
                .map(found -> new Addressed(wish.to(), found))
                .stream();
    }

    private static Optional<PolicyKey> policy(Notice notice, Fleet fleet) {
        if (notice.policy() != null) {
            return Optional.of(new PolicyKey(notice.namespace(), notice.policy()));
        }
        Map<PolicyKey, List<Backup>> backups = fleet.backups().filter(backup -> notice.namespace().equals(backup.getMetadata().getNamespace()))
                .collect(Collectors.groupingBy(PolicyKey::of));
        return Restored.byPolicy(fleet.restores(), backups).entrySet().stream()
                .filter(entry -> entry.getValue().stream().anyMatch(restore ->
                        notice.namespace().equals(restore.getMetadata().getNamespace()) && notice.name().equals(restore.getMetadata().getName())))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Whether the Backup that ended before this one failed. */
    private static boolean hasFailed(Notice notice, PolicyKey policy, Fleet fleet) {
        return fleet.backups()
                .filter(backup -> PolicyKey.of(backup).equals(policy) && backup.getSpec().safety() == null && !notice.name().equals(backup.getMetadata().getName()))
                .map(Backup::getStatus)
                .filter(status -> status != null && (status.phase() == Phase.Completed || status.phase() == Phase.Failed) && status.completedAt() != null)
                .max(Comparator.comparing(status -> status.completedAt()))
                .filter(last -> last.phase() == Phase.Failed)
                .isPresent();
    }
}
