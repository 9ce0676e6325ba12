package dev.remuda.job;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.support.ApiServer;
import dev.remuda.support.Chart;
import dev.remuda.support.Folders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A namespace that enforces the Pod Security profile restricted takes each of our Pods. */
class RestrictedIT {
    private static final ApiServer SERVER = ApiServer.shared();
    private static final KubernetesClient CLIENT = SERVER.admin();
    private static final String NAMESPACE = SERVER.createNamespace("restricted");

    private static Set<String> kinds() {
        return Kinds.ALL.keySet();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void eachKindOfPodIsTaken(String kind) {
        assertThat(offered(Kinds.pod(kind)).getSpec().getContainers()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void noneHasATokenOrRightsOfItsOwn(String kind) {
        Pod pod = offered(Kinds.pod(kind));

        assertThat(pod.getSpec().getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getSpec().getVolumes()).noneMatch(volume -> volume.getProjected() != null || volume.getHostPath() != null);
        assertThat(pod.getSpec().getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(containers(pod)).allSatisfy(container -> {
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
            assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
            // The user's own image may need to write beside its program.
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isEqualTo(List.of(Kinds.MIGRATIONS, Beside.SERVER).contains(container.getName()) ? null : Boolean.TRUE);
        });
    }

    @Test
    void theOperatorsPodIsTaken() throws IOException {
        Pod pod = offered(operator());

        assertThat(containers(pod)).allSatisfy(container -> assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue());
    }

    @Test
    void whatIsNotRestrictedIsRefused() {
        Pod pod = new PodBuilder(Kinds.pod("backup")).editSpec().editFirstContainer().editSecurityContext().withAllowPrivilegeEscalation(true).endSecurityContext().endContainer().endSpec().build();

        assertThatThrownBy(() -> offered(pod)).isInstanceOf(KubernetesClientException.class).hasMessageContaining("violates PodSecurity \"restricted");
    }

    private static Pod operator() {
        return new PodBuilder().withNewMetadata().withName("operator").endMetadata().withSpec(Chart.deployment(CLIENT).getSpec().getTemplate().getSpec()).build();
    }

    private static List<Container> containers(Pod pod) {
        return Stream.concat(pod.getSpec().getContainers().stream(), pod.getSpec().getInitContainers().stream()).toList();
    }

    /** As the API server would make it. */
    private static Pod offered(Pod pod) {
        Pod there = new PodBuilder(pod).editMetadata().withNamespace(NAMESPACE).endMetadata().build();
        return CLIENT.resource(there).dryRun().create();
    }
}
