package dev.remuda;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.assertj.core.api.AbstractCollectionAssert;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupPolicyStatus.Catalogue;
import dev.remuda.api.BackupPolicyStatus.Drill;
import dev.remuda.api.BackupPolicyStatus.Maintenance;
import dev.remuda.api.BackupPolicyStatus.Verification;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.NameRef;
import dev.remuda.api.ObjectivesSpec;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.StoreJob;
import dev.remuda.api.TierSpec;
import dev.remuda.job.Labels;
import dev.remuda.job.Names;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Changes;
import dev.remuda.support.Folders;
import dev.remuda.support.Kubelet;
import dev.remuda.support.MovingClock;
import dev.remuda.support.Pods;
import dev.remuda.support.Prometheus;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.Result;
import dev.remuda.task.VerifyResult;

import static org.assertj.core.api.Assertions.assertThat;

/** What the operator tells a real Prometheus: every query of the dashboard has an answer, and alerts fire on its own metrics. */
class PrometheusIT {
    private static final TierSpec HOURLY = new TierSpec("hourly", "0 * * * *", new RetentionSpec("30d", null, null), null);

    private static final TierSpec RARELY = new TierSpec(HOURLY.name(), "0 0 1 1 *", HOURLY.retention(), null);
    private static final long SIZE = 1_468_006;

    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final String namespace = server.createNamespace("prometheus");
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final Instant slot = now.truncatedTo(ChronoUnit.HOURS);
    private final MovingClock clock = new MovingClock(now);

    @Test
    void theDashboardIsFilledAndTheAlertsFire() throws IOException {
        BackupPolicy well = policy("well", new ObjectivesSpec("1d", "1h"), HOURLY);
        well.setStatus(new BackupPolicyStatus(null, null, null, null, null, null, null, null, new Maintenance(new StoreJob(1, "well-maintain-1", now, now, null, "all is there", 0), now), null,
                new Verification(null, null, null, null, null, null, null, 0, new Drill("well-1", slot, now, 12)), null));
        client.resource(well).updateStatus();
        Backup good = completed(well, slot);
        restore(good, Phase.Completed, Duration.ofSeconds(10));
        completed(policy("old", new ObjectivesSpec("2h", null), HOURLY), slot.minus(Duration.ofHours(4)));
        Backup inTheWay = Samples.in(namespace, Samples.backup());
        inTheWay.setSpec(new BackupSpec(new NameRef("old"), null, null, null));
        client.resource(inTheWay).create();
        ended(policy("fails", null), null, Samples.failed(now.minusSeconds(60)));
        policy("unreadable", null, new TierSpec("never", "0 0 31 2 *", HOURLY.retention(), null));
        Backup slow = completed(policy("slow", new ObjectivesSpec(null, "1h")), slot);
        restore(slow, Phase.Completed, Duration.ofHours(2));
        restore(slow, Phase.Failed, Duration.ofSeconds(1));

        Prometheus prometheus;
        try (OperatorApp operator = OperatorApp.start(server.adminClient(), Samples.config(namespace, Duration.ofDays(30)), clock, () -> {})) {
            prometheus = Prometheus.scraping("127.0.0.1:" + operator.healthPort(), Prometheus.impatientRules().replace("> 86400", "> 1"));
            fires(prometheus, fires -> fires.containsExactlyInAnyOrder(
                    "BackupTooOld old", "RpoBreached old", "BackupFailed fails", "BackupNeverSucceeded fails", "BackupNeverSucceeded unreadable", "PolicyNotReady unreadable",
                    "RtoBreached slow", "RestoreFailed slow"));
            for (String query : queries()) {
                Awaitility.await(query).atMost(Duration.ofSeconds(10)).until(() -> !prometheus.query(query).isEmpty());
            }

            clock.forward(Duration.ofMinutes(125));
            touch("old");
            new Kubelet(client, namespace).await(BackupPolicy.class, "old", policy -> policy.getStatus().overdueSince() != null);
            fires(prometheus, fires -> fires.contains("BackupOverdue old"));

            client.resources(BackupPolicy.class).inNamespace(namespace).withName("unreadable").delete();
            fires(prometheus, fires -> fires.doesNotContain("PolicyNotReady unreadable", "BackupNeverSucceeded unreadable"));
        }
        try (prometheus) {
            fires(prometheus, fires -> fires.containsExactly("OperatorDown"));
        }
    }

