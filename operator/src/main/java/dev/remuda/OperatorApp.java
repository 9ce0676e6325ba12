package dev.remuda;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetricsV2;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import dev.remuda.backup.BackupReconciler;
import dev.remuda.cluster.KubernetesCluster;
import dev.remuda.config.OperatorConfig;
import dev.remuda.job.JobBuilding;
import dev.remuda.observability.HealthServer;
import dev.remuda.policy.PolicyReconciler;
import dev.remuda.restore.RestoreReconciler;

/** Puts the operator together and starts it. */
public final class OperatorApp implements AutoCloseable {
    private static final String LEASE = "remuda";

    private final Operator operator;
    private final HealthServer health;

    private OperatorApp(Operator operator, HealthServer health) {
        this.operator = operator;
        this.health = health;
    }

    static void run(Map<String, String> environment) throws IOException {
        OperatorApp app = start(new KubernetesClientBuilder().build(), OperatorConfig.from(environment), Clock.systemUTC());
        app.operator.installShutdownHook(Duration.ofSeconds(10));
    }

    /** Starts an operator with a client of the caller's; returns when its watches are filled. */
    public static OperatorApp start(KubernetesClient client, OperatorConfig config, Clock clock) throws IOException {
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Operator operator = new Operator(override -> {
            override.withKubernetesClient(client)
                    .withMetrics(MicrometerMetricsV2.newBuilder(metrics).build());
            if (config.leaderElection()) {
                override.withLeaderElectionConfiguration(LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(LEASE)
                        .withLeaseNamespace(config.leaseNamespace())
                        .build());
            }
        });
        KubernetesCluster cluster = new KubernetesCluster(client, clock);
        JobBuilding building = new JobBuilding(config);
        operator.register(new PolicyReconciler(), override -> watch(override, config));
        operator.register(new BackupReconciler(cluster, building, config.startDeadline(), clock), override -> watch(override, config));
        operator.register(new RestoreReconciler(cluster, building, config.startDeadline(), clock), override -> watch(override, config));
        HealthServer health = new HealthServer(
                config.healthPort(),
                () -> operator.getRuntimeInfo().isStarted() && operator.getRuntimeInfo().allEventSourcesAreHealthy(),
                metrics);
        operator.start();
        return new OperatorApp(operator, health);
    }

    @Override
    public void close() {
        health.close();
        operator.stop();
    }

    private static void watch(ControllerConfigurationOverrider<?> override, OperatorConfig config) {
        if (config.namespaces().isEmpty()) {
            override.watchingAllNamespaces();
        } else {
            override.settingNamespaces(config.namespaces());
        }
    }
}
