package dev.remuda.policy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupPolicyStatus.Catalogue;
import dev.remuda.api.BackupPolicyStatus.Maintenance;
import dev.remuda.api.Restore;
import dev.remuda.cluster.JobFinder;
import dev.remuda.cluster.JobSources;
import dev.remuda.cluster.KubernetesCluster;
import dev.remuda.cluster.StatusUpdates;
import dev.remuda.job.Cluster;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;
import dev.remuda.job.Outcome;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.task.CatalogueResult;
import dev.remuda.task.Catalogued;

/** Makes a policy's backups when they are due, and keeps its store in order: observe, plan, act, write the status once. */
@ControllerConfiguration(name = "policy", generationAwareEventProcessing = false, informer = @Informer(onUpdateFilter = Wakes.class))
public final class PolicyReconciler implements Reconciler<BackupPolicy> {
    private final Cluster cluster;
    private final JobFinder finder;
    private final PolicyJobs jobs;
    private final CopyJobs copyJobs;
    private final Duration startDeadline;
    private final Clock clock;
    private final StatusUpdates statuses;

    public PolicyReconciler(Cluster cluster, JobBuilding building, Duration startDeadline, Clock clock) {
        this.cluster = cluster;
        this.finder = new JobFinder(cluster, startDeadline);
        this.jobs = new PolicyJobs(building);
        this.copyJobs = new CopyJobs(building);
        this.startDeadline = startDeadline;
        this.clock = clock;
        this.statuses = new StatusUpdates(cluster);
    }

    @Override
    public List<EventSource<?, BackupPolicy>> prepareEventSources(EventSourceContext<BackupPolicy> context) {
        List<EventSource<?, BackupPolicy>> sources = new ArrayList<>(JobSources.of(BackupPolicy.class, context));
        sources.add(new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Backup.class, BackupPolicy.class)
                        .withNamespacesInheritedFromController()
                        .withInformerListLimit(KubernetesCluster.PAGE)
                        .withSecondaryToPrimaryMapper(backup -> Set.of(
                                new ResourceID(backup.getSpec().policyRef().name(), backup.getMetadata().getNamespace())))
                        .build(),
                context));
        return sources;
    }

    @Override
    public UpdateControl<BackupPolicy> reconcile(BackupPolicy policy, Context<BackupPolicy> context) {
        Observed seen = observe(policy, context);
        Retaining retaining = Retaining.of(seen);
        if (Maintaining.touches(seen, retaining) || Copying.touches(seen, retaining)) {
            seen = seen.with(restores(seen, context));
            retaining = Retaining.of(seen);
        }
        PolicyPlan plan = carryOut(seen, policy.isOfNewerVersion() ? PolicyPlan.newer(seen) : PolicyPlan.of(seen, retaining, jobs, copyJobs, startDeadline));
        if (plan.status().equals(seen.status())) {
            return statuses.write(context, policy, Optional.empty(), plan.again());
        }
        return statuses.write(context, policy, Optional.of(plan.status()), plan.again());
    }

    private PolicyPlan carryOut(Observed seen, PolicyPlan plan) {
        try {
            cluster.carryOut(seen.policy(), plan.steps());
            return plan;
        } catch (Refusal refusal) {
            Optional<String> taken = refusal.isConflict() && seen.taken().isEmpty() ? taken(seen, plan) : Optional.empty();
            if (taken.isEmpty()) {
                PolicyPlan instead = PolicyPlan.refused(seen, refusal);
                cluster.carryOut(seen.policy(), instead.steps());
                return instead;
            }
            Observed more = seen.withTaken(taken.get());
            return carryOut(more, PolicyPlan.of(more, Retaining.of(more), jobs, copyJobs, startDeadline));
        }
    }

    /** The name of a Backup that is in the way of a scheduled one. One that the cache does not know yet, of an earlier try, is not. */
    private Optional<String> taken(Observed seen, PolicyPlan plan) {
        return plan.steps().stream()
                .filter(Step.CreateBackup.class::isInstance)
                .map(step -> ((Step.CreateBackup) step).backup())
                .filter(wanted -> cluster.backup(seen.namespace(), wanted.getMetadata().getName())
                        .filter(found -> !wanted.getSpec().policyRef().equals(found.getSpec().policyRef()) || !Objects.equals(wanted.getSpec().slot(), found.getSpec().slot()))
                        .isPresent())
                .map(wanted -> wanted.getMetadata().getName())
                .findFirst();
    }

    private Observed observe(BackupPolicy policy, Context<BackupPolicy> context) {
        Map<Boolean, List<Backup>> backups = context.getSecondaryResources(Backup.class).stream()
                .sorted(Comparator.comparing(backup -> backup.getMetadata().getName()))
                .collect(Collectors.partitioningBy(backup -> backup.getSpec().safety() != null));
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        BackupPolicyStatus status = policy.getStatus() == null ? BackupPolicyStatus.NONE : policy.getStatus();
        Observed.Jobs found = Observed.Jobs.of(status, job -> finder.find(context, policy.getMetadata().getNamespace(), job.name(), now));
        return new Observed(policy, backups.get(false), backups.get(true), List.of(), Optional.empty(), found, found(found.catalogue(), now), now);
    }

    private List<Catalogued> found(Optional<JobView> looking, Instant now) {
        return looking.filter(view -> view.outcome(now) instanceof Outcome.Reported(CatalogueResult _))
                .flatMap(JobView::pod)
                .map(pod -> cluster.catalogued(pod.getMetadata().getNamespace(), pod.getMetadata().getName()))
                .orElse(List.of());
    }

    /** Asked for instead of watched: they matter only when something is to be moved or purged. */
    private static List<Restore> restores(Observed seen, Context<BackupPolicy> context) {
        return context.getClient().resources(Restore.class).inNamespace(seen.namespace()).list().getItems();
    }
}
