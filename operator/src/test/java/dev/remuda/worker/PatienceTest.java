package dev.remuda.worker;

import java.time.Duration;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** That the usual bounds are worth what they say. */
class PatienceTest {
    private final Patience.Store store = Patience.USUAL.store();

    /** The longest pauses that there can be; each is half as long at least. */
    private Duration pauses(int attempts) {
        return IntStream.range(0, attempts - 1)
                .mapToObj(i -> store.pause().multipliedBy(1L << i))
                .map(pause -> pause.compareTo(store.longestPause()) > 0 ? store.longestPause() : pause)
                .reduce(Duration.ZERO, Duration::plus);
    }

    @Test
    void aStoreMayBeGoneForHalfAMinute() {
        assertThat(pauses(Patience.Store.MANY).dividedBy(2)).isGreaterThan(Duration.ofSeconds(30));
        assertThat(pauses(Patience.Store.MANY)).isLessThan(store.call());
    }

    @Test
    void aWrongEndpointIsToldSoon() {
        assertThat(pauses(Patience.Store.FEW)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void aWorkerThatIsToldToStopCanCleanUpInTime() {
        assertThat(store.longestPause()).isLessThanOrEqualTo(Duration.ofSeconds(15));
    }
}
