package dev.remuda.status;

import java.time.Instant;
import java.util.List;

import io.fabric8.kubernetes.api.model.Condition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CompletedConditionTest {
    private static final Instant T0 = Instant.parse("2026-03-01T02:00:00.7Z");
    private static final Instant T1 = T0.plusSeconds(60);

    @Test
    void thereIsOneConditionAndItsStatusSaysWhetherItIsOver() {
        assertThat(CompletedCondition.waiting(List.of(), "Pending", "m", 3, T0)).singleElement().satisfies(condition -> {
            assertThat(condition.getType()).isEqualTo("Completed");
            assertThat(condition.getStatus()).isEqualTo("Unknown");
            assertThat(condition.getReason()).isEqualTo("Pending");
            assertThat(condition.getMessage()).isEqualTo("m");
            assertThat(condition.getObservedGeneration()).isEqualTo(3);
            assertThat(condition.getLastTransitionTime()).isEqualTo("2026-03-01T02:00:00Z");
        });
        assertThat(CompletedCondition.succeeded(List.of(), "m", 1, T0)).extracting(Condition::getStatus).containsExactly("True");
        assertThat(CompletedCondition.failed(List.of(), "DumpFailed", "m", 1, T0)).extracting(Condition::getStatus).containsExactly("False");
    }

    @Test
    void theTimeOfTransitionStaysWhileTheStatusStays() {
        List<Condition> before = CompletedCondition.waiting(List.of(), "Pending", "m", 1, T0);
        assertThat(CompletedCondition.waiting(before, "Pending", "m", 1, T1)).isEqualTo(before);
        assertThat(CompletedCondition.waiting(before, "Running", "other", 2, T1)).extracting(Condition::getLastTransitionTime)
                .containsExactly("2026-03-01T02:00:00Z");
    }

    @Test
    void theTimeOfTransitionChangesWithTheStatus() {
        List<Condition> before = CompletedCondition.waiting(List.of(), "Pending", "m", 1, T0);
        assertThat(CompletedCondition.succeeded(before, "m", 1, T1)).extracting(Condition::getLastTransitionTime).containsExactly("2026-03-01T02:01:00Z");
        assertThat(CompletedCondition.failed(before, "DumpFailed", "m", 1, T1)).extracting(Condition::getLastTransitionTime)
                .containsExactly("2026-03-01T02:01:00Z");
    }

    @Test
    void aLongMessageIsCut() {
        assertThat(CompletedCondition.failed(List.of(), "DumpFailed", "x".repeat(10_000), 1, T0).getFirst().getMessage()).hasSize(4096);
    }
}
