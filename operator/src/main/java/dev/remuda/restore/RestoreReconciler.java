package dev.remuda.restore;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreStatus;
import dev.remuda.cluster.JobFinder;
import dev.remuda.cluster.JobSources;
import dev.remuda.cluster.References;
import dev.remuda.cluster.StatusUpdates;
import dev.remuda.job.Cluster;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;
import dev.remuda.job.Refusal;

/** Brings a Restore to its end: observe, plan, act, write the status once. */
@ControllerConfiguration(name = "restore")
public final class RestoreReconciler implements Reconciler<Restore> {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreReconciler.class);

    private final Cluster cluster;
    private final JobFinder finder;
    private final RestoreJobs jobs;
    private final Duration startDeadline;
    private final Clock clock;

    public RestoreReconciler(Cluster cluster, JobBuilding building, Duration startDeadline, Clock clock) {
        this.cluster = cluster;
        this.finder = new JobFinder(cluster, startDeadline);
        this.jobs = new RestoreJobs(building);
        this.startDeadline = startDeadline;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Restore>> prepareEventSources(EventSourceContext<Restore> context) {
        List<EventSource<?, Restore>> sources = new ArrayList<>(JobSources.of(Restore.class, context));
        sources.add(References.of(Backup.class, Restore.class, RestoreReconciler::backupOf, context));
        return sources;
    }

    @Override
    public UpdateControl<Restore> reconcile(Restore restore, Context<Restore> context) {
        Observed seen = observe(restore, context);
        RestorePlan plan = carryOut(seen, RestorePlan.of(seen, jobs, startDeadline));
        if (plan.status().equals(seen.status())) {
            return StatusUpdates.write(context, Optional.empty(), plan.again());
        }
        if (plan.status().phase() != seen.status().phase()) {
            LOG.info("{}/{} is {}", restore.getMetadata().getNamespace(), restore.getMetadata().getName(), plan.status().phase());
        }
        restore.setStatus(plan.status());
        return StatusUpdates.write(context, Optional.of(restore), plan.again());
    }

    private RestorePlan carryOut(Observed seen, RestorePlan plan) {
        try {
            cluster.carryOut(seen.restore(), plan.steps());
            return plan;
        } catch (Refusal refusal) {
            RestorePlan instead = RestorePlan.refused(seen, refusal, startDeadline);
            cluster.carryOut(seen.restore(), instead.steps());
            return instead;
        }
    }

    private Observed observe(Restore restore, Context<Restore> context) {
        Optional<Backup> backup = context.getSecondaryResource(Backup.class);
        RestoreStatus status = restore.getStatus() == null ? RestoreStatus.NONE : restore.getStatus();
        Optional<BackupPolicy> policy = backup.filter(found -> status.job() != null && status.startedAt() == null && !status.hasEnded())
                .flatMap(found -> policyOf(found, context));
        Instant now = clock.instant();
        Optional<JobView> job = Optional.ofNullable(status.job())
                .flatMap(name -> status.hasEnded()
                        ? JobSources.find(context, name)
                        : finder.find(context, restore.getMetadata().getNamespace(), name, now));
        return new Observed(restore, backup, policy, job, now);
    }

    /** Read when the Job is made, which is once in a Restore's life, instead of watched. */
    private static Optional<BackupPolicy> policyOf(Backup backup, Context<Restore> context) {
        return Optional.ofNullable(context.getClient()
                .resources(BackupPolicy.class)
                .inNamespace(backup.getMetadata().getNamespace())
                .withName(backup.getSpec().policyRef().name())
                .get());
    }

    private static ResourceID backupOf(Restore restore) {
        return new ResourceID(restore.getSpec().source().backupRef().name(), restore.getMetadata().getNamespace());
    }
}
