package dev.remuda.observability;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Attempt;
import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupPolicyStatus.Copies;
import dev.remuda.api.BackupPolicyStatus.Maintenance;
import dev.remuda.api.BackupPolicyStatus.Retention;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.NameRef;
import dev.remuda.api.ObjectivesSpec;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.StoreJob;
import dev.remuda.support.Folders;
import dev.remuda.support.KnownFleet;
import dev.remuda.support.Samples;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.StorageClass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** The gauges as they are scraped, for resources as they are read. */
class FleetMetricsTest {
    private static final Instant NOON = Instant.parse("2026-03-10T12:00:00Z");
    private static final String OF = "namespace=\"stable\",policy=\"horses\"";
    private static final String OF_DATABASE = "{database=\"horses\"," + OF + "}";

    private final List<BackupPolicy> policies = new ArrayList<>(List.of(Samples.policy()));
    private final List<Backup> backups = new ArrayList<>();
    private final List<Restore> restores = new ArrayList<>();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    FleetMetricsTest() {
        listen(true);
    }

    private void listen(boolean leading) {
        registry.getPrometheusRegistry().register(new FleetMetrics(new KnownFleet(leading, policies, backups, restores), Clock.fixed(NOON, ZoneOffset.UTC)));
    }

    @Test
    void theNewestCompletedBackupSaysHowOldAndHowLargeItIs() {
        completed("old", NOON.minusSeconds(90_000), "weekly", StorageClass.STANDARD_IA);
        completed("new", NOON.minusSeconds(3_600), "daily", null);
        failed("broken", NOON.minusSeconds(60), 4);

        assertThat(scraped()).contains(
                "database_backup_age_seconds" + OF_DATABASE + " 3600.0",
                "database_backup_size_bytes" + OF_DATABASE + " 1468006.0",
                "remuda_backup_last_success_timestamp_seconds{" + OF + "} " + epoch(NOON.minusSeconds(3_570)),
                "remuda_backup_last_failure_timestamp_seconds{" + OF + "} " + epoch(NOON.minusSeconds(60)),
                "remuda_backup_last_result{" + OF + "} 0.0",
                "remuda_backup_last_attempts{" + OF + "} 4.0",
                "remuda_backup_last_duration_seconds{" + OF + "} 31.0",
                "remuda_backup_last_database_size_bytes{" + OF + "} 9000000.0");
        assertThat(value("remuda_backup_last_compression_ratio")).isCloseTo(6.13, within(0.01));
    }

    @Test
    void copiesAreCountedAndSayHowFarTheyAreBehind() {
        Copies behind = new Copies("off-site", null, null, null, null, 7, 2, NOON.minusSeconds(5_400), null);
        policies.getFirst().setStatus(new BackupPolicyStatus(
                null, List.of(new ConditionBuilder().withType("ThreeTwoOne").withStatus("True").build()), null, null, null, null, null, null, null, null, null,
                List.of(new Copies("local", null, null, null, null, 3, 0, null, null), behind), null));
        assertThat(scraped()).contains(
                "remuda_copy_backups{copy=\"off-site\"," + OF + "} 7.0", "remuda_copy_behind_backups{copy=\"off-site\"," + OF + "} 2.0", "remuda_copy_lag_seconds{copy=\"off-site\"," + OF + "} 5400.0",
                "remuda_copy_lag_seconds{copy=\"local\"," + OF + "} 0.0", "remuda_policy_three_two_one{" + OF + "} 1.0");
    }

    @Test
    void aPolicyThatNeverSucceededHasNoAgeAndIsSeenAllTheSame() {
        failed("broken", NOON.minusSeconds(60), 1);
        assertThat(scraped())
                .noneMatch(line -> line.startsWith("database_backup") || line.startsWith("remuda_backup_last_success"))
                .contains("remuda_policy_created_timestamp_seconds{" + OF + "} " + epoch(Samples.CREATED), "remuda_backup_last_result{" + OF + "} 0.0");
    }

    @Test
    void aSafetyBackupIsNoBackupOfThePolicysDatabaseButTakesRoom() {
        completed("safety", NOON.minusSeconds(60), null, null);
        backups.getFirst().setSpec(new BackupSpec(new NameRef("horses"), null, null, null, new BackupSpec.Safety("back", Samples.database())));
        assertThat(scraped())
                .noneMatch(line -> line.startsWith("database_backup"))
                .contains("remuda_stored_bytes{" + OF + ",storage_class=\"\",tier=\"\"} 1468006.0");
    }

    @Test
    void backupsAreCountedByTierPhaseAndClass() {
        completed("a", NOON.minusSeconds(1), "daily", null);
        completed("b", NOON.minusSeconds(2), "daily", null);
        completed("c", NOON.minusSeconds(3), "monthly", StorageClass.GLACIER);
        failed("d", NOON, 1);
        backups.add(backup("e", new BackupStatus(
                Phase.Deleting, null, null, null, null, null, null, null, null, null, "daily", null, null, null, null, 5L, null, null, null, null, null, null, null, null, null)));

        assertThat(scraped()).contains(
                "remuda_backups{namespace=\"stable\",phase=\"Completed\",policy=\"horses\",tier=\"daily\"} 2.0",
                "remuda_stored_bytes{" + OF + ",storage_class=\"\",tier=\"daily\"} 2936012.0",
                "remuda_stored_bytes{" + OF + ",storage_class=\"GLACIER\",tier=\"monthly\"} 1468006.0");
        assertThat(scraped()).filteredOn(line -> line.startsWith("remuda_backups{")).hasSize(4);
    }

