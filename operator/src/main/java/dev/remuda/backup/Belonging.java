package dev.remuda.backup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.DeletionPolicy;
import dev.remuda.api.Phase;
import dev.remuda.job.Labels;

/**
 * What deletionPolicy Delete means for a Backup's metadata: it belongs to its policy, so that the cluster deletes it with that, and once it is
 * completed it has the label by which {@link DeletionReconciler} sees it and gives it a finalizer, so that its data is purged before it goes.
 * With Retain it has none of these, so that no deletion ever waits for the operator.
 */
final class Belonging {
    private Belonging() {}

    /** The Backup as it should be; empty when it is so. Without its policy it stays as it is. */
    static Optional<Backup> amended(Observed seen) {
        return seen.policy().flatMap(policy -> amended(seen.backup(), policy));
    }

    private static Optional<Backup> amended(Backup backup, BackupPolicy policy) {
        boolean delete = policy.getSpec().deletionPolicy() == DeletionPolicy.Delete;
        Phase phase = Optional.ofNullable(backup.getStatus()).map(BackupStatus::phase).orElse(null);
        boolean labelled = Labels.isDeletedWithData(backup);
        boolean purge = delete && (phase == Phase.Completed || phase == Phase.Deleting && labelled);
        boolean owned = backup.getMetadata().getOwnerReferences().stream().anyMatch(owner -> isOf(owner, policy));
        boolean held = backup.hasFinalizer(Labels.PURGE) && !purge;
        if (purge == labelled && delete == owned && !held) {
            return Optional.empty();
        }
        Backup amended = new Backup();
        amended.setMetadata(backup.getMetadata().toBuilder()
                .withOwnerReferences(owners(backup, policy, delete))
                .withLabels(Labels.deletedWithData(backup, purge))
                .withFinalizers(backup.getMetadata().getFinalizers().stream().filter(finalizer -> purge || !Labels.PURGE.equals(finalizer)).toList())
                .build());
        return Optional.of(amended);
    }

    private static List<OwnerReference> owners(Backup backup, BackupPolicy policy, boolean delete) {
        List<OwnerReference> owners = new ArrayList<>(backup.getMetadata().getOwnerReferences());
        owners.removeIf(owner -> policy.getKind().equals(owner.getKind()) && policy.getMetadata().getName().equals(owner.getName()));
        if (delete) {
            owners.add(new OwnerReferenceBuilder()
                    .withApiVersion(policy.getApiVersion())
                    .withKind(policy.getKind())
                    .withName(policy.getMetadata().getName())
                    .withUid(policy.getMetadata().getUid())
                    .build());
        }
        return owners;
    }

    /** A deleted policy of the same name, to which a Backup once belonged, is not meant: the cluster deletes what belongs to that. */
    private static boolean isOf(OwnerReference owner, BackupPolicy policy) {
        return policy.getMetadata().getUid().equals(owner.getUid());
    }
}
