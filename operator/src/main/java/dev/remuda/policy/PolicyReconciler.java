package dev.remuda.policy;

import java.util.List;
import java.util.Optional;
import java.util.Set;

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
import dev.remuda.cluster.StatusUpdates;

/** Keeps a policy's status true to its Backups. */
@ControllerConfiguration(name = "policy")
public final class PolicyReconciler implements Reconciler<BackupPolicy> {
    @Override
    public List<EventSource<?, BackupPolicy>> prepareEventSources(EventSourceContext<BackupPolicy> context) {
        return List.of(new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Backup.class, BackupPolicy.class)
                        .withNamespacesInheritedFromController()
                        .withSecondaryToPrimaryMapper(backup -> Set.of(
                                new ResourceID(backup.getSpec().policyRef().name(), backup.getMetadata().getNamespace())))
                        .build(),
                context));
    }

    @Override
    public UpdateControl<BackupPolicy> reconcile(BackupPolicy policy, Context<BackupPolicy> context) {
        BackupPolicyStatus status = PolicyStatuses.of(policy, context.getSecondaryResources(Backup.class));
        if (status.equals(policy.getStatus())) {
            return StatusUpdates.write(context, Optional.empty(), Optional.empty());
        }
        policy.setStatus(status);
        return StatusUpdates.write(context, Optional.of(policy), Optional.empty());
    }
}
