package dev.remuda.policy;

import java.util.Objects;

import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;

import dev.remuda.api.BackupPolicy;
import dev.remuda.job.Labels;

/** Which changes of a BackupPolicy are worth a look: of its spec, of what is asked for by annotation, and its deletion; not our own of its status. */
public final class Wakes implements OnUpdateFilter<BackupPolicy> {
    @Override
    public boolean accept(BackupPolicy now, BackupPolicy before) {
        return !Objects.equals(now.getMetadata().getGeneration(), before.getMetadata().getGeneration())
                || !Objects.equals(asked(now), asked(before))
                || now.isMarkedForDeletion();
    }

    private static String asked(BackupPolicy policy) {
        return policy.getMetadata().getAnnotations() == null ? null : policy.getMetadata().getAnnotations().get(Labels.CATALOGUE);
    }
}
