package dev.remuda.observability;

import java.util.ArrayList;
import java.util.List;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

import dev.remuda.api.BackupPolicy;
import dev.remuda.support.KnownFleet;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/** The counters as they are scraped. */
class TallyTest {
    private static final String OF = "namespace=\"stable\",policy=\"horses\"";

    private final List<BackupPolicy> policies = new ArrayList<>(List.of(Samples.policy()));
    private boolean leading = true;
    private final Tally tally = new Tally(() -> new KnownFleet(leading, policies, List.of(), List.of()));
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    TallyTest() {
        registry.getPrometheusRegistry().register(tally);
    }

    /** Else the first purge would be no increase. */
    @Test
    void countsBeginWithZero() {
        assertThat(scraped()).containsExactlyInAnyOrder(
                "remuda_purged_backups_total{" + OF + "} 0.0", "remuda_backup_attempts_total{" + OF + ",result=\"succeeded\"} 0.0", "remuda_backup_attempts_total{" + OF + ",result=\"failed\"} 0.0");
    }

    @Test
    void eachIsCountedByItself() {
        tally.add(Samples.backup(), Tally.Count.PURGED);
        tally.add(Samples.backup(), Tally.Count.PURGED);
        tally.add(Samples.backup(), Tally.Count.FAILED);
        assertThat(scraped()).contains(
                "remuda_purged_backups_total{" + OF + "} 2.0", "remuda_backup_attempts_total{" + OF + ",result=\"succeeded\"} 0.0", "remuda_backup_attempts_total{" + OF + ",result=\"failed\"} 1.0");
    }

    @Test
    void ofADeletedPolicyNothingStaysAndALaterOneOfItsNameBeginsAnew() {
        tally.add(Samples.backup(), Tally.Count.PURGED);
        policies.clear();
        assertThat(scraped()).isEmpty();
        policies.add(Samples.policy());
        assertThat(scraped()).contains("remuda_purged_backups_total{" + OF + "} 0.0");
    }

    @Test
    void oneThatStandsByTellsNothing() {
        tally.add(Samples.backup(), Tally.Count.PURGED);
        leading = false;
        assertThat(scraped()).isEmpty();
    }

    private List<String> scraped() {
        return registry.scrape().lines().filter(line -> !line.startsWith("#")).toList();
    }
}
