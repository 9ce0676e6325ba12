package dev.remuda.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an installation sets, read once from the environment.
 *
 * @param namespaces the namespaces to watch; empty: all
 * @param workerImage image of the worker's Pods
 * @param imagePullPolicy pull policy of that image, a Kubernetes word
 * @param startDeadline how long a Pod may wait to start before its Backup or Restore fails with the cause
 * @param archivePoll how long a Restore waits before it asks again whether its dump has come back from an archive
 * @param healthPort port of the probes and metrics
 * @param leaderElection whether replicas elect one that works
 * @param destinations where the Secret of destinations for notices is mounted; empty: nobody is told
 * @param leaseNamespace where the lease lives; the operator's own namespace
 */
public record OperatorConfig(
        Set<String> namespaces,
        String workerImage,
        String imagePullPolicy,
        Duration startDeadline,
        Duration archivePoll,
        int healthPort,
        boolean leaderElection,
        Optional<Path> destinations,
        String leaseNamespace) {

    private static final int DAY = 86_400;
    private static final int MAX_PORT = 65_535;
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** @throws IllegalArgumentException naming the variable and what it should be */
    public static OperatorConfig from(Map<String, String> environment) {
        oneOf(environment, "REMUDA_LOG_FORMAT", "text", Set.of("text", "json"), "text or json"); // heeded by Main
        return new OperatorConfig(
                namespaces(environment, "REMUDA_NAMESPACES"),
                image(environment, "REMUDA_WORKER_IMAGE"),
                oneOf(environment, "REMUDA_IMAGE_PULL_POLICY", "IfNotPresent", Set.of("Always", "IfNotPresent", "Never"), "Always, IfNotPresent or Never"),
                Duration.ofSeconds(number(environment, "REMUDA_START_DEADLINE_SECONDS", 600, DAY)),
                Duration.ofSeconds(number(environment, "REMUDA_ARCHIVE_POLL_SECONDS", 600, DAY)),
                number(environment, "REMUDA_HEALTH_PORT", 8080, MAX_PORT),
                Boolean.parseBoolean(oneOf(environment, "REMUDA_LEADER_ELECTION", "true", Set.of("true", "false"), "true or false")),
                Optional.ofNullable(environment.get("REMUDA_DESTINATIONS")).filter(folder -> !folder.isBlank()).map(Path::of),
                namespace(environment, "REMUDA_LEASE_NAMESPACE"));
    }

    private static Set<String> namespaces(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, "");
        Set<String> names = Arrays.stream(value.split(",")).map(String::strip).filter(s -> !s.isEmpty()).collect(Collectors.toUnmodifiableSet());
        if (!names.stream().allMatch(one -> NAMESPACE.matcher(one).matches())) {
            throw bad(name, value, "names of namespaces with commas between, or empty for all");
        }
        return names;
    }

    private static String image(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw bad(name, value, "the image whose worker role Jobs run");
        }
        return value;
    }

    private static String namespace(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, "default");
        if (!NAMESPACE.matcher(value).matches()) {
            throw bad(name, value, "the name of a namespace");
        }
        return value;
    }

    private static String oneOf(Map<String, String> environment, String name, String usual, Set<String> words, String what) {
        String value = environment.getOrDefault(name, usual);
        if (!words.contains(value)) {
            throw bad(name, value, what);
        }
        return value;
    }

    private static int number(Map<String, String> environment, String name, int usual, int most) {
        String value = environment.get(name);
        try {
            int number = value == null ? usual : Integer.parseInt(value.strip());
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Falls through to the message that names the variable.
        }
        throw bad(name, value, "a whole number from 1 to " + most);
    }

    private static IllegalArgumentException bad(String name, String value, String what) {
        return new IllegalArgumentException(name + (value == null ? " is not set" : " is '" + value + "'") + ": it must be " + what);
    }
}
