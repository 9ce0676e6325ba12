package dev.remuda.observability;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** The values of all gauges at one scrape. What is not put has no series: of a deleted policy nothing stays. */
final class Sheet {
    private static final double MILLIS = 1000.0;

    private final Map<Gauge, List<GaugeDataPointSnapshot>> values = new EnumMap<>(Gauge.class);

    /** @param labels in the order of {@link Gauge#labels} */
    void put(Gauge gauge, double value, String... labels) {
        values.computeIfAbsent(gauge, first -> new ArrayList<>())
                .add(new GaugeDataPointSnapshot(value, Labels.of(gauge.labels(), List.of(labels)), null));
    }

    void put(Gauge gauge, boolean value, String... labels) {
        put(gauge, value ? 1 : 0, labels);
    }

    /** @param moment null: it is not known, and nothing is put */
    void put(Gauge gauge, Instant moment, String... labels) {
        if (moment != null) {
            put(gauge, moment.toEpochMilli() / MILLIS, labels);
        }
    }

    MetricSnapshots snapshots() {
        return new MetricSnapshots(values.entrySet().stream()
                .<MetricSnapshot>map(entry -> new GaugeSnapshot(new MetricMetadata(entry.getKey().metric(), entry.getKey().help()), entry.getValue()))
                .toList());
    }
}
