package dev.remuda;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.OperatorException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.TierSpec;
import dev.remuda.config.OperatorConfig;
import dev.remuda.job.Labels;
import dev.remuda.support.ApiServer;
import dev.remuda.support.Audit;
import dev.remuda.support.Changes;
import dev.remuda.support.Chart;
import dev.remuda.support.Folders;
import dev.remuda.support.Kubelet;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.CleanUpResult;
import dev.remuda.task.FailureResult;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

/** The operator with the rights that the chart gives it and no others. */
class RbacIT {
    private static final String SYSTEM = "remuda-system";

    /**
     * After a conflict the framework reads a resource anew whose finalizer it adds or removes. It does not start without the right to update its
     * lease, which it then patches.
     */
    private static final Set<String> SELDOM_USED =
            Set.of("get remuda.dev/restores", "update coordination.k8s.io/leases");

    private final ApiServer server = ApiServer.shared();
    private final KubernetesClient admin = server.admin();

    @Test
    void theRightsOfTheChartSufficeForEverythingAndNeverForASecret() throws IOException {
        OperatorConfig config = new OperatorConfig(
                Set.of(), Samples.CONFIG.workerImage(), Samples.CONFIG.imagePullPolicy(), Samples.CONFIG.startDeadline(), Samples.CONFIG.archivePoll(), 0, true, Optional.empty(), SYSTEM);
        assertThatThrownBy(() -> OperatorApp.start(server.operatorClient(), config, Clock.systemUTC(), () -> {}))
                .as("without any rights")
                .isInstanceOf(OperatorException.class);

        applyChart();
        String namespace = server.createNamespace("rbac");
        Kubelet kubelet = new Kubelet(admin, namespace);
        try (OperatorApp operator = OperatorApp.start(server.operatorClient(), config, Clock.systemUTC(), () -> {})) {
            assertThat(operator.healthPort()).isPositive();
            admin.resource(Samples.in(namespace, Samples.policy())).create();
            kubelet.catalogue("horses");
            admin.resource(Samples.in(namespace, Samples.backup())).create();
            kubelet.pod("monday-1", Pods::running);
            kubelet.backup("monday", Phase.Running);
            kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
            kubelet.backup("monday", Phase.Completed);

            aRestoreIsMadeAndAnotherCancelled(kubelet, namespace);
            kubelet.await(BackupPolicy.class, "horses", policy -> policy.getStatus() != null && policy.getStatus().lastBackup() != null);
        }
        assertThat(admin.v1().events().inNamespace(namespace).list().getItems()).extracting(Event::getReason)
                .containsExactlyInAnyOrder("Completed", "Completed", "Completed", "Begun", "Begun");
        aScheduledBackupIsMadeAndPurged(config, kubelet, namespace);
        assertThat(admin.resources(Lease.class).inNamespace(SYSTEM).withName("remuda").get()).isNotNull();
        Set<String> spare = Audit.rights(admin);
        spare.removeAll(asked());
        assertThat(spare).as("rights that nothing here needs").isSubsetOf(SELDOM_USED);
        assertNoSecrets(namespace);
    }

