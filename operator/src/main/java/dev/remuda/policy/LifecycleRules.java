package dev.remuda.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import dev.remuda.api.Durations;
import dev.remuda.api.StorageSpec;
import dev.remuda.api.TierSpec;
import dev.remuda.api.Transitions;
import dev.remuda.job.Names;
import dev.remuda.task.Json;
import dev.remuda.task.StorageClass;

/** The rules by which a bucket itself moves dumps to the storage class of the tier in their tag. They never expire anything: that is retention's work. */
final class LifecycleRules {
    /** S3 takes nothing younger into its classes of infrequent access. */
    private static final long YOUNGEST = 30;

    private LifecycleRules() {}

    static Optional<String> of(Observed seen) {
        StorageSpec store = seen.spec().storage();
        if (store.transitions() != Transitions.Lifecycle) {
            return Optional.empty();
        }
        List<Object> rules = new ArrayList<>();
        long days = YOUNGEST;
        for (TierSpec tier : seen.spec().tiers()) {
            boolean first = tier == seen.spec().tiers().getFirst(); // it holds the newest backup, which must come back at once
            if (tier.storageClass() != null && tier.storageClass() != StorageClass.STANDARD && !(first && tier.storageClass().isArchive())) {
                rules.add(rule(seen, Names.root(store.prefix(), seen.namespace(), seen.name()), tier, days));
            }
            days = Math.max(days, days(tier));
        }
        return rules.isEmpty() ? Optional.empty() : Optional.of(Json.write(Map.of("Rules", rules)));
    }

    /** A tier takes over what the ones before it let go, so its objects are that old; what is newest is never moved at once. */
    private static Map<String, Object> rule(Observed seen, String root, TierSpec tier, long days) {
        return ordered(
                "ID", "remuda-" + seen.namespace() + "-" + seen.name() + "-" + tier.name(),
                "Status", "Enabled",
                "Filter", Map.of("And", ordered("Prefix", root, "Tags", List.of(ordered("Key", "tier", "Value", tier.name())))),
                "Transitions", List.of(ordered("Days", days, "StorageClass", tier.storageClass().name())));
    }

    private static long days(TierSpec tier) {
        return Optional.ofNullable(tier.retention().maxAge()).map(Durations::parse).map(Duration::toDays).orElse(0L);
    }

    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(Objects.toString(pairs[i]), pairs[i + 1]);
        }
        return map;
    }
}
