package dev.remuda.observability;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import dev.remuda.api.Backup;

/**
 * Counts what happened to the Backups of each policy since the operator started. Each policy is there from the beginning, with 0, for Prometheus sees
 * no increase in a series that begins with 1; and it goes with the policy.
 */
public final class Tally implements MultiCollector {
    private static final String PURGED_BACKUPS = "remuda_purged_backups";
    private static final String ATTEMPTS = "remuda_backup_attempts";

    /** What is counted. */
    public enum Count {
        /** Retention purged a Backup. */
        PURGED(PURGED_BACKUPS, Labels.EMPTY),
        /** An attempt became a Completed Backup. */
        SUCCEEDED(ATTEMPTS, Labels.of("result", "succeeded")),
        /** An attempt failed, whether another follows or not. */
        FAILED(ATTEMPTS, Labels.of("result", "failed"));

        private final String metric;
        private final Labels labels;

        Count(String metric, Labels labels) {
            this.metric = metric;
            this.labels = labels;
        }
    }

    private static final Map<String, String> HELP = Map.of(
            PURGED_BACKUPS, "Backups that retention has purged from the store",
            ATTEMPTS, "Attempts of Backups that ended, by result");

    private final Supplier<Fleet> fleet;
    private final Map<PolicyKey, Map<Count, LongAdder>> counts = new ConcurrentHashMap<>();

    /** @param fleet asked at each scrape, not before */
    public Tally(Supplier<Fleet> fleet) {
        this.fleet = fleet;
    }

    public void add(Backup backup, Count what) {
        counts.computeIfAbsent(PolicyKey.of(backup), first -> none()).get(what).increment();
    }

    private static Map<Count, LongAdder> none() {
        Map<Count, LongAdder> none = new EnumMap<>(Count.class);
        for (Count each : Count.values()) {
            none.put(each, new LongAdder());
        }
        return none;
    }

    @Override
    public MetricSnapshots collect() {
        if (!fleet.get().isLed()) {
            return new MetricSnapshots();
        }
        Set<PolicyKey> policies = fleet.get().policies().map(PolicyKey::of).collect(Collectors.toSet());
        counts.keySet().retainAll(policies);
        policies.forEach(policy -> counts.computeIfAbsent(policy, first -> none()));
        Map<String, List<CounterDataPointSnapshot>> series = new TreeMap<>();
        counts.forEach((policy, all) -> all.forEach((what, count) -> series.computeIfAbsent(what.metric, first -> new ArrayList<>()).add(new CounterDataPointSnapshot(
                count.sum(), Labels.of("namespace", policy.namespace(), "policy", policy.policy()).merge(what.labels), null, 0))));
        return new MetricSnapshots(series.entrySet().stream()
                .<MetricSnapshot>map(entry -> new CounterSnapshot(new MetricMetadata(entry.getKey(), HELP.get(entry.getKey())), entry.getValue()))
                .toList());
    }
}
