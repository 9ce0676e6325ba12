package dev.remuda;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.junit.jupiter.api.Test;

import dev.remuda.config.OperatorConfig;
import dev.remuda.job.Labels;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Chart;
import dev.remuda.support.Samples;
import dev.remuda.task.RestoreStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/** With the rights of the chart's hook and no others. */
class LeavingIT {
    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient admin = server.admin();
    private final String namespace = server.createNamespace("leaving");
    private final OperatorConfig config = new OperatorConfig(
            Set.of(namespace), Samples.CONFIG.workerImage(), Samples.CONFIG.imagePullPolicy(), Samples.CONFIG.startDeadline(), Samples.CONFIG.archivePoll(), 0, true, Optional.empty(), namespace);

    @Test
    void whatWaitedForTheOperatorCanBeDeleted() {
        HasMetadata backup = created(namespace, Samples.backup(), Labels.PURGE, "example.com/of-another");
        HasMetadata restore = created(namespace, Samples.restore(RestoreStrategy.Create, null, null), Labels.CLEAN_UP);
        admin.resource(restore).delete();

        assertThat(leave(Duration.ofSeconds(20))).isTrue();

        assertThat(admin.resource(backup).get().getFinalizers()).containsExactly("example.com/of-another");
        assertThat(admin.resource(restore).get()).isNull();
        assertThat(admin.resources(Lease.class).inNamespace(namespace).list().getItems()).isEmpty();
    }

    @Test
    void whileAnOperatorWorksItsFinalizersStay() throws Exception {
        HasMetadata backup = created(namespace, Samples.backup(), Labels.PURGE);
        HasMetadata elsewhere = created(server.createNamespace("leaving"), Samples.backup(), Labels.PURGE);
        try (OperatorApp operator = OperatorApp.start(server.adminClient(), config, Clock.systemUTC(), () -> {})) {
            assertThat(operator.healthPort()).isPositive();
            assertThat(leave(Duration.ofSeconds(2))).isFalse();
            assertThat(admin.resource(backup).get().getFinalizers()).contains(Labels.PURGE);
        }
        assertThat(leave(Duration.ofSeconds(20))).isTrue();

        assertThat(admin.resource(backup).get().getFinalizers()).isEmpty();
        assertThat(admin.resource(elsewhere).get().getFinalizers()).contains(Labels.PURGE);
    }

    private boolean leave(Duration patience) {
        Chart.resources(admin, "--namespace=" + namespace, "--show-only=templates/leave.yaml").stream()
                .filter(resource -> !"Job".equals(resource.getKind()))
                .forEach(resource -> admin.resource(resource).serverSideApply());
        try (KubernetesClient client = server.serviceAccount(namespace, "remuda-leave")) {
            return Leaving.leave(client, config, patience);
        }
    }

    private HasMetadata created(String where, HasMetadata resource, String... finalizers) {
        HasMetadata there = Samples.in(where, resource);
        there.getMetadata().setFinalizers(List.of(finalizers));
        return admin.resource(there).create();
    }
}
