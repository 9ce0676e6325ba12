package dev.remuda.job;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** The custom resource that a Job works for. */
public record Owner(String apiVersion, String kind, String namespace, String name, String uid) {
    public static Owner of(HasMetadata resource) {
        return new Owner(
                resource.getApiVersion(),
                resource.getKind(),
                resource.getMetadata().getNamespace(),
                resource.getMetadata().getName(),
                resource.getMetadata().getUid());
    }
}
