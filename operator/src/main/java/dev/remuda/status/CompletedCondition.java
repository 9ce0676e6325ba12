package dev.remuda.status;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;

/** The condition that {@code kubectl wait --for=condition=Completed} waits for. */
public final class CompletedCondition {
    public static final String TYPE = "Completed";

    private static final int MAX_MESSAGE = 4096;

    private CompletedCondition() {}

    public static List<Condition> waiting(List<Condition> before, String reason, String message, long generation, Instant now) {
        return with(before, "Unknown", reason, message, generation, now);
    }

    public static List<Condition> succeeded(List<Condition> before, String message, long generation, Instant now) {
        return with(before, "True", "Completed", message, generation, now);
    }

    public static List<Condition> failed(List<Condition> before, String reason, String message, long generation, Instant now) {
        return with(before, "False", reason, message, generation, now);
    }

    /** The time of transition is kept while the status stays the same, so that an unchanged condition is an equal one. */
    private static List<Condition> with(
            List<Condition> before, String status, String reason, String message, long generation, Instant now) {
        String since = before.stream()
                .filter(condition -> TYPE.equals(condition.getType()) && status.equals(condition.getStatus()))
                .map(Condition::getLastTransitionTime)
                .findFirst()
                .orElseGet(() -> text(now));
        return List.of(new ConditionBuilder()
                .withType(TYPE)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message)
                .withObservedGeneration(generation)
                .withLastTransitionTime(since)
                .build());
    }

    private static String text(Instant time) {
        return DateTimeFormatter.ISO_INSTANT.withZone(ZoneOffset.UTC).format(time.truncatedTo(ChronoUnit.SECONDS));
    }
}