    /** Weeks in seconds: what is compared with a week or a day ago is compared with ten seconds ago, and a policy without any drill is two hours older than it is. */
    @Test
    void alertsOfStoreAndVerificationFireOnWhatTheOperatorFinds() throws IOException {
        MovingClock past = new MovingClock(now.minus(Duration.ofHours(3)));
        Backup proved = completed(drilled("drilled"), slot.minus(Duration.ofHours(4)));
        Kubelet kubelet = new Kubelet(client, namespace);
        String rules = Prometheus.impatientRules().replaceAll("offset [17]d", "offset 10s")
                .replace("or on (namespace, policy) remuda_policy_created_timestamp_seconds", "or on (namespace, policy) (remuda_policy_created_timestamp_seconds - 7200)");
        try (OperatorApp operator = OperatorApp.start(server.adminClient(), Samples.config(namespace, Duration.ofDays(30)), past, () -> {});
                Prometheus prometheus = Prometheus.scraping("127.0.0.1:" + operator.healthPort(), rules)) {
            verification(kubelet, proved, Samples.restored());
            past.forward(Duration.ofHours(3));
            touch("drilled");
            kubelet.pod("drilled-verify-2", job -> Pods.reported(job, new FailureResult(Reason.DatabaseUnreachable, "the server of drills is away", false)));

            completed(looked("steady", RARELY), slot);
            BackupPolicy grows = looked("grows", RARELY);
            completed(grows, slot.minus(Duration.ofHours(1)));
            BackupPolicy shrinks = looked("shrinks", RARELY);
            completed(shrinks, slot.minus(Duration.ofHours(1)));
            Backup unlabelled = ended(looked("unkept", RARELY), slot, Samples.completed(slot, "p/unkept/", null, null));
            BackupPolicy brief = looked("due", new TierSpec(HOURLY.name(), RARELY.schedule(), new RetentionSpec("1h", null, null), null));
            Backup expired = completed(brief, slot.minus(Duration.ofHours(5)));
            completed(brief, slot);
            Backup damaged = completed(looked("damaged", RARELY), slot);
            Backup refused = completed(drilled("unprovable"), slot);
            verification(kubelet, damaged, new VerifyResult(null, null, null, List.of(new VerifyResult.Damaged(damaged.getMetadata().getUid(), Reason.ChecksumMismatch, "a wrong byte")), null));
            verification(kubelet, refused, new FailureResult(Reason.DatabasePermissionDenied, "it may not create databases", false));
            kubelet.pod("unkept-maintain-1", job -> Pods.reported(job, new FailureResult(Reason.StorageAccessDenied, "it may not write", false)));
            Set<String> found = Set.of(
                    "RetentionStuck unkept", "RetentionStuck due", "VerificationFailed damaged", "VerificationFailed unprovable", "VerificationFailed drilled", "VerificationTooOld drilled", "VerificationTooOld unprovable");
            fires(prometheus, fires -> fires.containsExactlyInAnyOrderElementsOf(found));
            assertThat(prometheus.query("remuda_damaged_backups > 0")).extracting(labels -> labels.get("policy")).containsExactly("damaged");
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> prometheus.query("database_backup_size_bytes offset 10s").size() == 7);
            fires(prometheus, fires -> fires.containsExactlyInAnyOrderElementsOf(found));

            of(grows, 100 * SIZE);
            fires(prometheus, fires -> fires.contains("StorageGrowth grows", "BackupSizeAnomaly grows"));
            of(shrinks, SIZE / 10);
            fires(prometheus, fires -> fires.contains("BackupSizeAnomaly shrinks").doesNotContain("StorageGrowth shrinks", "StorageGrowth steady", "BackupSizeAnomaly steady"));

            Backup newer = completed(client.resources(BackupPolicy.class).inNamespace(namespace).withName("drilled").get(), slot);
            past.forward(Duration.ofMinutes(2)); // it rested
            verification(kubelet, newer, Samples.restored());
            kubelet.pod("due-maintain-1", job -> Pods.reported(job, new MaintainResult(1, null, List.of(expired.getMetadata().getUid()), null, null, null, 0, 0)));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> prometheus.query("increase(remuda_purged_backups_total[1m]) > 0").stream().map(labels -> labels.get("policy")).toList().equals(List.of("due")));
            past.forward(Duration.ofHours(1)); // and it is tried again
            touch("unkept");
            kubelet.pod("unkept-maintain-2", job -> Pods.reported(
                    job, new MaintainResult(1, null, null, List.of(new MaintainResult.Moved(unlabelled.getMetadata().getUid(), HOURLY.name(), null)), null, null, 0, 0)));
            fires(prometheus, fires -> fires.doesNotContain("VerificationTooOld drilled", "RetentionStuck due", "RetentionStuck unkept").contains("VerificationTooOld unprovable"));
        }
    }

    /** By the rules as they are, but for their patience: the series of an operator end with its Pod, and what another one told a week ago and yesterday counts as well. */
    @Test
    void theWeekBeforeCountsThoughTheOperatorRunsInAnotherPodNow() throws Exception {
        completed(looked("steady", RARELY), slot);
        BackupPolicy grows = looked("grows", RARELY);
        completed(grows, slot.minus(Duration.ofHours(1)));
        try (OperatorApp operator = OperatorApp.start(server.adminClient(), Samples.config(namespace, Duration.ofDays(30)), clock, () -> {})) {
            String seen = Awaitility.await().until(() -> scraped(operator), page -> page.lines().filter(line -> line.startsWith("database_backup_size_bytes{")).count() == 2);
            of(grows, 4 * SIZE);
            try (Prometheus prometheus = Prometheus.remembering(seen, lastWeekAndYesterday(), "127.0.0.1:" + operator.healthPort(), Prometheus.impatientRules())) {
                fires(prometheus, fires -> fires.containsExactlyInAnyOrder("StorageGrowth grows", "BackupSizeAnomaly grows"));
            }
        }
    }

    /** Moments for a look a week ago and one a day ago, of those that fall into the minutes that this test takes. */
    private static List<Instant> lastWeekAndYesterday() {
        Instant now = Instant.now();
        return Stream.of(Duration.ofDays(7), Duration.ofDays(1)).flatMap(ago -> IntStream.range(-20, 40).mapToObj(i -> now.minus(ago).plusSeconds(15L * i))).toList();
    }

    private static String scraped(OperatorApp operator) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + operator.healthPort() + "/metrics")).build(), BodyHandlers.ofString()).body();
        }
    }

    /** Lets the Backup be proved, by a Job that reports this. */
    private void verification(Kubelet kubelet, Backup backup, Result result) {
        client.resources(Backup.class).inNamespace(namespace).withName(backup.getMetadata().getName())
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\": {\"annotations\": {\"" + Labels.VERIFY + "\": \"now\"}}}");
        BackupPolicy policy = kubelet.await(BackupPolicy.class, backup.getSpec().policyRef().name(), known -> known.getStatus().verification() != null
                && known.getStatus().verification().underWay() && known.getStatus().verification().backups().contains(backup.getMetadata().getName()));
        kubelet.pod(policy.getStatus().verification().job().name(), job -> Pods.reported(job, result));
        kubelet.await(BackupPolicy.class, policy.getMetadata().getName(), known -> !known.getStatus().verification().underWay());
    }

    /** The newest Backup of the policy, of that size. */
    private void of(BackupPolicy policy, long bytes) {
        ended(policy, slot, Changes.in(Samples.completed(slot, "p/" + policy.getMetadata().getName() + "/", HOURLY.name(), null), Map.of("sizeBytes", bytes)));
    }

    /** So that the operator looks at it, whose clock has gone on. */
    private void touch(String policy) {
        client.resources(BackupPolicy.class).inNamespace(namespace).withName(policy).patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"timeout\": \"21h\"}}");
    }

    private BackupPolicy drilled(String name) {
        return looked(name, RARELY, Map.of("verification", Map.of("schedule", "0 * * * *", "server", Map.of("image", "postgres:17"))));
    }

    private BackupPolicy looked(String name, TierSpec tier) {
        return looked(name, tier, Map.of());
    }

    /** Whose store was looked through for backups. */
    private BackupPolicy looked(String name, TierSpec tier, Map<String, Object> more) {
        BackupPolicyStatus status = new BackupPolicyStatus(
                null, null, null, null, null, null, null, null, null, new Catalogue(new StoreJob(1, name + "-catalogue-1", now, now, null, null, 0), null, null, 0, now, null), null, null);
        return written(created(name, Changes.in(Samples.with(Samples.policy().getSpec(), tier), more)), policy -> policy.setStatus(status));
    }

    private static void fires(Prometheus prometheus, Consumer<AbstractCollectionAssert<?, ?, String, ?>> expectation) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(200)).ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> expectation.accept(assertThat(prometheus.firing())));
    }

    private BackupPolicy policy(String name, ObjectivesSpec objectives, TierSpec... tiers) {
        return created(name, Samples.within(Samples.promising(Samples.with(Samples.policy().getSpec(), tiers), objectives), "20h"));
    }

    private BackupPolicy created(String name, BackupPolicySpec spec) {
        BackupPolicy policy = Samples.in(namespace, Samples.policy());
        policy.getMetadata().setName(name);
        policy.setSpec(spec);
        return client.resource(policy).create();
    }

    private Backup completed(BackupPolicy policy, Instant at) {
        return ended(policy, at, Samples.completed(at, "p/" + policy.getMetadata().getName() + "/", HOURLY.name(), null));
    }

    /** @param slot null: it was asked for */
    private Backup ended(BackupPolicy policy, Instant slot, BackupStatus status) {
        String name = policy.getMetadata().getName();
        Backup backup = Samples.in(namespace, Samples.backup());
        backup.getMetadata().setName(slot == null ? name + "-1" : Names.scheduled(name, slot));
        backup.setSpec(new BackupSpec(new NameRef(name), slot == null ? null : List.of(HOURLY.name()), slot, null));
        return written(client.resource(backup).create(), made -> made.setStatus(status));
    }

    /** Though the operator may write its own meanwhile. */
    private <T extends HasMetadata> T written(T resource, Consumer<T> status) {
        return Awaitility.await().ignoreExceptionsInstanceOf(KubernetesClientException.class).until(() -> {
            T known = client.resource(resource).get();
            status.accept(known);
            return client.resource(known).updateStatus();
        }, written -> true);
    }

    private void restore(Backup backup, Phase phase, Duration took) {
        Restore restore = Samples.in(namespace, Samples.restore(RestoreStrategy.Create, null, null));
        restore.getMetadata().setName(backup.getSpec().policyRef().name() + "-" + phase.name().toLowerCase(Locale.ROOT));
        restore.setSpec(Samples.restoring(backup.getMetadata().getName(), null, RestoreStrategy.Create, null));
        Restore made = client.resource(restore).create();
        Instant end = phase == Phase.Failed ? now : now.minusSeconds(60);
        made.setStatus(new RestoreStatus(
                phase, null, null, end.minus(took), end, null, backup.getMetadata().getName(), null, null, null, null, null, null, null, null, null, null, null, null, null, null, null));
        client.resource(made).updateStatus();
    }

    /** Of all panels, with the variables at All. */
    private static List<String> queries() throws IOException {
        Path file = Folders.repository().resolve("helm/remuda/dashboards/remuda.json");
        List<String> queries = new ArrayList<>();
        for (JsonNode panel : new ObjectMapper().readTree(file.toFile()).path("panels")) {
            panel.path("targets").forEach(target -> queries.add(
                    target.path("expr").asText().replace("$namespace", ".*").replace("$policy", ".*").replace("$__rate_interval", "1m")));
        }
        assertThat(queries).hasSize(30);
        return queries;
    }
}
