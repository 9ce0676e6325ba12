package dev.remuda.policy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;

import dev.remuda.api.BackupPolicy;
import dev.remuda.job.Labels;

/** Which changes of a BackupPolicy are worth a look: of its spec, of what is asked for by annotation, and its deletion; not our own of its status. */
public final class Wakes implements OnUpdateFilter<BackupPolicy> {
    @Override
    public boolean accept(BackupPolicy now, BackupPolicy before) {
        return !Objects.equals(now.getMetadata().getGeneration(), before.getMetadata().getGeneration())
                || !asked(now).equals(asked(before))
                || now.isMarkedForDeletion();
    }

    private static List<String> asked(BackupPolicy policy) {
        Map<String, String> annotations = Objects.requireNonNullElse(policy.getMetadata().getAnnotations(), Map.of());
        return Stream.of(Labels.CATALOGUE, Labels.TAKE_OVER).map(name -> annotations.getOrDefault(name, "")).toList();
    }
}
