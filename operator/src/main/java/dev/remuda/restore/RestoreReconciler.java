package dev.remuda.restore;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.cluster.JobFinder;
import dev.remuda.cluster.JobSources;
import dev.remuda.cluster.References;
import dev.remuda.cluster.StatusUpdates;
import dev.remuda.job.Cluster;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;
import dev.remuda.job.Names;
import dev.remuda.job.Refusal;

/** Brings a Restore to its end: observe, plan, act, write the status once. */
@ControllerConfiguration(name = "restore")
public final class RestoreReconciler implements Reconciler<Restore> {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreReconciler.class);

    private final Cluster cluster;
    private final JobFinder finder;
    private final RestoreJobs jobs;
    private final Limits limits;
    private final Clock clock;
    private final StatusUpdates statuses;

    /** @param archivePoll how long until it is asked again whether a dump has come back from an archive */
    public RestoreReconciler(Cluster cluster, JobBuilding building, Duration startDeadline, Duration archivePoll, Clock clock) {
        this.cluster = cluster;
        this.finder = new JobFinder(cluster, startDeadline);
        this.jobs = new RestoreJobs(building);
        this.limits = new Limits(startDeadline, archivePoll);
        this.clock = clock;
        this.statuses = new StatusUpdates(cluster);
    }

    @Override
    public List<EventSource<?, Restore>> prepareEventSources(EventSourceContext<Restore> context) {
        List<EventSource<?, Restore>> sources = new ArrayList<>(JobSources.of(Restore.class, context));
        sources.add(References.of(Backup.class, Restore.class, RestoreReconciler::backupsOf, context));
        return sources;
    }

    @Override
    public UpdateControl<Restore> reconcile(Restore restore, Context<Restore> context) {
        Observed seen = observe(restore, context);
        RestorePlan plan = carryOut(seen, restore.isOfNewerVersion() ? RestorePlan.newer(seen) : RestorePlan.of(seen, jobs, limits));
        if (plan.status().equals(seen.status())) {
            return statuses.write(context, restore, Optional.empty(), plan.again());
        }
        if (plan.status().phase() != seen.status().phase()) {
            LOG.info("{}/{} is {}", restore.getMetadata().getNamespace(), restore.getMetadata().getName(), plan.status().phase());
        }
        return statuses.write(context, restore, Optional.of(plan.status()), plan.again());
    }

    private RestorePlan carryOut(Observed seen, RestorePlan plan) {
        try {
            cluster.carryOut(seen.restore(), plan.steps());
            return plan;
        } catch (Refusal refusal) {
            RestorePlan instead = RestorePlan.refused(seen, refusal, limits);
            cluster.carryOut(seen.restore(), instead.steps());
            return instead;
        }
    }

    private Observed observe(Restore restore, Context<Restore> context) {
        String namespace = restore.getMetadata().getNamespace();
        RestoreStatus status = Observed.statusOf(restore);
        Optional<RestoreStatus.Step> step = status.step().filter(last -> last.finishedAt() == null);
        boolean choosing = status.steps().isEmpty() && !status.hasEnded();
        boolean making = choosing || step.filter(planned -> planned.startedAt() == null).isPresent();
        Optional<Backup> backup = Observed.backupName(restore).flatMap(name -> known(context, name));
        Optional<String> named = Sourcing.policyName(restore, backup).filter(name -> making);
        Optional<String> origin = Sourcing.originName(restore, backup).filter(name -> making);
        Optional<BackupPolicy> policy = named.flatMap(name -> policy(context, namespace, name));
        Instant now = clock.instant();
        Optional<JobView> job =
                step.filter(present -> present.name() != StepName.SafetyBackup).flatMap(present -> finder.find(context, namespace, present.job(), now));
        return new Observed(
                restore, backup, choosing && restore.getSpec().source().latestOf() != null ? cluster.backups(namespace) : List.of(),
                step.filter(present -> present.name() == StepName.SafetyBackup).flatMap(present -> safety(context, namespace, present.job())), policy,
                origin.equals(named) ? policy : origin.flatMap(name -> policy(context, namespace, name)),
                job, finder.progress(job.filter(view -> step.get().name() == StepName.Restore), status.progress(), now), now);
    }

    /** At the API server before it is believed that it is gone: one that was created a moment ago may not have come by the watch yet. */
    private Optional<Backup> safety(Context<Restore> context, String namespace, String name) {
        return known(context, name).or(() -> cluster.backup(namespace, name));
    }

    private static Optional<Backup> known(Context<Restore> context, String name) {
        return context.getSecondaryResourcesAsStream(Backup.class).filter(backup -> name.equals(backup.getMetadata().getName())).findFirst();
    }

    /** Read when a Job is made, which is a few times in a Restore's life, instead of watched. */
    private static Optional<BackupPolicy> policy(Context<Restore> context, String namespace, String name) {
        return Optional.ofNullable(context.getClient().resources(BackupPolicy.class).inNamespace(namespace).withName(name).get());
    }

    private static Set<ResourceID> backupsOf(Restore restore) {
        String namespace = restore.getMetadata().getNamespace();
        return Stream.concat(Observed.backupName(restore).stream(), Stream.of(Names.safety(restore.getMetadata().getName())))
                .map(name -> new ResourceID(name, namespace))
                .collect(Collectors.toSet());
    }
}
