package dev.remuda.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.javaoperatorsdk.operator.api.config.Cloner;

import dev.remuda.api.Versioned;

/** How the SDK copies what a watch has brought: by JSON, and with the note of what could not be read, which that JSON does not have. */
public final class Copying implements Cloner {
    private final KubernetesSerialization json;

    public Copying(KubernetesSerialization json) {
        this.json = json;
    }

    @Override
    public <R extends HasMetadata> R clone(R original) {
        R copy = json.clone(original);
        if (original instanceof Versioned from && copy instanceof Versioned to) {
            to.unread().addAll(from.unread());
        }
        return copy;
    }
}
