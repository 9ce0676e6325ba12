package dev.remuda.cluster;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.job.Cluster;
import dev.remuda.job.Step;

/** The end of every reconcile: the status is written, once, and the time of the next look is set. */
public final class StatusUpdates {
    private static final Logger LOG = LoggerFactory.getLogger(StatusUpdates.class);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int UNPROCESSABLE = 422;

    private final Cluster cluster;
    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    public StatusUpdates(Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Writes the status only over the one it was made from, so that an operator that has lost its lease, or looks at an old state, never
     * overwrites a newer one: then nothing is written and the newer state is looked at. A status that does not stick, because the
     * CustomResourceDefinition is older than this operator, is not written over and over again.
     *
     * @param resource with the status that it has
     * @param changed its new status; empty: nothing to write
     * @param again when to look again though nothing changes; empty: not at all
     */
    public <S, P extends CustomResource<?, S>> UpdateControl<P> write(Context<P> context, P resource, Optional<S> changed, Optional<Duration> again) {
        UpdateControl<P> control = UpdateControl.noUpdate();
        if (changed.isPresent()) {
            try {
                List<String> dropped = written(context, resource, changed.get());
                if (!dropped.isEmpty()) {
                    outdated(resource, "does not have " + String.join(", ", dropped));
                    return control.rescheduleAfter(PATIENCE);
                }
            } catch (KubernetesClientException e) {
                switch (e.getCode()) {
                    case HttpURLConnection.HTTP_CONFLICT -> {
                        return control.rescheduleAfter(SOON);
                    }
                    case HttpURLConnection.HTTP_NOT_FOUND -> {
                        return control; // deleted meanwhile
                    }
                    case UNPROCESSABLE -> {
                        outdated(resource, "does not allow the status: " + (e.getStatus() == null ? e.getMessage() : e.getStatus().getMessage()));
                        return control.rescheduleAfter(PATIENCE);
                    }
                    default -> throw e;
                }
            }
        }
        again.ifPresent(after -> {
            if (after.isZero()) {
                control.reschedule();
            } else {
                control.rescheduleAfter(after);
            }
        });
        return control;
    }

    private static <S, P extends CustomResource<?, S>> List<String> written(Context<P> context, P resource, S status) {
        boolean first = resource.getStatus() == null;
        resource.setStatus(status);
        P answered = context.resourceOperations().resourcePatch(
                resource, wanted -> KubernetesCluster.patchStatus(context.getClient(), wanted, first), context.eventSourceRetriever().getControllerEventSource());
        return StatusPatch.dropped(status, answered.getStatus());
    }

    /** Once to whoever reads the log, and once for each resource to whoever describes it. */
    private void outdated(CustomResource<?, ?> resource, String what) {
        String words = "the CustomResourceDefinition " + resource.getCRDName() + " is older than this operator; apply the files of crds/ that belong to this operator's version. It "
                + what;
        if (warned.add(words)) {
            LOG.warn("{} (seen at {}/{})", words, resource.getMetadata().getNamespace(), resource.getMetadata().getName());
        }
        cluster.tell(resource, new Step.Tell(true, "CrdOutdated", words));
    }
}
