package dev.remuda.status;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;

/** Conditions as Kubernetes knows them. */
public final class Conditions {
    private static final int MAX_MESSAGE = 4096;

    private Conditions() {}

    /** A condition whose time of transition is kept while its status stays the same, so that an unchanged condition is an equal one. */
    public static Condition of(List<Condition> before, String type, String status, String reason, String message, long generation, Instant now) {
        String since = before.stream()
                .filter(condition -> type.equals(condition.getType()) && status.equals(condition.getStatus()))
                .map(Condition::getLastTransitionTime)
                .findFirst()
                .orElseGet(() -> text(now));
        return new ConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message)
                .withObservedGeneration(generation)
                .withLastTransitionTime(since)
                .build();
    }

    private static String text(Instant time) {
        return DateTimeFormatter.ISO_INSTANT.withZone(ZoneOffset.UTC).format(time.truncatedTo(ChronoUnit.SECONDS));
    }
}
