package dev.remuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.config.OperatorConfig;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Chart;
import dev.remuda.support.Folders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What Helm makes of the chart, offered to a real API server. */
class ChartIT {
    private static final Path FOLDER = Folders.repository().resolve("helm/remuda");
    private static final String EVERYTHING =
            "--set=replicas=2,rbac.aggregateRoles=true,networkPolicy.enabled=true,metrics.serviceMonitor.enabled=true,metrics.prometheusRule.enabled=true,metrics.dashboard.enabled=true";
    private static final ApiServer SERVER = ApiServer.shared();

    private static Stream<String> variants() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<String> values = files.map(file -> file.getFileName().toString()).filter(name -> name.matches("values-.*\\.yaml")).map(name -> "--values=helm/remuda/" + name).toList();
            return Stream.concat(values.stream(), Stream.of(EVERYTHING, Chart.CLUSTER_WIDE, "--set=namespaces={default,kube-system}"));
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void theApiServerTakesWhatItMakes(String arguments) {
        assertThat(Chart.helm(List.of("lint", "helm/remuda", "--strict", "--kube-version=1.34.0", arguments))).contains("0 chart(s) failed");
        String namespace = SERVER.createNamespace("chart");
        List<HasMetadata> resources = Chart.resources(SERVER.admin(), "--namespace=" + namespace, arguments).stream().filter(resource -> !isOfThePrometheusOperator(resource)).toList();

        String answer = SERVER.kubectlWith(resources.stream().map(Serialization::asYaml).reduce("", (all, one) -> all + "---\n" + one), "apply", "--dry-run=server", "-f", "-");

        assertThat(answer.lines()).hasSameSizeAs(resources).allMatch(line -> line.endsWith("created (server dry run)"));
    }

    private static boolean isOfThePrometheusOperator(HasMetadata resource) {
        return resource.getApiVersion().startsWith("monitoring.coreos.com/");
    }

