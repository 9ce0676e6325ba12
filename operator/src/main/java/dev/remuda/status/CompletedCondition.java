package dev.remuda.status;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Condition;

/** The condition that {@code kubectl wait --for=condition=Completed} waits for. */
public final class CompletedCondition {
    public static final String TYPE = "Completed";

    private CompletedCondition() {}

    public static List<Condition> waiting(List<Condition> before, String reason, String message, long generation, Instant now) {
        return among(before, Conditions.of(before, TYPE, "Unknown", reason, message, generation, now));
    }

    public static List<Condition> succeeded(List<Condition> before, String message, long generation, Instant now) {
        return among(before, Conditions.of(before, TYPE, "True", "Completed", message, generation, now));
    }

    public static List<Condition> failed(List<Condition> before, String reason, String message, long generation, Instant now) {
        return among(before, Conditions.of(before, TYPE, "False", reason, message, generation, now));
    }

    /** With the conditions of other types as they were. */
    private static List<Condition> among(List<Condition> before, Condition completed) {
        return Stream.concat(Stream.of(completed), before.stream().filter(condition -> !TYPE.equals(condition.getType()))).toList();
    }
}
