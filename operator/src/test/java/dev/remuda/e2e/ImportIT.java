package dev.remuda.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;

import static org.assertj.core.api.Assertions.assertThat;

/** A namespace with all its resources is lost, and made anew from Git: the policy finds its backups. */
class ImportIT {
    private static final Stage STAGE = Stage.shared();
    private final KubernetesClient client = STAGE.cluster().client();
    private final String namespace = STAGE.another();
    private final String database = Racing.create(STAGE.postgres());

    @Test
    void whatWasLostComesBackFromTheStoreAndCanBeRestored() {
        List<Secret> secrets = client.secrets().inNamespace(namespace).list().getItems();
        policy();
        backup("first", "tiers: [daily]");
        backup("second", "tiers: [daily]");
        Map<String, BackupStatus> before = backups(list -> list.size() == 2 && list.stream().allMatch(backup -> backup.getStatus() != null && backup.getStatus().retainedBy() != null));
        assertThat(before.values()).allMatch(status -> status.phase() == Phase.Completed);
        var rows = Racing.checksums(STAGE.postgres(), database);

        client.namespaces().withName(namespace).delete();
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> client.namespaces().withName(namespace).get() == null);
        client.resource(new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build()).create();
        secrets.forEach(secret -> client.resource(new SecretBuilder().withNewMetadata().withName(secret.getMetadata().getName()).withNamespace(namespace).endMetadata().withData(secret.getData()).build()).create());
        policy();

        Map<String, BackupStatus> after = backups(list -> list.size() == 2 && list.stream().allMatch(backup -> backup.getStatus() != null && backup.getStatus().retainedBy() != null));
        assertThat(after.keySet()).isEqualTo(before.keySet());
        before.forEach((name, was) -> assertThat(facts(after.get(name))).as(name).isEqualTo(facts(was)));
        assertThat(kubectl("", "describe", "bpol", "import")).contains("found in the store: first, second");

        kubectl("""
                apiVersion: remuda.dev/v1beta1
                kind: Restore
                metadata: {name: back}
                spec:
                  source: {latestOf: {policy: import}}
                  strategy: Create
                  target: {name: %s_back}
                """.formatted(database), "apply", "-f", "-");
        Restore restore = client.resources(Restore.class).inNamespace(namespace).withName("back")
                .waitUntilCondition(seen -> seen != null && seen.getStatus() != null && seen.getStatus().phase() != null && seen.getStatus().phase().isFinal(), 3, TimeUnit.MINUTES);
        assertThat(restore.getStatus().phase()).as(restore.getStatus().toString()).isEqualTo(Phase.Completed);
        assertThat(Racing.checksums(STAGE.postgres(), database + "_back")).isEqualTo(rows);
    }

    @Test
    void aBackupThatWasDeletedByMistakeComesBackWhenAskedFor() {
        policy();
        backup("only", "tiers: [daily]");
        backups(list -> list.size() == 1 && list.getFirst().getStatus() != null && list.getFirst().getStatus().retainedBy() != null);
        kubectl("", "delete", "backup", "only");

        kubectl("", "annotate", "bpol", "import", "remuda.dev/catalogue=now");

        assertThat(backups(list -> list.size() == 1 && list.getFirst().getStatus() != null && list.getFirst().getStatus().hasEnded()).get("only").phase()).isEqualTo(Phase.Completed);
    }

    /** What must be as before. */
    private static List<Object> facts(BackupStatus s) {
        return List.of(
                s.phase(), s.location(), s.tier(), s.retainedBy(), s.snapshotAt(), s.completedAt(), s.sizeBytes(), s.checksum(), s.databaseName(), s.serverVersion(),
                s.lsn(), s.extensions(), s.tables(), s.rows(), String.valueOf(s.expiresAt()));
    }

    private void policy() {
        String yaml = Stage.policyYaml("import", database, Map.of("host: postgres ", "host: postgres." + STAGE.namespace() + " ", "//seaweedfs:", "//seaweedfs." + STAGE.namespace() + ":"));
        kubectl(yaml + "  tiers: [{name: daily, schedule: \"0 0 1 1 *\", retention: {maxAge: 30d}}]\n", "apply", "-f", "-");
        client.resources(BackupPolicy.class).inNamespace(namespace).withName("import").waitUntilCondition(
                seen -> seen != null && seen.getStatus() != null && seen.getStatus().catalogue() != null && seen.getStatus().catalogue().completedAt() != null, 2, TimeUnit.MINUTES);
    }

    private void backup(String name, String more) {
        kubectl("{apiVersion: remuda.dev/v1beta1, kind: Backup, metadata: {name: %s}, spec: {policyRef: {name: import}, %s}}".formatted(name, more), "apply", "-f", "-");
    }

    private Map<String, BackupStatus> backups(Predicate<List<Backup>> wanted) {
        return Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> client.resources(Backup.class).inNamespace(namespace).list().getItems(), wanted::test).stream()
                .collect(Collectors.toMap(backup -> backup.getMetadata().getName(), Backup::getStatus));
    }

    private String kubectl(String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of("--namespace=" + namespace));
        command.addAll(List.of(arguments));
        return STAGE.cluster().kubectlWith(input, command.toArray(String[]::new));
    }
}