    /** Helm made the definitions with the first release, and never changes them. */
    @Test
    void theDefinitionsAreUpgradedByTheCommandOfTheDocs() throws IOException {
        SERVER.kubectl("apply", "--server-side", "--force-conflicts", "--field-manager=helm", "-f", "../crds");
        String docs = Files.readString(Folders.repository().resolve("docs/installation.md"));
        String command = docs.lines().filter(line -> line.startsWith("kubectl apply --server-side")).findFirst().orElseThrow().replaceFirst(" *#.*", "");

        assertThat(SERVER.kubectl(command.replace("kubectl ", "").replace("crds/", "../crds").split(" "))).contains("serverside-applied");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--set=replica=2                                  | replica",
        "--set=metrics.serviceMonitor.enable=true         | enable",
        "--set=logFormat=yaml                             | logFormat",
        "--set=startDeadlineSeconds=0                     | startDeadlineSeconds",
        "--set-json=namespaces=[\"Production\"]           | namespaces",
        "--set=image.digest=sha256:12                     | digest",
        "--set=metrics.prometheusRule.docsUrl=example.com | docsUrl",
    })
    void aValueThatDoesNotExistOrCannotBeIsRefusedByName(String argument, String named) {
        assertThatThrownBy(() -> Chart.template(argument)).hasMessageContaining("values don't meet the specifications of the schema").hasMessageContaining(named);
    }

    @Test
    void anOperatorUnderstandsItsEnvironment() {
        var container = Chart.deployment(SERVER.admin(), "--namespace=production").getSpec().getTemplate().getSpec().getContainers().getFirst();
        Map<String, String> environment = container.getEnv().stream().filter(variable -> variable.getValue() != null)
                .collect(java.util.stream.Collectors.toMap(variable -> variable.getName(), variable -> variable.getValue()));

        OperatorConfig config = OperatorConfig.from(environment);

        assertThat(config.namespaces()).containsExactly("production");
        assertThat(config.workerImage()).isEqualTo(container.getImage());
        assertThat(config.destinations()).contains(Path.of("/etc/remuda/destinations"));
        assertThat(config.leaderElection()).isTrue();
    }

    @Test
    void aReleaseOfOneNamespaceHasNoRightOutsideOfIt() {
        assertThat(Chart.resources(SERVER.admin(), "--namespace=production")).noneMatch(ClusterRole.class::isInstance)
                .allMatch(resource -> resource.getMetadata().getNamespace().equals("production"));
    }

    @Test
    void eachNamespaceThatIsNamedHasARoleAndTwoReleasesDoNotMeet() {
        List<String> names = new ArrayList<>();
        for (String release : List.of("one", "two")) {
            List<HasMetadata> resources = Chart.resources(SERVER.admin(), "--namespace=" + release, "--set=namespaces={a,b}");
            assertThat(resources).filteredOn(Role.class::isInstance).extracting(role -> role.getMetadata().getNamespace()).containsOnly("a", "b", release).hasSize(2 * 3);
            assertThat(resources).filteredOn(RoleBinding.class::isInstance).hasSize(2 * 3);
            resources.addAll(Chart.resources(SERVER.admin(), "--namespace=" + release, Chart.CLUSTER_WIDE, EVERYTHING).stream().filter(resource -> resource.getMetadata().getNamespace() == null).toList());
            resources.forEach(resource -> names.add(resource.getKind() + " " + resource.getMetadata().getNamespace() + "/" + resource.getMetadata().getName()));
        }
        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void rolesOfPeopleAreThoseOfTheCluster() {
        List<ClusterRole> roles = Chart.resources(SERVER.admin(), "--set=rbac.aggregateRoles=true").stream().filter(ClusterRole.class::isInstance).map(ClusterRole.class::cast).toList();

        assertThat(roles).hasSize(2).allSatisfy(role -> assertThat(role.getRules().getFirst().getResources()).containsExactlyInAnyOrder("backuppolicies", "backups", "restores"));
        assertThat(roles).filteredOn(role -> role.getMetadata().getLabels().containsKey("rbac.authorization.k8s.io/aggregate-to-view"))
                .singleElement().satisfies(role -> assertThat(role.getRules().getFirst().getVerbs()).containsExactlyInAnyOrder("get", "list", "watch"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "https://example.com/remuda/docs/"})
    void theRulesAreThoseOfTheFile(String docs) throws IOException {
        GenericKubernetesResource made = one("PrometheusRule", GenericKubernetesResource.class, EVERYTHING, "--set=metrics.prometheusRule.docsUrl=" + docs);

        Object expected = Serialization.unmarshal(Files.readString(FOLDER.resolve("rules/remuda.yaml"))
                .replace("remuda_operator_leading == 1", "remuda_operator_leading{namespace=\"remuda-system\",job=\"remuda\"} == 1")
                .replace(docs.isEmpty() ? "\0" : "runbook: docs/", "runbook_url: " + docs), Map.class);
        assertThat(made.getAdditionalProperties().get("spec")).isEqualTo(expected);
    }

    @Test
    void theDashboardIsThatOfTheFile() throws IOException {
        ConfigMap made = one("ConfigMap", ConfigMap.class, EVERYTHING);

        assertThat(made.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
        assertThat(made.getData().get("remuda.json").strip()).isEqualTo(Files.readString(FOLDER.resolve("dashboards/remuda.json")).strip());
    }

    private static <T extends HasMetadata> T one(String kind, Class<T> type, String... arguments) {
        return type.cast(Chart.resources(SERVER.admin(), arguments).stream().filter(resource -> resource.getKind().equals(kind)).findFirst().orElseThrow());
    }

    @Test
    void itBringsTheDefinitionsOfThisVersion() throws IOException {
        String shown = Chart.helm(List.of("show", "crds", "helm/remuda"));
        try (Stream<Path> files = Files.list(Folders.repository().resolve("crds"))) {
            assertThat(files.toList()).hasSize(3).allSatisfy(file -> assertThat(shown).contains(Files.readString(file).strip()));
        }
        String version = Files.readString(Folders.repository().resolve("pom.xml")).replaceFirst("(?s).*?<artifactId>remuda</artifactId>\\s*<version>([^<-]*).*", "$1");
        assertThat(Files.readString(FOLDER.resolve("Chart.yaml"))).contains("\nversion: " + version + "\n", "\nappVersion: " + version + "\n");
    }
}
