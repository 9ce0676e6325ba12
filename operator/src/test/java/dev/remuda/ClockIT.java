package dev.remuda;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.NameRef;
import dev.remuda.api.Phase;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.TierSpec;
import dev.remuda.cluster.ServerClock;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Kubelet;
import dev.remuda.support.MovingClock;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/** An operator on a machine whose clock jumps while it works, with an API server whose clock is right. */
class ClockIT {
    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final String namespace = server.createNamespace("clock");
    private final Kubelet kubelet = new Kubelet(client, namespace);

    @ParameterizedTest
    @ValueSource(strings = {"PT24H", "P3650D", "PT-1H", "P-365D"})
    void nothingIsMadeEndedOrLetGoForIt(Duration jump) throws IOException {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        MovingClock machine = new MovingClock(now);
        ServerClock clock = new ServerClock(machine);
        BackupPolicy policy = Samples.in(namespace, Samples.policy());
        policy.setSpec(Samples.with(policy.getSpec(), new TierSpec("yearly", "0 0 1 1 *", new RetentionSpec("12h", null, null), null)));
        client.resource(policy).create();
        completed("old", now.minus(Duration.ofHours(6)));
        completed("new", now.minus(Duration.ofHours(5)));
        client.resource(Samples.in(namespace, Samples.backup())).create();
        try (OperatorApp operator = OperatorApp.start(server.adminClient(clock), Samples.config(namespace), clock, () -> {})) {
            assertThat(operator.healthPort()).isPositive();
            kubelet.pod("monday-1", job -> Pods.waiting(job, "ImagePullBackOff", "not yet"));
            kubelet.await(Backup.class, "monday", backup -> backup.getStatus() != null && "ImagePullFailed".equals(backup.getStatus().conditions().getFirst().getReason()));
            kubelet.await(BackupPolicy.class, "horses", known -> known.getStatus() != null && known.getStatus().retention().kept() == 2);

            machine.forward(jump);
            client.resources(BackupPolicy.class).inNamespace(namespace).withName("horses").patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"timeout\": \"3h\"}}");
            client.resources(Backup.class).inNamespace(namespace).withName("monday").patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"pinned\": true}}");
            BackupPolicy seen = kubelet.await(BackupPolicy.class, "horses", known -> Long.valueOf(2).equals(known.getStatus().observedGeneration()));
            kubelet.pod("monday-1", Pods::running);
            kubelet.backup("monday", Phase.Running);
            kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
            Backup monday = kubelet.backup("monday", Phase.Completed);

            assertThat(seen.getStatus().retention().due()).isZero();
            assertThat(Duration.between(now, monday.getStatus().attempts().getFirst().startedAt())).isBetween(Duration.ofMinutes(-1), Duration.ofMinutes(1));
            assertThat(client.resources(Backup.class).inNamespace(namespace).list().getItems()).hasSize(3).allSatisfy(
                    backup -> assertThat(backup.getStatus().phase()).isEqualTo(Phase.Completed));
        }
    }

    private void completed(String name, Instant snapshotAt) {
        Backup backup = Samples.in(namespace, Samples.backup());
        backup.getMetadata().setName(name);
        backup.setSpec(new BackupSpec(new NameRef("horses"), List.of("yearly"), null, null));
        Backup made = client.resource(backup).create();
        made.setStatus(Samples.completed(snapshotAt, "stables/" + name + "/", "yearly", null));
        client.resource(made).updateStatus();
    }
}
