package dev.remuda.schedule;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the tiers of a policy want at one moment.
 *
 * @param due the one backup for all tiers with an open slot
 * @param missed slots that nothing was started for in time
 * @param next when the next slot may start, jitter included; always in the future
 */
public record Slots(Optional<Due> due, List<Missed> missed, Optional<Instant> next) {
    public Slots {
        missed = List.copyOf(missed);
    }

    /**
     * Of each tier only the latest slot counts; the older ones were overtaken by it.
     *
     * @param tiers in the order of the policy; a since that is still to come counts as now
     * @param jitter how long after a slot its backup may start
     * @param startingDeadline how long after that it may still start; empty: however late
     */
    public static Slots of(List<TierSlots> tiers, Instant now, Duration jitter, Optional<Duration> startingDeadline) {
        List<Missed> open = new ArrayList<>();
        List<Missed> missed = new ArrayList<>();
        Instant started = now.minus(jitter);
        for (TierSlots tier : tiers) {
            tier.schedule().latest(earlier(tier.since(), now), started).map(slot -> new Missed(tier.tier(), slot)).ifPresent(slot -> {
                boolean late = startingDeadline.isPresent() && started.isAfter(slot.at().plus(startingDeadline.get()));
                (late ? missed : open).add(slot);
            });
        }
        Optional<Due> due = open.stream().map(Missed::at).max(Comparator.naturalOrder()).map(at -> new Due(at, open.stream().map(Missed::tier).toList()));
        Optional<Instant> next = tiers.stream()
                .flatMap(tier -> tier.schedule().next(later(started, earlier(tier.since(), now))).stream())
                .min(Comparator.naturalOrder())
                .map(slot -> slot.plus(jitter));
        return new Slots(due, missed, next);
    }

    /** A delay from zero to the most, in whole seconds; the same key always has the same one. */
    public static Duration jitter(String key, Duration most) {
        if (most.isNegative()) {
            throw new IllegalArgumentException("jitter cannot be negative: " + most);
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return Duration.ofSeconds(Long.remainderUnsigned(ByteBuffer.wrap(digest).getLong(), most.toSeconds() + 1));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
