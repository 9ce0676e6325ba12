package dev.remuda.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.support.MovingClock;

import static org.assertj.core.api.Assertions.assertThat;

class ServerClockTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private final MovingClock machine = new MovingClock(NOON);
    private final AtomicLong nanos = new AtomicLong();
    private final ServerClock clock = new ServerClock(machine, nanos::get);

    @Test
    void theMachinesTimeCountsWhileNothingIsHeard() {
        machine.forward(Duration.ofMillis(1_234));
        assertThat(clock.instant()).isEqualTo(NOON.plusMillis(1_234));
    }

    @Test
    void theMachinesTimeCountsWhileBothAgree() {
        clock.hear("Sun, 01 Mar 2026 11:59:31 GMT");
        assertThat(clock.instant()).isEqualTo(NOON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT24H", "PT-1H", "P3650D", "P-365D", "PT2M"})
    void aClockThatJumpsIsNotBelieved(Duration jump) {
        clock.hear("Sun, 01 Mar 2026 12:00:00 GMT");
        machine.forward(jump);
        pass(Duration.ofSeconds(90));
        assertThat(clock.instant()).as("by the time that has passed since the API server was heard").isEqualTo(NOON.plusSeconds(90));
        clock.hear("Sun, 01 Mar 2026 12:01:31 GMT");
        assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(91));

        machine.forward(jump.negated());
        assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(90));
    }

    @Test
    void anApiServerThatIsAwayForADayDoesNotStopTheClock() {
        clock.hear("Sun, 01 Mar 2026 12:00:00 GMT");
        pass(Duration.ofDays(1));
        assertThat(clock.instant()).isEqualTo(NOON.plus(Duration.ofDays(1)));
    }

    @Test
    void aDateThatIsNoneChangesNothing() {
        clock.hear("yesterday");
        assertThat(clock.instant()).isEqualTo(NOON);
    }

    private void pass(Duration time) {
        machine.forward(time);
        nanos.addAndGet(time.toNanos());
    }
}
