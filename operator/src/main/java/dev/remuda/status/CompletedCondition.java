package dev.remuda.status;

import java.time.Instant;
import java.util.List;

import io.fabric8.kubernetes.api.model.Condition;

/** The condition that {@code kubectl wait --for=condition=Completed} waits for. */
public final class CompletedCondition {
    public static final String TYPE = "Completed";

    private CompletedCondition() {}

    public static List<Condition> waiting(List<Condition> before, String reason, String message, long generation, Instant now) {
        return List.of(Conditions.of(before, TYPE, "Unknown", reason, message, generation, now));
    }

    public static List<Condition> succeeded(List<Condition> before, String message, long generation, Instant now) {
        return List.of(Conditions.of(before, TYPE, "True", "Completed", message, generation, now));
    }

    public static List<Condition> failed(List<Condition> before, String reason, String message, long generation, Instant now) {
        return List.of(Conditions.of(before, TYPE, "False", reason, message, generation, now));
    }
}
