package dev.remuda.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an installation sets, read once from the environment.
 *
 * @param namespaces the namespaces to watch; empty: all
 * @param workerImage image of the worker's Pods
 * @param imagePullPolicy pull policy of that image, a Kubernetes word
 * @param startDeadline how long a Pod may wait to start before its Backup or Restore fails with the cause
 * @param healthPort port of the probes and metrics
 * @param leaderElection whether replicas elect one that works
 * @param leaseNamespace where the lease lives; the operator's own namespace
 */
public record OperatorConfig(
        Set<String> namespaces,
        String workerImage,
        String imagePullPolicy,
        Duration startDeadline,
        int healthPort,
        boolean leaderElection,
        String leaseNamespace) {

    /** @throws IllegalArgumentException naming the variable and what it should be */
    public static OperatorConfig from(Map<String, String> environment) {
        return new OperatorConfig(
                list(environment.getOrDefault("REMUDA_NAMESPACES", "")),
                required(environment, "REMUDA_WORKER_IMAGE", "the image whose worker role Jobs run"),
                environment.getOrDefault("REMUDA_IMAGE_PULL_POLICY", "IfNotPresent"),
                seconds(environment, "REMUDA_START_DEADLINE_SECONDS", 600),
                number(environment, "REMUDA_HEALTH_PORT", 8080),
                Boolean.parseBoolean(environment.getOrDefault("REMUDA_LEADER_ELECTION", "true")),
                environment.getOrDefault("REMUDA_LEASE_NAMESPACE", "default"));
    }

    private static Set<String> list(String text) {
        return Arrays.stream(text.split(",")).map(String::strip).filter(s -> !s.isEmpty()).collect(Collectors.toUnmodifiableSet());
    }

    private static String required(Map<String, String> environment, String name, String what) {
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is not set: it must be " + what);
        }
        return value;
    }

    private static Duration seconds(Map<String, String> environment, String name, int usual) {
        return Duration.ofSeconds(number(environment, name, usual));
    }

    private static int number(Map<String, String> environment, String name, int usual) {
        String value = environment.get(name);
        try {
            int number = value == null ? usual : Integer.parseInt(value.strip());
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Falls through to the message that names the variable.
        }
        throw new IllegalArgumentException(name + " is '" + value + "': it must be a whole number above 0");
    }
}
