package dev.remuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.assertj.core.api.AbstractCollectionAssert;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupPolicyStatus.Maintenance;
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
import dev.remuda.job.Names;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Folders;
import dev.remuda.support.Kubelet;
import dev.remuda.support.MovingClock;
import dev.remuda.support.Prometheus;
import dev.remuda.support.Samples;
import dev.remuda.task.RestoreStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/** What the operator tells a real Prometheus: every query of the dashboard has an answer, and alerts fire on its own metrics. */
class PrometheusIT {
    private static final TierSpec HOURLY = new TierSpec("hourly", "0 * * * *", new RetentionSpec("30d", null, null), null);

    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final String namespace = server.createNamespace("prometheus");
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final Instant slot = now.truncatedTo(ChronoUnit.HOURS);
    private final MovingClock clock = new MovingClock(now);

    @Test
    void theDashboardIsFilledAndTheAlertsFire() throws IOException {
        BackupPolicy well = policy("well", new ObjectivesSpec("1d", "1h"), HOURLY);
        well.setStatus(new BackupPolicyStatus(null, null, null, null, null, null, null, null, new Maintenance(new StoreJob(1, "well-maintain-1", now, now, null, "all is there", 0), now), null, null, null));
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
            client.resources(BackupPolicy.class).inNamespace(namespace).withName("old").patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"timeout\": \"21h\"}}");
            new Kubelet(client, namespace).await(BackupPolicy.class, "old", policy -> policy.getStatus().overdueSince() != null);
            fires(prometheus, fires -> fires.contains("BackupOverdue old"));

            client.resources(BackupPolicy.class).inNamespace(namespace).withName("unreadable").delete();
            fires(prometheus, fires -> fires.doesNotContain("PolicyNotReady unreadable", "BackupNeverSucceeded unreadable"));
        }
        try (prometheus) {
            fires(prometheus, fires -> fires.containsExactly("OperatorDown"));
        }
    }

    private static void fires(Prometheus prometheus, Consumer<AbstractCollectionAssert<?, ?, String, ?>> expectation) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(200)).ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> expectation.accept(assertThat(prometheus.firing())));
    }

    private BackupPolicy policy(String name, ObjectivesSpec objectives, TierSpec... tiers) {
        BackupPolicy policy = Samples.in(namespace, Samples.policy());
        policy.getMetadata().setName(name);
        policy.setSpec(Samples.within(Samples.promising(Samples.with(policy.getSpec(), tiers), objectives), "20h"));
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
        Backup made = client.resource(backup).create();
        made.setStatus(status);
        return client.resource(made).updateStatus();
    }

    private void restore(Backup backup, Phase phase, Duration took) {
        Restore restore = Samples.in(namespace, Samples.restore(RestoreStrategy.Create, null, null));
        restore.getMetadata().setName(backup.getSpec().policyRef().name() + "-" + phase.name().toLowerCase(Locale.ROOT));
        restore.setSpec(Samples.restoring(backup.getMetadata().getName(), null, RestoreStrategy.Create, null));
        Restore made = client.resource(restore).create();
        Instant end = phase == Phase.Failed ? now : now.minusSeconds(60);
        made.setStatus(new RestoreStatus(
                phase, null, null, end.minus(took), end, null, backup.getMetadata().getName(), null, null, null, null, null, null, null, null, null, null, null, null, null, null));
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
        assertThat(queries).hasSize(26);
        return queries;
    }
}
