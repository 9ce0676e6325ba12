package dev.remuda.observability;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import dev.remuda.api.Backup;
import dev.remuda.api.Restore;

/** Whose data a Restore brings back. */
final class Restored {
    private Restored() {}

    /** The Restores of each policy's Backups; one of a foreign dump belongs to the policy that it names. */
    static Map<PolicyKey, List<Restore>> byPolicy(Stream<Restore> restores, Map<PolicyKey, List<Backup>> backups) {
        List<Restore> known = restores.filter(restore -> restore.getStatus() != null).toList();
        if (known.isEmpty()) {
            return Map.of();
        }
        Map<String, PolicyKey> policies = new HashMap<>();
        backups.forEach((policy, made) -> made.forEach(backup -> policies.put(policy.namespace() + "/" + backup.getMetadata().getName(), policy)));
        Map<PolicyKey, List<Restore>> found = new HashMap<>();
        known.forEach(restore -> policy(restore, policies).ifPresent(policy -> found.computeIfAbsent(policy, first -> new ArrayList<>()).add(restore)));
        return found;
    }

    private static Optional<PolicyKey> policy(Restore restore, Map<String, PolicyKey> policies) {
        if (restore.getSpec().source().latestOf() != null) {
            return Optional.of(PolicyKey.in(restore, restore.getSpec().source().latestOf().policy()));
        }
        String backup = restore.getSpec().source().backupRef() == null ? null : restore.getSpec().source().backupRef().name();
        return Optional.ofNullable(backup)
                .map(name -> policies.get(restore.getMetadata().getNamespace() + "/" + name))
                .or(() -> Optional.ofNullable(restore.getSpec().policyRef()).map(named -> PolicyKey.in(restore, named.name())));
    }
}
