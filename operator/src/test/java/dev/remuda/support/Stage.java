package dev.remuda.support;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.dsl.Resource;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Restore;

/** A namespace of the local cluster with PostgreSQL 17 with TimescaleDB and SeaweedFS in it, one for all end-to-end tests. */
public final class Stage {
    private static final String LABEL = "remuda.dev/e2e";
    private static final String PASSWORD = "p-" + UUID.randomUUID();
    private static final String BUCKET = "horse-racing-backups";
    private static Stage shared;

    private final LocalCluster cluster = LocalCluster.shared();
    private final String namespace = "e2e-" + UUID.randomUUID().toString().substring(0, 8);
    private final PostgresServer postgres;
    private final Bucket bucket;

    private Stage() {
        KubernetesClient client = cluster.client();
        client.namespaces().withLabel(LABEL).delete(); // of a run that was killed
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .addToLabels(LABEL, "true")
                        .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                        .endMetadata()
                        .build())
                .create();
        AtEnd.run(() -> client.namespaces().withName(namespace).delete());
        secret("horse-racing-db", Map.of("username", "postgres", "password", PASSWORD));
        secret("backup-s3", Map.of("AWS_ACCESS_KEY_ID", SeaweedServer.KEY_ID, "AWS_SECRET_ACCESS_KEY", SeaweedServer.KEY));
        apply(file("dev/demo/servers.yaml").replace("namespace: demo", "namespace: " + namespace));
        kubectl("rollout", "status", "statefulset/postgres", "--timeout=180s");
        kubectl("rollout", "status", "deployment/seaweedfs", "--timeout=180s");
        postgres = PostgresServer.at(forward("postgres", 5432), PASSWORD);
        bucket = new Bucket("http://127.0.0.1:" + forward("seaweedfs", 8333), SeaweedServer.KEY_ID, SeaweedServer.KEY, BUCKET);
        Awaitility.await().ignoreExceptionsMatching(SdkException.class::isInstance).atMost(Duration.ofMinutes(1)).until(() -> bucket.keys("").isEmpty());
    }

    public static synchronized Stage shared() {
        if (shared == null) {
            shared = new Stage();
        }
        return shared;
    }

    public LocalCluster cluster() {
        return cluster;
    }

    public String namespace() {
        return namespace;
    }

    /** Of the superuser of its servers. */
    public String password() {
        return PASSWORD;
    }

    public PostgresServer postgres() {
        return postgres;
    }

    public Bucket bucket() {
        return bucket;
    }

    public void secret(String name, Map<String, String> values) {
        cluster.client()
                .resource(new SecretBuilder().withNewMetadata().withName(name).withNamespace(namespace).endMetadata().withStringData(values).build())
                .create();
    }

    public String kubectl(String... arguments) {
        return kubectlWith("", arguments);
    }

    public String kubectlWith(String input, String... arguments) {
        String[] inNamespace = new String[arguments.length + 1];
        inNamespace[0] = "--namespace=" + namespace;
        System.arraycopy(arguments, 0, inNamespace, 1, arguments.length);
        return cluster.kubectlWith(input, inNamespace);
    }

    public void apply(String yaml) {
        kubectlWith(yaml, "apply", "-f", "-");
    }

    /** Another namespace with the Secrets of this one. */
    public String another() {
        String other = namespace + "-" + UUID.randomUUID().toString().substring(0, 4);
        cluster.client().resource(new NamespaceBuilder().withNewMetadata().withName(other).addToLabels(LABEL, "true").endMetadata().build()).create();
        AtEnd.run(() -> cluster.client().namespaces().withName(other).delete());
        for (String name : List.of("horse-racing-db", "backup-s3")) {
            Map<String, String> data = cluster.client().secrets().inNamespace(namespace).withName(name).get().getData();
            cluster.client().resource(new SecretBuilder().withNewMetadata().withName(name).withNamespace(other).endMetadata().withData(data).build()).create();
        }
        return other;
    }

    /** A policy for a database of the stage, from the example. @param changes from what stands in it to what shall */
    public void policy(String name, String database, Map<String, String> changes) {
        apply(policyYaml(name, database, changes));
    }

    /** @param more lines of its spec beside the example's */
    public void policy(String name, String database, String more) {
        apply(policyYaml(name, database, Map.of()) + more.indent(2));
    }

    /** The example with other rules for trying again, and a dump that pg_restore reads as it is stored. @param more lines of its spec, with timeout and retry */
    public static String plainPolicyYaml(String name, String database, Map<String, String> changes, String more) {
        Map<String, String> all = new HashMap<>(changes);
        all.put("compression: {algorithm: Zstd, level: 3}", "compression: {algorithm: None}");
        String yaml = policyYaml(name, database, all).lines()
                .filter(line -> !line.startsWith("  timeout:") && !line.startsWith("  retry:"))
                .collect(Collectors.joining("\n", "", "\n"));
        return yaml + more.indent(2);
    }

    public static String policyYaml(String name, String database, Map<String, String> changes) {
        String yaml = file("examples/horse-racing/policy.yaml")
                .replace("name: horse-racing\n", "name: " + name + "\n")
                .replace("name: horse_racing\n", "name: " + database + "\n");
        for (Map.Entry<String, String> change : changes.entrySet()) {
            if (!yaml.contains(change.getKey())) {
                throw new IllegalArgumentException("the example has no " + change.getKey());
            }
            yaml = yaml.replace(change.getKey(), change.getValue());
        }
        return yaml;
    }

    public void backup(String name, String policy) {
        apply("""
                apiVersion: remuda.dev/v1beta1
                kind: Backup
                metadata: {name: %s}
                spec: {policyRef: {name: %s}}
                """.formatted(name, policy));
    }

    /** On demand, and kept as the policy's tier says. */
    public void backup(String name, String policy, String tier) {
        apply("""
                apiVersion: remuda.dev/v1beta1
                kind: Backup
                metadata: {name: %s}
                spec: {policyRef: {name: %s}, tiers: [%s]}
                """.formatted(name, policy, tier));
    }

    public void restore(String name, String backup, String more) {
        apply("""
                apiVersion: remuda.dev/v1beta1
                kind: Restore
                metadata: {name: %s}
                spec:
                  source: {backupRef: {name: %s}}
                %s
                """.formatted(name, backup, more.indent(2)));
    }

    public Backup backup(String name) {
        return backups(name).get();
    }

    /** All of a policy, by name; scheduled ones are in the order of their slots then. */
    public List<Backup> backupsOf(String policy) {
        return cluster.client().resources(Backup.class).inNamespace(namespace).list().getItems().stream()
                .filter(backup -> backup.getSpec().policyRef().name().equals(policy))
                .sorted(Comparator.comparing(backup -> backup.getMetadata().getName()))
                .toList();
    }

    public Restore restore(String name) {
        return cluster.client().resources(Restore.class).inNamespace(namespace).withName(name).get();
    }

    public Backup ended(String backup) {
        return await(backup, seen -> seen.getStatus() != null && seen.getStatus().phase() != null && seen.getStatus().phase().isFinal());
    }

    public Backup await(String backup, Predicate<Backup> wanted) {
        return await(backup, wanted, Duration.ofMinutes(5));
    }

    public Backup await(String backup, Predicate<Backup> wanted, Duration atMost) {
        return backups(backup).waitUntilCondition(seen -> seen != null && wanted.test(seen), atMost.toSeconds(), TimeUnit.SECONDS);
    }

    /** One of a policy's Backups, whichever comes first. */
    public Backup awaitAny(String policy, Predicate<Backup> wanted) {
        return Awaitility.await("a Backup of " + policy).atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofSeconds(1))
                .until(() -> backupsOf(policy).stream().filter(wanted).findFirst(), Optional::isPresent).orElseThrow();
    }

    public void awaitGone(String backup) {
        backups(backup).waitUntilCondition(Objects::isNull, 5, TimeUnit.MINUTES);
    }

    public BackupPolicy awaitPolicy(String policy, Predicate<BackupPolicy> wanted) {
        return cluster.client()
                .resources(BackupPolicy.class)
                .inNamespace(namespace)
                .withName(policy)
                .waitUntilCondition(seen -> seen != null && seen.getStatus() != null && wanted.test(seen), 5, TimeUnit.MINUTES);
    }

    public Restore endedRestore(String restore) {
        return endedRestore(restore, Duration.ofMinutes(5));
    }

    public Restore endedRestore(String restore, Duration atMost) {
        return cluster.client()
                .resources(Restore.class)
                .inNamespace(namespace)
                .withName(restore)
                .waitUntilCondition(
                        seen -> seen != null && seen.getStatus() != null && seen.getStatus().phase() != null && seen.getStatus().phase().isFinal(), atMost.toSeconds(), TimeUnit.SECONDS);
    }

    public BackupPolicy policy(String name) {
        return cluster.client().resources(BackupPolicy.class).inNamespace(namespace).withName(name).get();
    }

    /** What came of each attempt of a Backup, in order. */
    public static List<String> ends(Backup backup) {
        return backup.getStatus().attempts().stream().map(attempt -> attempt.reason() == null ? "completed" : attempt.reason().name()).toList();
    }

    /** Jobs that were made for a Backup and are still there. */
    public List<Job> jobs(Backup backup) {
        return cluster.client().batch().v1().jobs().inNamespace(namespace).list().getItems().stream()
                .filter(job -> job.getMetadata().getOwnerReferences().stream().anyMatch(owner -> owner.getUid().equals(backup.getMetadata().getUid())))
                .toList();
    }

    /** The Jobs of a Backup that has ended, once each has ended too: Kubernetes says so a moment after their Pods. @return names of those that go on */
    public List<String> busyJobs(Backup backup) {
        try {
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> jobs(backup).stream().allMatch(Stage::hasEnded));
        } catch (ConditionTimeoutException e) {
            return jobs(backup).stream().filter(job -> !hasEnded(job)).map(job -> job.getMetadata().getName()).toList();
        }
        return List.of();
    }

    private static boolean hasEnded(Job job) {
        return job.getStatus() != null && job.getStatus().getConditions().stream().anyMatch(
                condition -> List.of("Complete", "Failed").contains(condition.getType()) && "True".equals(condition.getStatus()));
    }

    /** What happened to an object, one line an Event. */
    public String events(String kind, String name) {
        return cluster.client().v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> event.getInvolvedObject().getKind().equals(kind) && event.getInvolvedObject().getName().equals(name))
                .map(event -> event.getType() + " " + event.getReason() + " " + event.getMessage())
                .collect(Collectors.joining("\n"));
    }

    private Resource<Backup> backups(String name) {
        return cluster.client().resources(Backup.class).inNamespace(namespace).withName(name);
    }

    private int forward(String service, int port) {
        LocalPortForward forward = cluster.client().services().inNamespace(namespace).withName(service).portForward(port);
        AtEnd.run(() -> {
            try {
                forward.close();
            } catch (IOException e) {
                System.err.println("the port-forward to " + service + " did not close: " + e.getMessage());
            }
        });
        return forward.getLocalPort();
    }

    public static String file(String path) {
        try {
            return Files.readString(Folders.repository().resolve(path));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