    @Test
    void theScheduleSaysWhenTheNextIsDueAndForHowLongItHasBeen() {
        status(NOON.plusSeconds(600), null, true);
        assertThat(scraped()).contains("remuda_backup_overdue_seconds{" + OF + "} 0.0", "remuda_backup_next_timestamp_seconds{" + OF + "} " + epoch(NOON.plusSeconds(600)));
        status(NOON.plusSeconds(3_000), NOON.minusSeconds(600), true);
        assertThat(scraped()).contains("remuda_backup_overdue_seconds{" + OF + "} 600.0");
        status(null, null, true);
        assertThat(scraped()).noneMatch(line -> line.startsWith("remuda_backup_overdue") || line.startsWith("remuda_backup_next"));
    }

    @Test
    void conditionsAndTheUpkeepOfTheStore() {
        status(null, null, false);
        assertThat(scraped()).contains(
                "remuda_policy_ready{" + OF + "} 0.0", "remuda_policy_suspended{" + OF + "} 0.0", "remuda_retention_due_backups{" + OF + "} 7.0",
                "remuda_maintenance_last_success_timestamp_seconds{" + OF + "} " + epoch(NOON.minusSeconds(7_200)));
        assertThat(scraped()).as("not looked yet").noneMatch(line -> line.startsWith("remuda_policy_maintained"));
    }

    @Test
    void whatWasPromisedIsComparedWithWhatIs() {
        promise("6h", "1h");
        completed("new", NOON.minus(Duration.ofHours(7)), "daily", null);
        restored("new", Phase.Completed, NOON.minusSeconds(100), Duration.ofMinutes(59));
        assertThat(scraped()).contains(
                "remuda_objective_seconds{" + objective("rpo") + "} 21600.0", "remuda_objective_seconds{" + objective("rto") + "} 3600.0",
                "remuda_objective_breached{" + objective("rpo") + "} 1.0", "remuda_objective_breached{" + objective("rto") + "} 0.0");
    }

    @Test
    void aPromiseIsBrokenByAPolicyThatNeverSucceeded() {
        promise("6h", "1h");
        assertThat(scraped())
                .contains("remuda_objective_breached{" + objective("rpo") + "} 1.0")
                .noneMatch(line -> line.startsWith("remuda_objective_breached") && line.contains("rto"));
    }

    @Test
    void withoutAPromiseNothingIsCompared() {
        completed("new", NOON.minusSeconds(1), "daily", null);
        assertThat(scraped()).noneMatch(line -> line.startsWith("remuda_objective"));
    }

    @Test
    void aRestoreBelongsToThePolicyOfItsBackup() {
        completed("monday", NOON.minusSeconds(9_000), "daily", null);
        restored("monday", Phase.Completed, NOON.minusSeconds(500), Duration.ofSeconds(90));
        restored("monday", Phase.Completed, NOON.minusSeconds(900), Duration.ofSeconds(10));
        restored("monday", Phase.Failed, NOON.minusSeconds(100), Duration.ofSeconds(5));
        restored("of another policy", Phase.Failed, NOON, Duration.ofSeconds(5));
        assertThat(scraped()).contains(
                "remuda_restore_last_duration_seconds{" + OF + "} 90.0",
                "remuda_restore_last_success_timestamp_seconds{" + OF + "} " + epoch(NOON.minusSeconds(500)),
                "remuda_restore_last_failure_timestamp_seconds{" + OF + "} " + epoch(NOON.minusSeconds(100)),
                "remuda_restores{namespace=\"stable\",phase=\"Completed\",policy=\"horses\"} 2.0",
                "remuda_restores{namespace=\"stable\",phase=\"Failed\",policy=\"horses\"} 1.0");
    }

    @Test
    void ofADeletedPolicyNothingStays() {
        completed("new", NOON.minusSeconds(1), "daily", null);
        assertThat(scraped()).isNotEmpty();
        policies.clear();
        assertThat(scraped()).containsExactly("remuda_operator_leading 1.0");
    }

    /** Sums over two operators would be twice what there is. */
    @Test
    void oneThatStandsByTellsNothing() {
        registry.getPrometheusRegistry().clear();
        listen(false);
        assertThat(scraped()).isEmpty();
    }

    @Test
    void theDenserScheduleSaysHowOldABackupMayBe() {
        policies.getFirst().setStatus(new BackupPolicyStatus(null, null, null, null, null, null, List.of(tier("daily", "1d"), tier("weekly", "7d"), tier("unreadable", null)), null, null, null, null, null));
        assertThat(scraped()).contains("remuda_backup_interval_seconds{" + OF + "} 86400.0");
    }

