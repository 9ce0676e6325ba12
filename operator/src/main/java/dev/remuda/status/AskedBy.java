package dev.remuda.status;

import java.util.Comparator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;

/** Who asked for a resource as it is, as far as the API tells: not the user, but the program that wrote the spec, and when. The API server's audit log knows the user. */
public final class AskedBy {
    private AskedBy() {}

    /** Such as {@code kubectl-create at 2026-11-25T02:00:00Z}. */
    public static String of(HasMetadata resource) {
        return resource.getMetadata().getManagedFields().stream()
                .filter(entry -> entry.getSubresource() == null || entry.getSubresource().isEmpty())
                .filter(entry -> entry.getTime() != null && entry.getFieldsV1() != null && entry.getFieldsV1().getAdditionalProperties().containsKey("f:spec"))
                .max(Comparator.comparing(ManagedFieldsEntry::getTime))
                .map(entry -> entry.getManager() + " at " + entry.getTime())
                .orElse("somebody of whom the API does not tell");
    }
}
