package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import dev.remuda.api.StoreJob;

/** How long a Job for the store waits after others before it have failed. */
final class Rests {
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration OTHERS = Duration.ofMinutes(10);
    private static final int DOUBLINGS = 6;

    private Rests() {}

    /**
     * How much longer the Job of a kind rests that was the last to end; empty: no more. An end that is still to come was noted under a clock that was ahead.
     *
     * @param pause after one that did not fail
     */
    static Optional<Duration> left(StoreJob last, Duration pause, Instant now) {
        return left(last.failures() == 0 ? pause : after(last.failures()), last, now);
    }

    private static Optional<Duration> left(Duration rest, StoreJob last, Instant now) {
        return last.finishedAt().isAfter(now) ? Optional.empty() : Optional.of(Duration.between(now, last.finishedAt().plus(rest))).filter(Duration::isPositive);
    }

    /**
     * How much longer a Job rests because the last one failed that worked on the same. One of another kind has its turn at once, and when both fail a little later, so that neither
     * keeps the other from it, and a store that is away is not asked by both in turn without a rest.
     *
     * @param last null: there was none yet
     */
    static Optional<Duration> left(StoreJob last, boolean sameKind, Instant now) {
        if (last == null || last.failures() == 0 || !sameKind && last.failures() == 1) {
            return Optional.empty();
        }
        Duration rest = after(last.failures());
        Duration others = rest.dividedBy(2); // shorter, for whichever has its turn first when all rests are over would always be the one
        return left(sameKind ? rest : others.compareTo(OTHERS) < 0 ? others : OTHERS, last, now);
    }

    /** @param failures how many have failed one after another, at least one */
    private static Duration after(int failures) {
        Duration rest = FIRST.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS));
        return rest.compareTo(LONGEST) < 0 ? rest : LONGEST;
    }
}
