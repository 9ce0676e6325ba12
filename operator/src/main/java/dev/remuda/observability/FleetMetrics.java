package dev.remuda.observability;

import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Restore;

/**
 * Gauges of all policies, read from the resources at each scrape: they are right after a restart, and what is deleted is gone from them. Series are
 * bounded by policies, their tiers and storage classes, never by Backups.
 */
public final class FleetMetrics implements MultiCollector {
    private final Fleet fleet;
    private final Clock clock;

    public FleetMetrics(Fleet fleet, Clock clock) {
        this.fleet = fleet;
        this.clock = clock;
    }

    @Override
    public MetricSnapshots collect() {
        Instant now = clock.instant();
        Sheet sheet = new Sheet();
        if (!fleet.isLed()) {
            return sheet.snapshots();
        }
        sheet.put(Gauge.LEADING, true);
        Map<PolicyKey, List<Backup>> backups = fleet.backups().filter(backup -> backup.getStatus() != null).collect(Collectors.groupingBy(PolicyKey::of));
        Map<PolicyKey, List<Restore>> restores = Restored.byPolicy(fleet.restores(), backups);
        fleet.policies().sorted(Comparator.comparing(PolicyKey::of)).forEach(policy -> {
            PolicyKey key = PolicyKey.of(policy);
            PolicySheet.put(sheet, policy, backups.getOrDefault(key, List.of()), restores.getOrDefault(key, List.of()), now);
        });
        return sheet.snapshots();
    }
}
