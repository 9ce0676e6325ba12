package dev.remuda.restore;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
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
import dev.remuda.api.RestoreStatus;
import dev.remuda.job.Cluster;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;
import dev.remuda.job.Labels;
import dev.remuda.job.Refusal;

/**
 * Cleans up after a Restore that is deleted while it is under way. A controller of its own, for the SDK gives its finalizer to all resources
 * that a controller with a cleaner sees: this one sees only Restores with the label that stands for being under way. It happens rarely, so
 * everything else is asked for instead of watched.
 */
@ControllerConfiguration(name = "restore-cancel", finalizerName = Labels.CLEAN_UP, informer = @Informer(labelSelector = Labels.UNDER_WAY + "=true"))
public final class CancelReconciler implements Reconciler<Restore>, Cleaner<Restore> {
    private final Cluster cluster;
    private final RestoreJobs jobs;
    private final Limits limits;
    private final Clock clock;

    public CancelReconciler(Cluster cluster, JobBuilding building, Duration startDeadline, Clock clock) {
        this.cluster = cluster;
        this.jobs = new RestoreJobs(building);
        this.limits = new Limits(startDeadline, Duration.ZERO);
        this.clock = clock;
    }

    @Override
    public UpdateControl<Restore> reconcile(Restore restore, Context<Restore> context) {
        return UpdateControl.noUpdate();
    }

    @Override
    public DeleteControl cleanup(Restore restore, Context<Restore> context) {
        Observed seen = observe(restore, context.getClient());
        Optional<JobView> cleanUp = cluster.job(seen.namespace(), RestoreJobs.cancelName(seen.name()));
        try {
            Cancelling plan = carryOut(seen, Cancelling.of(seen, cleanUp, jobs, limits));
            return plan.again().map(wait -> DeleteControl.noFinalizerRemoval().rescheduleAfter(wait)).orElseGet(DeleteControl::defaultDelete);
        } catch (Refusal refusal) {
            return DeleteControl.noFinalizerRemoval().rescheduleAfter(Duration.ofSeconds(1)); // changed by others meanwhile
        }
    }

    private Cancelling carryOut(Observed seen, Cancelling plan) {
        Cancelling done = plan;
        try {
            cluster.carryOut(seen.restore(), plan.steps());
        } catch (Refusal refusal) {
            done = Cancelling.refused(seen, refusal);
        }
        if (!done.status().equals(seen.status())) {
            cluster.updateStatus(seen.restore().with(done.status()));
        }
        return done;
    }

    private Observed observe(Restore restore, KubernetesClient client) {
        String namespace = restore.getMetadata().getNamespace();
        RestoreStatus status = Observed.statusOf(restore);
        Optional<Backup> backup = Observed.backupName(restore).flatMap(name -> cluster.backup(namespace, name));
        Optional<BackupPolicy> policy = Sourcing.policyName(restore, backup)
                .flatMap(name -> Optional.ofNullable(client.resources(BackupPolicy.class).inNamespace(namespace).withName(name).get()));
        Optional<JobView> job = status.step().map(RestoreStatus.Step::job).flatMap(name -> cluster.job(namespace, name));
        return new Observed(restore, backup, List.of(), Optional.empty(), policy, Optional.empty(), job, Optional.empty(), clock.instant());
    }
}
