package dev.remuda.backup;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Restore;
import dev.remuda.job.Cluster;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;
import dev.remuda.job.Labels;
import dev.remuda.job.Refusal;

/**
 * Purges what a deleted Backup has in the store. A controller of its own, for the SDK gives its finalizer to all resources that a controller
 * with a cleaner sees: this one sees only Backups with the label that stands for deletionPolicy Delete. It happens rarely, so everything
 * else is asked for instead of watched.
 */
@ControllerConfiguration(name = "backup-deletion", finalizerName = Labels.PURGE, informer = @Informer(labelSelector = Labels.DELETED_WITH_DATA + "=true"))
public final class DeletionReconciler implements Reconciler<Backup>, Cleaner<Backup> {
    private final Cluster cluster;
    private final BackupJobs jobs;
    private final Duration startDeadline;
    private final Clock clock;

    public DeletionReconciler(Cluster cluster, JobBuilding building, Duration startDeadline, Clock clock) {
        this.cluster = cluster;
        this.jobs = new BackupJobs(building);
        this.startDeadline = startDeadline;
        this.clock = clock;
    }

    @Override
    public UpdateControl<Backup> reconcile(Backup backup, Context<Backup> context) {
        return UpdateControl.noUpdate();
    }

    @Override
    public DeleteControl cleanup(Backup backup, Context<Backup> context) {
        Observed seen = observe(backup, context.getClient());
        try {
            Deletion plan = carryOut(seen, Deletion.of(seen, restores(backup, context.getClient()), jobs, startDeadline));
            return plan.again().map(wait -> DeleteControl.noFinalizerRemoval().rescheduleAfter(wait)).orElseGet(DeleteControl::defaultDelete);
        } catch (Refusal refusal) {
            return DeleteControl.noFinalizerRemoval().rescheduleAfter(Duration.ofSeconds(1)); // changed by others meanwhile
        }
    }

    private Deletion carryOut(Observed seen, Deletion plan) {
        Deletion done = plan;
        try {
            cluster.carryOut(seen.backup(), plan.steps());
        } catch (Refusal refusal) {
            done = Deletion.refused(seen, refusal);
        }
        if (!done.status().equals(seen.status())) {
            cluster.updateStatus(seen.backup().with(done.status()));
        }
        return done;
    }

    private Observed observe(Backup backup, KubernetesClient client) {
        String namespace = backup.getMetadata().getNamespace();
        Optional<BackupPolicy> policy =
                Optional.ofNullable(client.resources(BackupPolicy.class).inNamespace(namespace).withName(backup.getSpec().policyRef().name()).get());
        Observed seen = new Observed(backup, policy, Map.of(), clock.instant());
        Map<String, JobView> found = cluster.job(namespace, BackupJobs.purgeName(seen)).map(view -> Map.of(view.name(), view)).orElse(Map.of());
        return new Observed(backup, policy, found, seen.now());
    }

    private static List<String> restores(Backup backup, KubernetesClient client) {
        return client.resources(Restore.class).inNamespace(backup.getMetadata().getNamespace()).list().getItems().stream()
                .filter(restore -> restore.isReading(backup.getMetadata().getName()))
                .map(restore -> restore.getMetadata().getName())
                .toList();
    }
}