    private static BackupPolicyStatus.Tier tier(String name, String interval) {
        return new BackupPolicyStatus.Tier(name, "", null, null, null, interval);
    }

    /** Dashboards of others rest on these. */
    @Test
    void namesAreThoseOfTheGuide() {
        assertThat(Gauge.AGE.metric()).isEqualTo("database_backup_age_seconds");
        assertThat(Gauge.SIZE.metric()).isEqualTo("database_backup_size_bytes");
        assertThat(Stream.of(Gauge.values()).map(Gauge::metric)).doesNotHaveDuplicates().allMatch(name -> name.startsWith("remuda_") || name.startsWith("database_backup_"));
    }

    @Test
    void everyGaugeIsInTheDocsAsItIs() throws IOException {
        List<String> rows = Files.readAllLines(Folders.repository().resolve("docs/monitoring.md")).stream().filter(line -> line.matches("[|] `[a-z_]+` [|] .*")).toList();
        assertThat(rows).containsAll(Stream.of(Gauge.values())
                .map(gauge -> "| `" + gauge.metric() + "` | " + String.join(", ", gauge.labels()) + " | " + gauge.help() + " |")
                .toList());
        assertThat(rows).hasSize(Gauge.values().length + 4);
    }

    /** What a Prometheus has to hold. */
    @Test
    void seriesGrowWithPoliciesAndNotWithBackups() {
        long ofTen = series(10, 3);
        assertThat(series(10, 300)).isEqualTo(ofTen);
        assertThat(series(20, 3)).isEqualTo(2 * ofTen);
        assertThat(ofTen / 10).isLessThan(40);
    }

    private static long series(int policies, int backupsOfEach) {
        List<BackupPolicy> many = new ArrayList<>();
        List<Backup> all = new ArrayList<>();
        for (int i = 0; i < policies; i++) {
            BackupPolicy policy = Samples.policy();
            policy.getMetadata().setName("policy-" + i);
            policy.setSpec(Samples.promising(policy.getSpec(), new ObjectivesSpec("6h", "1h")));
            many.add(policy);
            for (int j = 0; j < backupsOfEach; j++) {
                Backup backup = backup("b-" + i + "-" + j, Samples.completed(NOON.minusSeconds(j + 1), "p/", List.of("daily", "weekly", "monthly").get(j % 3), null));
                backup.setSpec(new BackupSpec(new NameRef("policy-" + i), null, null, null));
                all.add(backup);
            }
        }
        PrometheusMeterRegistry fresh = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        fresh.getPrometheusRegistry().register(new FleetMetrics(new KnownFleet(true, many, all, List.of()), Clock.fixed(NOON, ZoneOffset.UTC)));
        return fresh.scrape().lines().filter(line -> line.contains("policy=")).count();
    }

    private List<String> scraped() {
        return registry.scrape().lines().filter(line -> !line.startsWith("#")).toList();
    }

    private double value(String metric) {
        return scraped().stream().filter(line -> line.startsWith(metric + "{")).mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf("} ") + 2))).findFirst().orElseThrow();
    }

    /** As Prometheus' format writes seconds. */
    private static String epoch(Instant moment) {
        return Double.toString(moment.getEpochSecond());
    }

    private static String objective(String which) {
        return "namespace=\"stable\",objective=\"" + which + "\",policy=\"horses\"";
    }

    private void completed(String name, Instant snapshotAt, String tier, StorageClass storageClass) {
        backups.add(backup(name, Samples.completed(snapshotAt, "p/", tier, storageClass)));
    }

    private void failed(String name, Instant at, int attempts) {
        List<Attempt> tried = new ArrayList<>();
        for (int number = 1; number <= attempts; number++) {
            tried.add(Attempt.planned(number, name + "-" + number).failed(at, Reason.PodLost, "m"));
        }
        backups.add(backup(name, new BackupStatus(
                Phase.Failed, null, tried, at.minusSeconds(5), at, "5s", null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                null)));
    }

    private static Backup backup(String name, BackupStatus status) {
        Backup backup = Samples.backup();
        backup.getMetadata().setName(name);
        backup.setStatus(status);
        return backup;
    }

    private void restored(String backup, Phase phase, Instant at, Duration took) {
        Restore restore = Samples.restore(RestoreStrategy.Create, null, null);
        restore.setSpec(Samples.restoring(backup, null, RestoreStrategy.Create, null));
        restore.setStatus(new RestoreStatus(
                phase, null, null, at.minus(took), at, null, backup, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null));
        restores.add(restore);
    }

    private void status(Instant next, Instant overdue, boolean ready) {
        policies.getFirst().setStatus(new BackupPolicyStatus(
                null, List.of(new ConditionBuilder().withType("Ready").withStatus(ready ? "True" : "False").build()), null, null, next, overdue, null, new Retention(3, null, 7, null, null),
                new Maintenance(new StoreJob(2, "horses-maintain-2", NOON, NOON, null, null, 0), NOON.minusSeconds(7_200)), null, null, null));
    }

    private void promise(String rpo, String rto) {
        policies.getFirst().setSpec(Samples.promising(policies.getFirst().getSpec(), new ObjectivesSpec(rpo, rto)));
    }
}
