package dev.remuda.cluster;

import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;

/** Watches the resources that resources of another kind name in their specs. */
public final class References {
    private References() {}

    /** @param named which resources one of the primary kind names */
    public static <R extends HasMetadata, P extends HasMetadata> EventSource<R, P> of(
            Class<R> watched, Class<P> primary, Function<P, Set<ResourceID>> named, EventSourceContext<P> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(watched, primary)
                        .withNamespacesInheritedFromController()
                        .withInformerListLimit(KubernetesCluster.PAGE)
                        .<P>withPrimaryToSecondaryMapper(named::apply)
                        .withSecondaryToPrimaryMapper(seen -> context.getPrimaryCache()
                                .list(seen.getMetadata().getNamespace(), resource -> named.apply(resource).contains(ResourceID.fromResource(seen)))
                                .map(ResourceID::fromResource)
                                .collect(Collectors.toSet()))
                        .build(),
                context);
    }
}
