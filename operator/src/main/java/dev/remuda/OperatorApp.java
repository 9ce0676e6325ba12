package dev.remuda;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.OperatorException;
import io.javaoperatorsdk.operator.RegisteredController;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.health.InformerHealthIndicator;
import io.javaoperatorsdk.operator.health.InformerWrappingEventSourceHealthIndicator;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetricsV2;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Restore;
import dev.remuda.backup.BackupReconciler;
import dev.remuda.backup.DeletionReconciler;
import dev.remuda.cluster.CachedFleet;
import dev.remuda.cluster.Copying;
import dev.remuda.cluster.KubernetesCluster;
import dev.remuda.cluster.ServerClock;
import dev.remuda.config.OperatorConfig;
import dev.remuda.job.JobBuilding;
import dev.remuda.observability.Failures;
import dev.remuda.observability.Fleet;
import dev.remuda.observability.FleetMetrics;
import dev.remuda.observability.HealthServer;
import dev.remuda.observability.Notifier;
import dev.remuda.observability.Tally;
import dev.remuda.policy.PolicyReconciler;
import dev.remuda.restore.CancelReconciler;
import dev.remuda.restore.RestoreReconciler;

/** Puts the operator together and starts it. */
public final class OperatorApp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorApp.class);
    static final String LEASE = "remuda";
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    private final Operator operator;
    private final HealthServer health;
    private final AtomicBoolean closing;
    private final Runnable farewell;

    private OperatorApp(Operator operator, HealthServer health, AtomicBoolean closing, Runnable farewell) {
        this.operator = operator;
        this.health = health;
        this.closing = closing;
        this.farewell = farewell;
    }

    /** Runs the operator until the process is ended; a process whose operator cannot start ends by itself, to be started anew. */
    static void run(Map<String, String> environment) {
        try {
            OperatorConfig config = OperatorConfig.from(environment);
            // Whoever has lost the lease must not act for one moment longer, so the process ends without any farewell and is started anew.
            ServerClock clock = new ServerClock(Clock.systemUTC());
            OperatorApp app = start(client(clock), config, clock, () -> Runtime.getRuntime().halt(1));
            Runtime.getRuntime().addShutdownHook(new Thread(app::close));
        } catch (IllegalArgumentException e) {
            LOG.error("{}", e.getMessage());
            System.exit(2);
        } catch (IOException | RuntimeException e) {
            if (missing(e).isPresent()) {
                LOG.error("the operator cannot start: {}", missing(e).get());
            } else {
                LOG.error("the operator could not start", e);
            }
            System.exit(1);
        }
    }

    /** That the cluster does not know one of the kinds, in words that say what to do. */
    static Optional<String> missing(Throwable error) {
        return Stream.iterate(error, Objects::nonNull, Throwable::getCause)
                .filter(KubernetesClientException.class::isInstance)
                .map(KubernetesClientException.class::cast)
                .filter(cause -> cause.getCode() == HttpURLConnection.HTTP_NOT_FOUND && cause.getMessage().contains("/apis/remuda.dev/"))
                .map(cause -> "the cluster does not have all CustomResourceDefinitions of Remuda; apply the files of crds/ that belong to this version. It is tried again when the Pod "
                        + "is started anew (" + cause.getMessage() + ")")
                .findFirst();
    }

    private static KubernetesClient client(ServerClock clock) {
        return new KubernetesClientBuilder().withHttpClientBuilderConsumer(builder -> builder.addOrReplaceInterceptor("clock", clock)).build();
    }

    /**
     * Starts an operator with a client of its own, which it closes in the end; returns when its watches are filled.
     *
     * @param leaseLost what to do when another operator has become the leader
     * @throws IOException when the port of the probes cannot be had
     */
    public static OperatorApp start(KubernetesClient client, OperatorConfig config, Clock clock, Runnable leaseLost) throws IOException {
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        AtomicBoolean closing = new AtomicBoolean();
        AtomicBoolean leading = new AtomicBoolean();
        // The host's name alone, which is the default, is not one operator's where Pods share their node's network.
        String identity = System.getenv().getOrDefault("HOSTNAME", "remuda") + "_" + UUID.randomUUID();
        Operator operator = new Operator(override -> {
            override.withKubernetesClient(client).withResourceCloner(new Copying(client.getKubernetesSerialization())).withCloseClientOnStop(false).withUseSSAToPatchPrimaryResource(false).withMetrics(MicrometerMetricsV2.newBuilder(metrics).build());
            if (config.leaderElection()) {
                override.withLeaderElectionConfiguration(lease(config, identity, () -> leading.set(true), () -> {
                    if (!closing.get()) {
                        leaseLost.run();
                    }
                }));
            }
        });
        AtomicReference<Fleet> fleet = new AtomicReference<>();
        Notifier notifier = new Notifier(config.destinations(), fleet::get, metrics);
        Tally tally = new Tally(fleet::get);
        KubernetesCluster cluster = new KubernetesCluster(client, clock, new Failures(metrics), tally, notifier::tell);
        JobBuilding building = new JobBuilding(config);
        RegisteredController<BackupPolicy> policies =
                operator.register(new PolicyReconciler(cluster, building, config.startDeadline(), clock), override -> controller(override, config));
        RegisteredController<Backup> backups =
                operator.register(new BackupReconciler(cluster, building, config.startDeadline(), clock), override -> controller(override, config));
        RegisteredController<Restore> restores = operator.register(
                new RestoreReconciler(cluster, building, config.startDeadline(), config.archivePoll(), clock), override -> controller(override, config));
        List<RegisteredController<?>> controllers = List.of(
                policies,
                backups,
                restores,
                operator.register(new DeletionReconciler(cluster, building, config.startDeadline(), clock), override -> controller(override, config)),
                operator.register(new CancelReconciler(cluster, building, config.startDeadline(), clock), override -> controller(override, config)));
        fleet.set(CachedFleet.of(leading::get, policies, backups, restores));
        metrics.getPrometheusRegistry().register(new FleetMetrics(fleet.get(), clock));
        metrics.getPrometheusRegistry().register(tally);
        HealthServer health = new HealthServer(config.healthPort(), () -> operator.getRuntimeInfo().isStarted() && watching(controllers), metrics);
        OperatorApp app = new OperatorApp(operator, health, closing, () -> {
            if (config.leaderElection()) {
                giveBack(client, config.leaseNamespace(), identity);
            }
            notifier.close();
            client.close();
        });
        try {
            operator.start();
            leading.compareAndSet(false, !config.leaderElection());
        } catch (OperatorException e) {
            // A process that answers its liveness probe but does nothing would never be started anew.
            app.close();
            throw e;
        }
        return app;
    }

    /** The port of the probes. */
    public int healthPort() {
        return health.port();
    }

    @Override
    public void close() {
        closing.set(true);
        health.close();
        operator.stop();
        farewell.run();
    }

    /** So that the next operator need not wait until the lease has expired. The SDK itself closes its client first and keeps the lease. */
    private static void giveBack(KubernetesClient client, String namespace, String identity) {
        try {
            client.resources(Lease.class).inNamespace(namespace).withName(LEASE).edit(lease -> {
                if (identity.equals(lease.getSpec().getHolderIdentity())) {
                    lease.getSpec().setHolderIdentity("");
                }
                return lease;
            });
        } catch (KubernetesClientException e) {
            LOG.warn("the lease could not be given back, so the next operator waits until it expires: {}", e.getMessage());
        }
    }

    /** The SDK itself goes on acting when the lease is lost, so the callback is what ends it. */
    private static LeaderElectionConfiguration lease(OperatorConfig config, String identity, Runnable won, Runnable lost) {
        return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
                .withLeaseNamespace(config.leaseNamespace())
                .withIdentity(identity)
                .withLeaderCallbacks(new LeaderCallbacks(won, lost, leader -> {}))
                .build();
    }

    /** The SDK calls an informer healthy that was filled once, though its API server be long gone; so each is asked for its connection. */
    private static boolean watching(List<RegisteredController<?>> controllers) {
        return controllers.stream()
                .map(RegisteredController::getControllerHealthInfo)
                .flatMap(health -> health.informerEventSourceHealthIndicators().values().stream())
                .<InformerWrappingEventSourceHealthIndicator<?>>map(source -> source)
                .flatMap(source -> source.informerHealthIndicators().values().stream())
                .allMatch(InformerHealthIndicator::isWatching);
    }

    /** A reconcile that fails is tried again for as long as it takes: the API server may be away for hours. */
    static GenericRetry retry() {
        return new GenericRetry().setInitialInterval(FIRST_RETRY).setMaxInterval(LAST_RETRY.toMillis()).withoutMaxAttempts();
    }

    private static void controller(ControllerConfigurationOverrider<?> override, OperatorConfig config) {
        override.withRetry(retry()).withInformerListLimit(KubernetesCluster.PAGE);
        if (config.namespaces().isEmpty()) {
            override.watchingAllNamespaces();
        } else {
            override.settingNamespaces(config.namespaces());
        }
    }
}
