package dev.remuda.observability;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts what users were warned of since the operator started: {@code remuda_failures_total}, by namespace, kind of resource and reason. Each
 * attempt that fails counts, also when a later one succeeds.
 */
public final class Failures {
    private final MeterRegistry metrics;

    public Failures(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    public void count(String namespace, String kind, String reason) {
        Counter.builder("remuda.failures")
                .description("Failed attempts and other warnings, by the reason that condition and Event have")
                .tags("namespace", namespace, "kind", kind, "reason", reason)
                .register(metrics)
                .increment();
    }
}
