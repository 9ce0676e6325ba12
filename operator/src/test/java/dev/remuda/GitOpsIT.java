package dev.remuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

import io.fabric8.kubernetes.client.KubernetesClient;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Phase;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Folders;
import dev.remuda.support.Kubelet;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/** What Argo CD's own code makes of our resources, and kustomize of the examples. */
class GitOpsIT {
    private static final Path HEALTH = Folders.repository().resolve("examples/argocd/health.yaml");
    private static final Map<String, String> TRACKED = Map.of("app.kubernetes.io/instance", "backups-production", "argocd.argoproj.io/tracking-id", "backups-production:remuda.dev/BackupPolicy:production/horse-racing");

    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient client = server.admin();
    private final String namespace = server.createNamespace("gitops");
    private final Kubelet kubelet = new Kubelet(client, namespace);

    @ParameterizedTest
    @ValueSource(strings = {"production", "staging", "development"})
    void theApiServerTakesEachOverlay(String environment) throws Exception {
        assertThat(server.kubectlWith(inOurNamespace(overlay(environment)), "apply", "--dry-run=server", "-f", "-")).contains("backuppolicy.remuda.dev/horse-racing created");
    }

    @Test
    void aPolicyFromGitStaysInSyncWhateverTheOperatorDoes() throws Exception {
        String git = tracked(inOurNamespace(overlay("production"))).replace("schedule: 0 2 * * *\n", "schedule: '@hourly'\n");
        server.kubectlWith(git, "apply", "-f", "-");
        assertThat(health("bpol", "horse-racing")).startsWith("Progressing\n");
        try (OperatorApp operator = start(Clock.systemUTC())) {
            assertThat(operator.healthPort()).isPositive();
            kubelet.await(BackupPolicy.class, "horse-racing", policy -> policy.getStatus() != null && policy.getStatus().tiers() != null);
        }
        assertThat(health("bpol", "horse-racing")).startsWith("Healthy\n");
        try (OperatorApp operator = start(Clock.offset(Clock.systemUTC(), Duration.ofHours(1)))) {
            assertThat(operator.healthPort()).isPositive();
            Backup made = Awaitility.await().until(() -> client.resources(Backup.class).inNamespace(namespace).list().getItems(), list -> !list.isEmpty()).getFirst();
            String name = made.getMetadata().getName();
            assertThat(made.getMetadata().getOwnerReferences()).isEmpty();
            assertThat(made.getMetadata().getLabels() == null ? Map.of() : made.getMetadata().getLabels()).doesNotContainKeys(TRACKED.keySet().toArray(String[]::new));
            assertThat(made.getMetadata().getAnnotations() == null ? Map.of() : made.getMetadata().getAnnotations()).doesNotContainKeys(TRACKED.keySet().toArray(String[]::new));
            kubelet.pod(name + "-1", Pods::running);
            kubelet.backup(name, Phase.Running);
            assertThat(health("bkp", name)).startsWith("Progressing\n");
            kubelet.pod(name + "-1", job -> Pods.reported(job, Samples.backedUp()));
            kubelet.backup(name, Phase.Completed);
            assertThat(health("bkp", name)).startsWith("Healthy\nCompleted: ");
            kubelet.await(BackupPolicy.class, "horse-racing", policy -> policy.getStatus().lastBackup() != null);
        }

        assertThat(differences(git)).isEmpty();
        server.kubectl("patch", "bpol", "horse-racing", "--namespace=" + namespace, "--type=merge", "--patch={\"spec\":{\"timeZone\":\"Etc/UTC\"}}");
        assertThat(differences(git)).as("what a person changed").contains("Australia/Sydney", "Etc/UTC");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "BackupPolicy | {observedGeneration: 1, conditions: [{type: Ready, status: 'False', reason: InvalidSchedule, message: broken}]} | Degraded | Ready is False, InvalidSchedule: broken",
        "BackupPolicy | {observedGeneration: 1, conditions: [{type: Ready, status: 'True', reason: Ready, message: fine}, {type: Maintained, status: 'False', reason: StorageUnreachable, message: away}]} | Degraded | Maintained is False, StorageUnreachable: away",
        "BackupPolicy | {observedGeneration: 0, conditions: [{type: Ready, status: 'True', reason: Ready, message: fine}]} | Progressing | the operator has not seen the last change yet",
        "BackupPolicy | {} | Progressing | not seen by the operator yet",
        "Backup       | {phase: Failed, conditions: [{type: Completed, status: 'False', reason: DumpFailed, message: broken}]} | Degraded | DumpFailed: broken",
        "Backup       | {phase: Pending} | Progressing | Pending",
        "Backup       | {phase: Deleting} | Healthy | Deleting",
        "Restore      | {phase: Completed, conditions: [{type: Completed, status: 'True', reason: Completed, message: back}]} | Healthy | Completed: back",
        "Restore      | {phase: Failed, conditions: [{type: Completed, status: 'False', reason: CheckFailed, message: broken}]} | Degraded | CheckFailed: broken",
        "Restore      | {phase: Running} | Progressing | Running",
        "Restore      | {} | Progressing | not seen by the operator yet",
    })
    void healthIsWhatTheStatusSays(String kind, String status, String health, String message) throws Exception {
        String resource = "{apiVersion: remuda.dev/v1beta1, kind: %s, metadata: {name: x, generation: 1}, spec: {}, status: %s}".formatted(kind, status);

        assertThat(argocd("health", HEALTH, resource)).isEqualTo(health + "\n" + message + "\n");
    }

    @Test
    void aSuspendedPolicyIsShownAsSuch() throws Exception {
        assertThat(argocd("health", HEALTH, "{apiVersion: remuda.dev/v1beta1, kind: BackupPolicy, metadata: {name: x, generation: 1}, spec: {suspend: true}, status: "
                + "{observedGeneration: 1, conditions: [{type: Ready, status: 'True', reason: Ready, message: fine}]}}")).startsWith("Suspended\n");
    }

    private OperatorApp start(Clock clock) throws IOException {
        return OperatorApp.start(server.adminClient(), Samples.config(namespace, Duration.ofDays(1)), clock, () -> {});
    }

    private String overlay(String environment) throws Exception {
        return run("", Folders.tool("kubectl").toString(), "kustomize", Folders.repository().resolve("examples/kustomize/" + environment).toString());
    }

    private String inOurNamespace(String yaml) {
        return yaml.replaceAll("namespace: (production|staging|development)\n", "namespace: " + namespace + "\n");
    }

    private static String tracked(String yaml) {
        StringBuilder both = new StringBuilder("metadata:\n");
        for (String place : new String[] {"labels", "annotations"}) {
            both.append("  ").append(place).append(":\n");
            TRACKED.forEach((key, value) -> both.append("    ").append(key).append(": ").append("labels".equals(place) ? value.replaceAll("[^a-z].*", "") : value).append('\n'));
        }
        return yaml.replace("metadata:\n", both.toString());
    }

    private String health(String kind, String name) throws Exception {
        return argocd("health", HEALTH, server.kubectl("get", kind, name, "--namespace=" + namespace, "--output=yaml"));
    }

    private String differences(String git) throws Exception {
        Path file = Files.writeString(Folders.temporary("git").resolve("policy.yaml"), git);
        return argocd("diff", file, server.kubectl("get", "bpol", "horse-racing", "--namespace=" + namespace, "--output=yaml"));
    }

    private static String argocd(String command, Path file, String resource) throws Exception {
        return run(resource, Folders.tool("argocd").toString(), command, file.toString());
    }

    private static String run(String input, String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
