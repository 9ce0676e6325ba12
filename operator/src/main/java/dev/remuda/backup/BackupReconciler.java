package dev.remuda.backup;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
import dev.remuda.cluster.JobFinder;
import dev.remuda.cluster.JobSources;
import dev.remuda.cluster.References;
import dev.remuda.cluster.StatusUpdates;
import dev.remuda.job.Cluster;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;
import dev.remuda.job.Refusal;

/** Brings a Backup to its end: observe, plan, act, write the status once. */
@ControllerConfiguration(name = "backup")
public final class BackupReconciler implements Reconciler<Backup> {
    private static final Logger LOG = LoggerFactory.getLogger(BackupReconciler.class);

    private final Cluster cluster;
    private final JobFinder finder;
    private final BackupJobs jobs;
    private final Duration startDeadline;
    private final Clock clock;
    private final StatusUpdates statuses;

    public BackupReconciler(Cluster cluster, JobBuilding building, Duration startDeadline, Clock clock) {
        this.cluster = cluster;
        this.finder = new JobFinder(cluster, startDeadline);
        this.jobs = new BackupJobs(building);
        this.startDeadline = startDeadline;
        this.clock = clock;
        this.statuses = new StatusUpdates(cluster);
    }

    @Override
    public List<EventSource<?, Backup>> prepareEventSources(EventSourceContext<Backup> context) {
        List<EventSource<?, Backup>> sources = new ArrayList<>(JobSources.of(Backup.class, context));
        sources.add(References.of(BackupPolicy.class, Backup.class, BackupReconciler::policyOf, context));
        return sources;
    }

    @Override
    public UpdateControl<Backup> reconcile(Backup backup, Context<Backup> context) {
        Observed seen = observe(backup, context);
        Optional<BackupPlan> left = Newer.of(seen);
        BackupPlan plan = carryOut(seen, left.isPresent() ? left.get() : BackupPlan.of(seen, jobs, startDeadline));
        if (plan.status().equals(seen.status())) {
            return statuses.write(context, backup, Optional.empty(), plan.again());
        }
        if (plan.status().phase() != seen.status().phase()) {
            LOG.info("{}/{} is {}", backup.getMetadata().getNamespace(), backup.getMetadata().getName(), plan.status().phase());
        }
        return statuses.write(context, backup, Optional.of(plan.status()), plan.again());
    }

    private BackupPlan carryOut(Observed seen, BackupPlan plan) {
        try {
            cluster.carryOut(seen.backup(), plan.steps());
            return plan;
        } catch (Refusal refusal) {
            BackupPlan instead = BackupPlan.refused(seen, refusal, startDeadline);
            cluster.carryOut(seen.backup(), instead.steps());
            return instead;
        }
    }

    private Observed observe(Backup backup, Context<Backup> context) {
        Map<String, JobView> found = new HashMap<>();
        Observed seen = new Observed(backup, context.getSecondaryResource(BackupPolicy.class), found, clock.instant());
        boolean over = seen.status().hasEnded();
        for (String name : seen.plannedJobs()) {
            (over ? JobSources.find(context, name) : finder.find(context, backup.getMetadata().getNamespace(), name, seen.now()))
                    .ifPresent(view -> found.put(name, view));
        }
        Optional<JobView> worker = seen.attempt().filter(attempt -> attempt.reason() == null && !over).flatMap(attempt -> seen.job(attempt.job()));
        return seen.with(finder.progress(worker, seen.status().progress(), seen.now()));
    }

    private static Set<ResourceID> policyOf(Backup backup) {
        return Set.of(new ResourceID(backup.getSpec().policyRef().name(), backup.getMetadata().getNamespace()));
    }
}
