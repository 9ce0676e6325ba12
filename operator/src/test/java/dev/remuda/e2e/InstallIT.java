package dev.remuda.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.fabric8.kubernetes.client.KubernetesClient;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Phase;
import dev.remuda.job.Labels;
import dev.remuda.support.Chart;
import dev.remuda.support.Folders;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;

import static org.assertj.core.api.Assertions.assertThat;

/** The life of a release that watches its own namespace alone, while the operator of the other tests rests. */
class InstallIT {
    private static final Stage STAGE = Stage.shared();
    private static final Pattern RUNNABLE = Pattern.compile("^```sh runnable\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

    private final KubernetesClient client = STAGE.cluster().client();
    private final String namespace = STAGE.another();

    @BeforeAll
    static void theOtherOneRests() {
        STAGE.cluster().scaleOperator(0);
    }

    @AfterAll
    static void theOtherOneWorksAgain() {
        STAGE.cluster().scaleOperator(1);
    }

    @Test
    void installedUpgradedRolledBackAndGoneWithoutATrace() {
        helm("install", "--values=helm/remuda/values-development.yaml", "--wait");
        policy(Racing.create(STAGE.postgres()));
        backup("before");
        awaitEnd("before");
        await("before", backup -> backup.hasFinalizer(Labels.PURGE));

        backup("meanwhile");
        helm("upgrade", "--set=replicas=2,logFormat=json", "--wait");
        assertThat(awaitEnd("meanwhile").getStatus().attempts()).hasSize(1);
        assertThat(client.policy().v1().podDisruptionBudget().inNamespace(namespace).withName("remuda").get()).isNotNull();

        helm("rollback", "1", "--wait");
        assertThat(client.apps().deployments().inNamespace(namespace).withName("remuda").get().getSpec().getReplicas()).isEqualTo(1);
        assertThat(client.policy().v1().podDisruptionBudget().inNamespace(namespace).withName("remuda").get()).isNull();
        backup("after");
        awaitEnd("after");
        int stored = stored();

        helm("uninstall");

        assertThat(client.resources(Backup.class).inNamespace(namespace).list().getItems()).hasSize(3).allMatch(backup -> backup.getFinalizers().isEmpty());
        assertThat(client.rbac().clusterRoles().list().getItems()).noneMatch(role -> role.getMetadata().getName().contains(namespace));
        assertThat(kubectl("get", "deployments,services,serviceaccounts,roles,rolebindings,leases,networkpolicies,jobs", "-o", "name").lines())
                .noneMatch(left -> left.contains("/remuda"));
        client.namespaces().withName(namespace).delete();
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> client.namespaces().withName(namespace).get() == null);
        assertThat(stored()).as("what is stored after all that").isEqualTo(stored);
    }

    /** As a newcomer does it, word for word; but images come from this machine, and the test's own stand for those of others. */
    @Test
    void gettingStartedIsWhatThePageSays() throws IOException, InterruptedException {
        String page = Stage.file("docs/getting-started.md");
        String script = RUNNABLE.matcher(page).results().map(block -> block.group(1)).collect(Collectors.joining("\n"))
                .replace("image.repository=remuda", "image.repository=docker.io/library/remuda")
                .replace("kubectl apply -f examples/getting-started/servers.yaml", servers());
        Path kubeconfig = Files.copy(Folders.repository().resolve(".cluster/kubeconfig"), Folders.temporary("newcomer").resolve("kubeconfig")); // its context changes
        ProcessBuilder builder = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script).directory(Folders.repository().toFile()).redirectErrorStream(true);
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        builder.environment().merge("PATH", Folders.repository().resolve(".tools/bin").toString(), (path, tools) -> tools + ":" + path);

        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).containsPattern("horse-racing +horse_racing +True").containsPattern("first +horse-racing +daily +Completed").containsPattern("count *\n-+\n 10000");
        assertThat(client.namespaces().withName("getting-started").get()).isNull();
    }

    private static String servers() {
        return "kubectl apply -f - <<'SERVERS'\n" + Stage.file("dev/demo/servers.yaml").replace("namespace: demo", "namespace: getting-started").replace("kind: StatefulSet", "kind: Deployment")
                .replaceAll("\\n  serviceName: .*", "") + "\nSERVERS";
    }

    private int stored() {
        return STAGE.bucket().keys("demo/" + namespace + "/").size();
    }

    private void helm(String verb, String... arguments) {
        List<String> command = new ArrayList<>(List.of(verb, "remuda", "--namespace=" + namespace, "--kubeconfig=" + Folders.repository().resolve(".cluster/kubeconfig")));
        if (!List.of("rollback", "uninstall").contains(verb)) {
            command.add(2, "helm/remuda");
            command.add("--set=image.repository=docker.io/library/remuda,image.tag=dev");
        }
        command.addAll(List.of(arguments));
        Chart.helm(command);
    }

    private void policy(String database) {
        String yaml = Stage.policyYaml("installed", database, Map.of("host: postgres ", "host: postgres." + STAGE.namespace() + " ", "//seaweedfs:", "//seaweedfs." + STAGE.namespace() + ":"));
        kubectlWith(yaml + "  deletionPolicy: Delete\n", "apply", "-f", "-");
        client.resources(BackupPolicy.class).inNamespace(namespace).withName("installed").waitUntilCondition(seen -> seen != null && seen.getStatus() != null, 1, TimeUnit.MINUTES);
    }

    private void backup(String name) {
        kubectlWith("{apiVersion: remuda.dev/v1beta1, kind: Backup, metadata: {name: %s}, spec: {policyRef: {name: installed}}}".formatted(name), "apply", "-f", "-");
    }

    private Backup awaitEnd(String name) {
        Backup ended = await(name, backup -> backup.getStatus() != null && backup.getStatus().hasEnded());
        assertThat(ended.getStatus().phase()).as(ended.getStatus().toString()).isEqualTo(Phase.Completed);
        return ended;
    }

    private Backup await(String name, Predicate<Backup> wanted) {
        return client.resources(Backup.class).inNamespace(namespace).withName(name).waitUntilCondition(backup -> backup != null && wanted.test(backup), 2, TimeUnit.MINUTES);
    }

    private String kubectl(String... arguments) {
        return kubectlWith("", arguments);
    }

    private String kubectlWith(String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of("--namespace=" + namespace));
        command.addAll(List.of(arguments));
        return STAGE.cluster().kubectlWith(input, command.toArray(String[]::new));
    }
}
