package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import dev.remuda.api.StoreJob;

/** How long a Job for the store waits after others before it have failed. */
final class Rests {
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int DOUBLINGS = 6;

    private Rests() {}

    /**
     * How much longer the Job of a kind rests that was the last to end; empty: no more. An end that is still to come was noted under a clock that was ahead.
     *
     * @param pause after one that did not fail
     */
    static Optional<Duration> left(StoreJob last, Duration pause, Instant now) {
        if (last.finishedAt().isAfter(now)) {
            return Optional.empty();
        }
        Duration rest = last.failures() == 0 ? pause : after(last.failures());
        return Optional.of(Duration.between(now, last.finishedAt().plus(rest))).filter(Duration::isPositive);
    }

    /** @param failures how many have failed one after another, at least one */
    private static Duration after(int failures) {
        Duration rest = FIRST.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS));
        return rest.compareTo(LONGEST) < 0 ? rest : LONGEST;
    }
}
