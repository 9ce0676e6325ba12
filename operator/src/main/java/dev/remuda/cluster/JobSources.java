package dev.remuda.cluster;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;

import dev.remuda.job.JobView;
import dev.remuda.job.Labels;

/** Watches the Jobs and Pods of one kind of resource, and finds them for one resource. */
public final class JobSources {
    static final String JOB_NAME = "batch.kubernetes.io/job-name";

    private JobSources() {}

    public static <P extends HasMetadata> List<EventSource<?, P>> of(Class<P> owner, EventSourceContext<P> context) {
        return List.of(source(Job.class, owner, context), source(Pod.class, owner, context));
    }

    /** The Job with its Pod, from the caches. */
    public static Optional<JobView> find(Context<?> context, String name) {
        Optional<Job> job = context.getSecondaryResourcesAsStream(Job.class)
                .filter(known -> name.equals(known.getMetadata().getName()))
                .findFirst();
        Optional<Pod> pod = context.getSecondaryResourcesAsStream(Pod.class)
                .filter(known -> name.equals(known.getMetadata().getLabels().get(JOB_NAME)) && JobView.owns(job, known))
                .findFirst();
        return job.isEmpty() && pod.isEmpty() ? Optional.empty() : Optional.of(new JobView(name, job, pod));
    }

    private static <R extends HasMetadata, P extends HasMetadata> EventSource<R, P> source(
            Class<R> watched, Class<P> owner, EventSourceContext<P> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(watched, owner)
                        .withNamespacesInheritedFromController()
                        .withInformerListLimit(KubernetesCluster.PAGE)
                        .withLabelSelector(Labels.selector(owner.getSimpleName()))
                        .withSecondaryToPrimaryMapper(JobSources::owner)
                        .build(),
                context);
    }

    private static Set<ResourceID> owner(HasMetadata resource) {
        String name = resource.getMetadata().getAnnotations() == null ? null : resource.getMetadata().getAnnotations().get(Labels.OWNER_NAME);
        return name == null ? Set.of() : Set.of(new ResourceID(name, resource.getMetadata().getNamespace()));
    }
}
