package dev.remuda.policy;

import java.time.Duration;

/** How long a Job for the store waits after others before it have failed. */
final class Rests {
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int DOUBLINGS = 6;

    private Rests() {}

    /** @param failures how many have failed one after another, at least one */
    static Duration after(int failures) {
        Duration rest = FIRST.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS));
        return rest.compareTo(LONGEST) < 0 ? rest : LONGEST;
    }
}
