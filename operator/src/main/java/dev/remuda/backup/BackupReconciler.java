package dev.remuda.backup;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
import dev.remuda.cluster.JobSources;
import dev.remuda.job.Cluster;
import dev.remuda.job.JobBuilding;
import dev.remuda.job.JobView;

/** Brings a Backup to its end: observe, plan, act, write the status once. */
@ControllerConfiguration(name = "backup")
public final class BackupReconciler implements Reconciler<Backup> {
    private static final Logger LOG = LoggerFactory.getLogger(BackupReconciler.class);

    private final Cluster cluster;
    private final BackupJobs jobs;
    private final Duration startDeadline;
    private final Clock clock;

    public BackupReconciler(Cluster cluster, JobBuilding building, Duration startDeadline, Clock clock) {
        this.cluster = cluster;
        this.jobs = new BackupJobs(building);
        this.startDeadline = startDeadline;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, Backup>> prepareEventSources(EventSourceContext<Backup> context) {
        List<EventSource<?, Backup>> sources = new ArrayList<>(JobSources.of(Backup.class, context));
        sources.add(new InformerEventSource<>(
                InformerEventSourceConfiguration.from(BackupPolicy.class, Backup.class)
                        .withNamespacesInheritedFromController()
                        .<Backup>withPrimaryToSecondaryMapper(backup -> Set.of(policyOf(backup)))
                        .withSecondaryToPrimaryMapper(policy -> context.getPrimaryCache()
                                .list(policy.getMetadata().getNamespace(), backup -> policyOf(backup).equals(ResourceID.fromResource(policy)))
                                .map(ResourceID::fromResource)
                                .collect(Collectors.toSet()))
                        .build(),
                context));
        return sources;
    }

    @Override
    public UpdateControl<Backup> reconcile(Backup backup, Context<Backup> context) {
        Observed seen = observe(backup, context);
        BackupPlan plan = BackupPlan.of(seen, jobs, startDeadline);
        cluster.carryOut(backup, plan.steps());
        boolean changed = !plan.status().equals(seen.status());
        if (changed && plan.status().phase() != seen.status().phase()) {
            LOG.info("{}/{} is {}", backup.getMetadata().getNamespace(), backup.getMetadata().getName(), plan.status().phase());
        }
        backup.setStatus(plan.status());
        UpdateControl<Backup> control = changed ? UpdateControl.patchStatus(backup) : UpdateControl.noUpdate();
        plan.again().ifPresent(after -> {
            if (after.isZero()) {
                control.reschedule();
            } else {
                control.rescheduleAfter(after);
            }
        });
        return control;
    }

    private Observed observe(Backup backup, Context<Backup> context) {
        Map<String, JobView> found = new HashMap<>();
        Observed seen = new Observed(backup, context.getSecondaryResource(BackupPolicy.class), found, clock.instant());
        if (seen.status().phase() == null || !seen.status().phase().isFinal()) {
            seen.attempt().stream()
                    .flatMap(attempt -> Stream.of(attempt.job(), attempt.settledBy()))
                    .filter(Objects::nonNull)
                    .forEach(name -> JobSources.find(context, name)
                            .or(() -> cluster.job(backup.getMetadata().getNamespace(), name))
                            .ifPresent(view -> found.put(name, view)));
        }
        return seen;
    }

    private static ResourceID policyOf(Backup backup) {
        return new ResourceID(backup.getSpec().policyRef().name(), backup.getMetadata().getNamespace());
    }
}
