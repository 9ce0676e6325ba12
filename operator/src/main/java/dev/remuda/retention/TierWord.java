package dev.remuda.retention;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** What one tier says of one of its backups. */
sealed interface TierWord {
    /** Why, in plain words. */
    String words();

    /** @param until when time alone ends this; empty: never */
    record Holds(String words, Optional<Instant> until) implements TierWord {}

    /** @param since when a time limit ended this; empty: it was newer backups */
    record LetsGo(String words, Optional<Instant> since) implements TierWord {}

    /** Of a tier that the policy had. */
    static TierWord ofRemoved(String tier, Instant release, Instant now) {
        String head = "tier " + tier + " was removed from the policy and ";
        String on = " on " + release.truncatedTo(ChronoUnit.SECONDS);
        return now.isBefore(release) ? new Holds(head + "lets go" + on, Optional.of(release)) : new LetsGo(head + "let go" + on, Optional.of(release));
    }

    /** Of a tier that nothing is known of: what cannot be judged is not deleted. */
    static TierWord ofUnknown(String tier) {
        return new Holds("tier " + tier + " is not in the policy: kept until it is deleted", Optional.empty());
    }
}
