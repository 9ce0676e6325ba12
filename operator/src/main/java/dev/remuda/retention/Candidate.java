package dev.remuda.retention;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A completed backup, as retention sees it.
 *
 * @param name unique among the candidates
 * @param snapshotAt the moment whose data it holds
 * @param tiers the tiers it was made for; none: it was made on demand
 * @param inUse what needs it now, such as "Restore back"
 * @param trust what is known of its worth
 * @param verified whether it was restored for a trial, with success
 * @param lockedUntil until when the store lets nobody delete it
 */
public record Candidate(
        String name, Instant snapshotAt, List<String> tiers, boolean pinned, Optional<String> inUse, Trust trust, boolean verified, Optional<Instant> lockedUntil) {
    /** What is known of a backup's worth, after it was made. */
    public enum Trust {
        /** It is not what it was when it was made: it takes no good one's place. */
        DAMAGED,
        /** It is whole, and much of what the one before it had is not in it: it takes no normal one's place. */
        SUSPICIOUS,
        /** Nothing speaks against it. */
        NORMAL
    }

    public Candidate {
        tiers = tiers.stream().distinct().toList();
    }

    /** One of whose worth nothing is known but that it was completed. */
    public Candidate(String name, Instant snapshotAt, List<String> tiers, boolean pinned, Optional<String> inUse) {
        this(name, snapshotAt, tiers, pinned, inUse, Trust.NORMAL, false, Optional.empty());
    }

    boolean isDamaged() {
        return trust == Trust.DAMAGED;
    }

    /** Whether it may take another one's place. */
    boolean isNormal() {
        return trust == Trust.NORMAL;
    }
}