    /** By now, all that is written down was permitted and asked for by this test's operators, and those of other tests. */
    private Set<String> asked() throws IOException {
        return Audit.requests(server.auditLog()).stream().filter(Audit.Request::permitted).map(Audit.Request::right).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void rolesInOneNamespaceSufficeForAnOperatorOfOneNamespace() throws IOException {
        String namespace = server.createNamespace("rbac-own");
        Chart.resources(admin, "--namespace=" + namespace, "--no-hooks").forEach(resource -> admin.resource(resource).create());
        OperatorConfig config = new OperatorConfig(
                Set.of(namespace), Samples.CONFIG.workerImage(), Samples.CONFIG.imagePullPolicy(), Samples.CONFIG.startDeadline(), Samples.CONFIG.archivePoll(), 0, true, Optional.empty(), namespace);
        Kubelet kubelet = new Kubelet(admin, namespace);

        try (OperatorApp operator = OperatorApp.start(server.serviceAccount(namespace, "remuda"), config, Clock.systemUTC(), () -> {})) {
            assertThat(operator.healthPort()).isPositive();
            admin.resource(Samples.in(namespace, Samples.policy())).create();
            admin.resource(Samples.in(namespace, Samples.backup())).create();
            kubelet.pod("monday-1", job -> Pods.reported(job, Samples.backedUp()));
            kubelet.backup("monday", Phase.Completed);
        }
        assertThat(admin.v1().events().inNamespace(namespace).list().getItems()).extracting(Event::getReason).containsOnly("Completed");
        try (KubernetesClient operator = server.serviceAccount(namespace, "remuda")) {
            var backups = operator.resources(Backup.class);
            assertThatThrownBy(() -> backups.inNamespace("default").list()).satisfies(RbacIT::isForbidden);
        }
    }

    @Test
    void theChartNamesEachRightAndNoSecret() {
        assertThat(Audit.rights(admin)).isNotEmpty().noneMatch(right -> right.contains("*") || right.contains("secrets"));
    }

    private void aRestoreIsMadeAndAnotherCancelled(Kubelet kubelet, String namespace) {
        admin.resource(Samples.in(namespace, Samples.restore(RestoreStrategy.Swap, null, "horses"))).create();
        kubelet.pod("back-preflight-1", job -> Pods.reported(job, Samples.looked(true)));
        kubelet.pod("back-safety-1", job -> Pods.reported(job, Samples.backedUp()));
        kubelet.pod("back-restore-1", job -> Pods.reported(job, Samples.restored()));
        kubelet.pod("back-switch-1", job -> Pods.reported(job, Samples.switched(16_384L)));
        kubelet.restore("back", Phase.Completed);
        kubelet.await(Restore.class, "back", restore -> !Labels.isUnderWay(restore) && !restore.hasFinalizer(Labels.CLEAN_UP));

        Restore latest = Samples.in(namespace, Samples.restore(RestoreStrategy.Create, null, null));
        latest.getMetadata().setName("latest");
        latest.setSpec(Changes.in(latest.getSpec(), Map.of("source", Map.of("latestOf", Map.of("policy", "horses")))));
        admin.resource(latest).create();
        kubelet.pod("latest-preflight-1", job -> Pods.reported(job, Samples.looked(false)));
        kubelet.pod("latest-restore-1", Pods::running);
        kubelet.restore("latest", Phase.Running);
        admin.resource(latest).delete();
        Awaitility.await().until(() -> admin.batch().v1().jobs().inNamespace(namespace).withName("latest-restore-1").get() == null);
        admin.pods().inNamespace(namespace).withName("latest-restore-1-x7k2p").withGracePeriod(0).delete();
        kubelet.pod("latest-cancel", job -> Pods.reported(job, new CleanUpResult(false, null, null, null)));
        Awaitility.await().until(() -> admin.resource(latest).get() == null);
    }

    private void aScheduledBackupIsMadeAndPurged(OperatorConfig config, Kubelet kubelet, String namespace) throws IOException {
        admin.resources(BackupPolicy.class).inNamespace(namespace).withName("horses").edit(policy -> {
            TierSpec hourly = new TierSpec("hourly", "@hourly", null, null);
            policy.setSpec(Changes.in(Samples.with(policy.getSpec(), hourly), Map.of("deletionPolicy", "Delete", "failedBackupsHistoryLimit", 0)));
            return policy;
        });
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofHours(1)); // an hour has passed since the tier came, for the second operator
        try (OperatorApp operator = OperatorApp.start(server.operatorClient(), config, Clock.systemUTC(), () -> {})) {
            assertThat(operator.healthPort()).isPositive();
            kubelet.await(BackupPolicy.class, "horses", policy -> policy.getStatus().tiers() != null);
        }
        OperatorConfig patient = new OperatorConfig( // to its clock, Jobs are old when they are made
                config.namespaces(), config.workerImage(), config.imagePullPolicy(), Duration.ofDays(1), config.archivePoll(), 0, true, Optional.empty(), SYSTEM);
        try (OperatorApp operator = OperatorApp.start(server.operatorClient(), patient, later, () -> {})) {
            assertThat(operator.healthPort()).isPositive();
            Backup made = Awaitility.await().until(
                    () -> admin.resources(Backup.class).inNamespace(namespace).list().getItems().stream().filter(backup -> backup.getSpec().slot() != null).findFirst(),
                    Optional::isPresent).orElseThrow();
            String name = made.getMetadata().getName();
            kubelet.pod(name + "-1", job -> Pods.reported(job, Samples.backedUp()));
            kubelet.await(Backup.class, name, backup -> backup.hasFinalizer(Labels.PURGE));
            kubelet.await(Backup.class, name, backup -> backup.getStatus().retainedBy() != null);
            admin.resource(made).delete();
            kubelet.pod(name + "-purge", job -> Pods.reported(job, new MaintainResult(0, null, List.of(made.getMetadata().getUid()), null, null, null, 0, 0)));
            Awaitility.await().until(() -> admin.resources(Backup.class).inNamespace(namespace).withName(name).get() == null);

            Backup fails = Samples.in(namespace, Samples.backup());
            fails.getMetadata().setName("fails");
            admin.resource(fails).create();
            kubelet.pod("fails-1", job -> Pods.reported(job, new FailureResult(Reason.DumpFailed, "no", false)));
            Awaitility.await().until(() -> admin.resources(Backup.class).inNamespace(namespace).withName("fails").get() == null);
        }
    }

    private void assertNoSecrets(String namespace) {
        admin.resource(new SecretBuilder().withNewMetadata().withName("horses-db").withNamespace(namespace).endMetadata().build()).create();
        try (KubernetesClient operator = server.operatorClient()) {
            var secrets = operator.resources(Secret.class).inNamespace(namespace);
            assertThatThrownBy(() -> secrets.withName("horses-db").get()).satisfies(RbacIT::isForbidden);
            assertThatThrownBy(secrets::list).satisfies(RbacIT::isForbidden);
            assertThatThrownBy(() -> operator.resources(Secret.class).inNamespace(SYSTEM).list()).satisfies(RbacIT::isForbidden);
        }
    }

    private void applyChart() {
        admin.resource(new NamespaceBuilder().withNewMetadata().withName(SYSTEM).endMetadata().build()).create();
        Chart.resources(admin, Chart.CLUSTER_WIDE, "--no-hooks").forEach(resource -> admin.resource(resource).create());
    }

    private static void isForbidden(Throwable error) {
        assertThat(error).asInstanceOf(type(KubernetesClientException.class)).extracting(KubernetesClientException::getCode).isEqualTo(403);
    }
}
