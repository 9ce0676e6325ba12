package dev.remuda.cluster;

import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;

/** The end of every reconcile: the status is written, once, and the time of the next look is set. */
public final class StatusUpdates {
    private static final Duration SOON = Duration.ofSeconds(1);

    private StatusUpdates() {}

    /**
     * Writes the status only over the one it was made from, so that an operator that has lost its lease, or looks at an old state, never
     * overwrites a newer one: then nothing is written and the newer state is looked at.
     *
     * @param changed the resource with its new status; empty: nothing to write
     * @param again when to look again though nothing changes; empty: not at all
     */
    public static <P extends HasMetadata> UpdateControl<P> write(Context<P> context, Optional<P> changed, Optional<Duration> again) {
        UpdateControl<P> control = UpdateControl.noUpdate();
        try {
            changed.ifPresent(resource -> context.resourceOperations().updatePrimaryStatus(resource));
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return control.rescheduleAfter(SOON);
            }
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return control; // deleted meanwhile
            }
            throw e;
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
}
