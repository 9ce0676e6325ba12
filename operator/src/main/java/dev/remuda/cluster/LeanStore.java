package dev.remuda.cluster;

import java.util.List;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;

/**
 * What a watch holds, without the record of which program wrote which field: it takes more memory than all the rest, and of these resources nobody asks
 * for it. What is read directly from the API server has it still.
 */
public final class LeanStore<R extends HasMetadata> extends BasicItemStore<R> {
    public LeanStore() {
        super(Cache::metaNamespaceKeyFunc);
    }

    @Override
    public R put(String key, R resource) {
        resource.getMetadata().setManagedFields(List.of());
        return super.put(key, resource);
    }
}
