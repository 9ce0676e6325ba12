package dev.remuda.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import dev.remuda.api.Durations;

/**
 * How long a tier keeps its backups: those within the age and among the newest of the count, and the newest of the least count anyway.
 *
 * @param maxAge null: any age
 * @param maxCount null: any number
 * @param minCount at least 0
 */
public record Rule(String tier, Duration maxAge, Integer maxCount, int minCount) {
    public Rule {
        if (minCount < 0 || maxCount != null && maxCount < 0 || maxAge != null && maxAge.isNegative()) {
            throw new IllegalArgumentException("retention of tier " + tier + " has a negative limit");
        }
    }

    /** @param place how many of the tier's backups are newer */
    TierWord about(Candidate backup, int place, Instant now) {
        Optional<Instant> ageLimit = Optional.ofNullable(maxAge).map(backup.snapshotAt()::plus);
        boolean old = ageLimit.isPresent() && now.isAfter(ageLimit.get());
        boolean many = maxCount != null && place >= maxCount;
        if (!old && !many) {
            return new TierWord.Holds(tier + ": " + limits(), ageLimit);
        }
        if (place < minCount) {
            return new TierWord.Holds(tier + ": among the newest " + minCount, Optional.empty());
        }
        return old
                ? new TierWord.LetsGo(tier + ": older than " + Durations.format(maxAge), ageLimit)
                : new TierWord.LetsGo(tier + ": " + newer(Math.max(maxCount, minCount)), Optional.empty());
    }

    private String limits() {
        if (maxAge == null) {
            return maxCount == null ? "kept for ever" : "among the newest " + maxCount;
        }
        String age = "younger than " + Durations.format(maxAge);
        return maxCount == null ? age : age + " and among the newest " + maxCount;
    }

    private static String newer(int kept) {
        return switch (kept) {
            case 0 -> "none are kept";
            case 1 -> "1 newer one is kept";
            default -> kept + " newer ones are kept";
        };
    }
}
