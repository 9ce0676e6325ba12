package dev.remuda.job;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.support.ApiServer;
import dev.remuda.support.Chart;
import dev.remuda.support.Folders;

import static org.assertj.core.api.Assertions.assertThat;

/** The NetworkPolicies of examples/network-policy select our Pods by the labels that they really have. */
class NetworkPolicyIT {
    private static final ApiServer SERVER = ApiServer.shared();
    private static List<NetworkPolicy> policies;

    @BeforeAll
    static void read() throws IOException {
        policies = resources("examples/network-policy/jobs.yaml").map(NetworkPolicy.class::cast).toList();
    }

    private static Stream<?> resources(String file) throws IOException {
        try (var yaml = Files.newInputStream(Folders.repository().resolve(file))) {
            return SERVER.admin().load(yaml).items().stream();
        }
    }

    @Test
    void theApiServerTakesThem() throws IOException {
        String namespace = SERVER.createNamespace("network");
        String yaml = Files.readString(Folders.repository().resolve("examples/network-policy/jobs.yaml"));

        assertThat(SERVER.kubectlWith(yaml, "apply", "--namespace=" + namespace, "--dry-run=server", "-f", "-").lines()).isNotEmpty().allMatch(line -> line.endsWith("created (server dry run)"));
    }

    private static Set<String> kinds() {
        return Kinds.ALL.keySet();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void eachPodReachesWhatItNeedsAndNoMore(String kind) {
        Map<String, String> labels = Kinds.pod(kind).getMetadata().getLabels();

        assertThat(policies).filteredOn(policy -> selects(policy.getSpec().getPodSelector(), labels)).extracting(policy -> policy.getMetadata().getName().replace("remuda-", ""))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(Stream.of("jobs"), Kinds.ALL.get(kind).stream()).toList());
    }

    @Test
    void otherPodsAreLeftAlone() {
        assertThat(policies).noneMatch(policy -> selects(policy.getSpec().getPodSelector(), Map.of("app.kubernetes.io/managed-by", "remuda")));
        assertThat(policies).noneMatch(policy -> selects(policy.getSpec().getPodSelector(), Map.of("app.kubernetes.io/managed-by", "Helm", Labels.TASK, "backup")));
    }

    @Test
    void theChartsPolicySelectsTheOperatorsPod() {
        List<HasMetadata> chart = Chart.resources(SERVER.admin(), "--set=networkPolicy.enabled=true");
        NetworkPolicy policy = chart.stream().filter(NetworkPolicy.class::isInstance).map(NetworkPolicy.class::cast).findFirst().orElseThrow();
        Deployment operator = chart.stream().filter(Deployment.class::isInstance).map(Deployment.class::cast).findFirst().orElseThrow();

        assertThat(selects(policy.getSpec().getPodSelector(), operator.getSpec().getTemplate().getMetadata().getLabels())).isTrue();
        assertThat(policy.getSpec().getIngress().getFirst().getPorts().getFirst().getPort().getStrVal())
                .isEqualTo(operator.getSpec().getTemplate().getSpec().getContainers().getFirst().getPorts().getFirst().getName());
        assertThat(selects(policy.getSpec().getPodSelector(), Kinds.pod("backup").getMetadata().getLabels())).as("a worker").isFalse();
    }

    private static boolean selects(LabelSelector selector, Map<String, String> labels) {
        return labels.entrySet().containsAll(selector.getMatchLabels().entrySet()) && selector.getMatchExpressions().stream().allMatch(term -> holds(term, labels));
    }

    private static boolean holds(LabelSelectorRequirement term, Map<String, String> labels) {
        return switch (term.getOperator()) {
            case "Exists" -> labels.containsKey(term.getKey());
            case "In" -> term.getValues().contains(labels.get(term.getKey()));
            default -> throw new IllegalArgumentException(term.getOperator());
        };
    }
}
