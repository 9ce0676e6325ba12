package dev.remuda.observability;

import java.util.Comparator;

import io.fabric8.kubernetes.api.model.HasMetadata;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;

/** Which policy a series is of. */
record PolicyKey(String namespace, String policy) implements Comparable<PolicyKey> {
    private static final Comparator<PolicyKey> ORDER = Comparator.comparing(PolicyKey::namespace).thenComparing(PolicyKey::policy);

    static PolicyKey of(BackupPolicy policy) {
        return new PolicyKey(policy.getMetadata().getNamespace(), policy.getMetadata().getName());
    }

    static PolicyKey of(Backup backup) {
        return in(backup, backup.getSpec().policyRef().name());
    }

    /** A policy in the namespace of the resource. */
    static PolicyKey in(HasMetadata resource, String policy) {
        return new PolicyKey(resource.getMetadata().getNamespace(), policy);
    }

    @Override
    public int compareTo(PolicyKey other) {
        return ORDER.compare(this, other);
    }
}
