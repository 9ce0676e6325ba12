package dev.remuda.api;

import java.time.Instant;

import org.junit.jupiter.api.Test;

import dev.remuda.task.Progress;

import static org.assertj.core.api.Assertions.assertThat;

class ProgressStatusTest {
    private static final Instant AT = Instant.parse("2026-03-01T02:10:00Z");

    @Test
    void aQuarterAfterAMinuteTakesThreeMore() {
        ProgressStatus seen = ProgressStatus.of(new Progress("Restore", 60, 250, 1_000L, null, null), AT);

        assertThat(seen.percent()).isEqualTo(25);
        assertThat(seen.eta()).isEqualTo("2026-03-01T02:13:00Z");
    }

    @Test
    void nothingIsDoneBeforeItsEnd() {
        assertThat(ProgressStatus.of(new Progress("Dump", 60, 2_000, 1_000L, null, null), AT).percent()).isEqualTo(99);
        assertThat(ProgressStatus.of(new Progress("Dump", 60, 2_000, 1_000L, null, null), AT).eta()).isNull();
    }

    @Test
    void withoutATotalNothingIsGuessed() {
        ProgressStatus seen = ProgressStatus.of(new Progress("Dump", 60, 2_000, null, 3, null), AT);

        assertThat(seen.percent()).isNull();
        assertThat(seen.eta()).isNull();
        assertThat(seen.tables()).isEqualTo(3);
    }

    @Test
    void tablesCountWhereBytesDoNot() {
        assertThat(ProgressStatus.of(new Progress("Compare", 60, 0, null, 3, 4), AT).percent()).isEqualTo(75);
    }

    @Test
    void isAskedAtABoundedRate() {
        ProgressStatus last = ProgressStatus.of(new Progress("Dump", 1, 0, null, null, null), AT);

        assertThat(ProgressStatus.isDue(null, AT)).isTrue();
        assertThat(ProgressStatus.isDue(last, AT.plusSeconds(Progress.SECONDS_BETWEEN - 1))).isFalse();
        assertThat(ProgressStatus.isDue(last, AT.plusSeconds(Progress.SECONDS_BETWEEN))).isTrue();
    }
}
