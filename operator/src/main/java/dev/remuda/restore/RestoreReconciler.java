package dev.remuda.restore;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Restore;
import dev.remuda.cluster.JobSources;
import dev.remuda.job.Cluster;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;

/** Brings a Restore to its end: observe, plan, act, write the status once. */
@ControllerConfiguration(name = "restore")
public final class RestoreReconciler implements Reconciler<Restore> {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreReconciler.class);

    private final Cluster cluster;
    private final RestoreJobs jobs;
    private final Duration startDeadline;
    private final Clock clock;

    public RestoreReconciler(Cluster cluster, JobBuilding building, Duration startDeadline, Clock clock) {
        this.cluster = cluster;
        this.jobs = new RestoreJobs(building);
        this.startDeadline = startDeadline;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Restore>> prepareEventSources(EventSourceContext<Restore> context) {
        List<EventSource<?, Restore>> sources = new ArrayList<>(JobSources.of(Restore.class, context));
        sources.add(new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Backup.class, Restore.class)
                        .withNamespacesInheritedFromController()
                        .<Restore>withPrimaryToSecondaryMapper(restore -> Set.of(backupOf(restore)))
                        .withSecondaryToPrimaryMapper(backup -> context.getPrimaryCache()
                                .list(backup.getMetadata().getNamespace(), restore -> backupOf(restore).equals(ResourceID.fromResource(backup)))
                                .map(ResourceID::fromResource)
                                .collect(Collectors.toSet()))
                        .build(),
                context));
        return sources;
    }

    @Override
    public UpdateControl<Restore> reconcile(Restore restore, Context<Restore> context) {
        Observed seen = observe(restore, context);
        RestorePlan plan = RestorePlan.of(seen, jobs, startDeadline);
        cluster.carryOut(restore, plan.steps());
        boolean changed = !plan.status().equals(seen.status());
        if (changed && plan.status().phase() != seen.status().phase()) {
            LOG.info("{}/{} is {}", restore.getMetadata().getNamespace(), restore.getMetadata().getName(), plan.status().phase());
        }
        restore.setStatus(plan.status());
        UpdateControl<Restore> control = changed ? UpdateControl.patchStatus(restore) : UpdateControl.noUpdate();
        plan.again().ifPresent(after -> {
            if (after.isZero()) {
                control.reschedule();
            } else {
                control.rescheduleAfter(after);
            }
        });
        return control;
    }

    private Observed observe(Restore restore, Context<Restore> context) {
        Optional<Backup> backup = context.getSecondaryResource(Backup.class);
        boolean begins = restore.getStatus() == null || restore.getStatus().startedAt() == null;
        Optional<BackupPolicy> policy = backup.filter(found -> begins).flatMap(found -> Optional.ofNullable(context.getClient()
                .resources(BackupPolicy.class)
                .inNamespace(found.getMetadata().getNamespace())
                .withName(found.getSpec().policyRef().name())
                .get()));
        Optional<JobView> job = Optional.ofNullable(restore.getStatus())
                .filter(status -> status.job() != null && !status.phase().isFinal())
                .flatMap(status -> JobSources.find(context, status.job())
                        .or(() -> cluster.job(restore.getMetadata().getNamespace(), status.job())));
        return new Observed(restore, backup, policy, job, clock.instant());
    }

    private static ResourceID backupOf(Restore restore) {
        return new ResourceID(restore.getSpec().source().backupRef().name(), restore.getMetadata().getNamespace());
    }
}
