package dev.remuda;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.api.Backup;
import dev.remuda.api.Restore;
import dev.remuda.config.OperatorConfig;
import dev.remuda.job.Labels;

/**
 * Ends an installation whose operator is gone: takes the finalizers away, for which a deletion would wait for ever. Nothing in a store is
 * touched, and an operator that comes later puts them back.
 */
final class Leaving {
    private static final Logger LOG = LoggerFactory.getLogger(Leaving.class);
    private static final List<String> FINALIZERS = List.of(Labels.PURGE, Labels.CLEAN_UP);

    /** Longer than the lease of an operator that could not give it back. */
    private static final Duration OPERATOR_ENDS_WITHIN = Duration.ofMinutes(1);

    private static final Duration LEASE_LASTS = Duration.ofSeconds(15);
    private static final Duration RENEW_WITHIN = Duration.ofSeconds(10);
    private static final Duration ASK_EVERY = Duration.ofSeconds(1);

    private Leaving() {}

    /** @return the exit code */
    static int run(Map<String, String> environment) {
        try (KubernetesClient client = new KubernetesClientBuilder().build()) {
            return leave(client, OperatorConfig.from(environment), OPERATOR_ENDS_WITHIN) ? 0 : 1;
        } catch (IllegalArgumentException | KubernetesClientException e) {
            LOG.error("{}", e.getMessage());
            return 1;
        }
    }

    /**
     * Waits for the operator's lease, so that none puts back what is taken away here.
     *
     * @param patience how long to wait for it
     * @return false: an operator still works, and nothing was done
     */
    static boolean leave(KubernetesClient client, OperatorConfig config, Duration patience) {
        CountDownLatch leading = new CountDownLatch(1);
        CompletableFuture<?> lease = elector(client, config, leading).start();
        try {
            if (!leading.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.error("an operator still holds the lease {} in namespace {}: finalizers stay, for it looks after them", OperatorApp.LEASE, config.leaseNamespace());
                return false;
            }
            Stream.concat(held(client, Backup.class, config), held(client, Restore.class, config)).forEach(resource -> release(client, resource));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lease.cancel(true);
            if (leading.getCount() == 0) {
                client.resources(Lease.class).inNamespace(config.leaseNamespace()).withName(OperatorApp.LEASE).delete();
            }
        }
    }

    private static LeaderElector elector(KubernetesClient client, OperatorConfig config, CountDownLatch leading) {
        return client.leaderElector()
                .withConfig(new LeaderElectionConfigBuilder()
                        .withName(OperatorApp.LEASE)
                        .withLock(new LeaseLock(config.leaseNamespace(), OperatorApp.LEASE, "leaving_" + UUID.randomUUID()))
                        .withLeaseDuration(LEASE_LASTS)
                        .withRenewDeadline(RENEW_WITHIN)
                        .withRetryPeriod(ASK_EVERY)
                        .withLeaderCallbacks(new LeaderCallbacks(leading::countDown, () -> {}, leader -> {}))
                        .build())
                .build();
    }

    private static <T extends CustomResource<?, ?>> Stream<T> held(KubernetesClient client, Class<T> type, OperatorConfig config) {
        Stream<T> all = config.namespaces().isEmpty()
                ? client.resources(type).inAnyNamespace().list().getItems().stream()
                : config.namespaces().stream().flatMap(namespace -> client.resources(type).inNamespace(namespace).list().getItems().stream());
        return all.filter(resource -> FINALIZERS.stream().anyMatch(resource::hasFinalizer));
    }

    private static void release(KubernetesClient client, HasMetadata resource) {
        client.resource(resource).edit(found -> {
            FINALIZERS.forEach(found::removeFinalizer);
            return found;
        });
        LOG.info(
                "{} {}/{} waits for no operator any more{}", resource.getKind(), resource.getMetadata().getNamespace(), resource.getMetadata().getName(),
                resource instanceof Restore ? "; it was under way, and what its status names may be left on the server" : "; deleting it will leave its data in the store");
    }
}
