package dev.remuda.retention;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What is to become of one backup, and why. */
public sealed interface Decision {
    Candidate backup();

    /**
     * The backup stays.
     *
     * @param tier the first tier of the policy that keeps it; empty: something else does
     * @param reasons in plain words, at least one; they change only when what keeps it changes
     * @param expiresAt when the last time limit ends, always in the future; empty: no time limit alone ends it
     */
    record Keep(Candidate backup, Optional<String> tier, List<String> reasons, Optional<Instant> expiresAt) implements Decision {
        public Keep {
            reasons = List.copyOf(reasons);
        }
    }

    /**
     * Nothing keeps the backup.
     *
     * @param why what each of its tiers says, in plain words
     * @param since when the last of its time limits ended that had to; empty: newer backups alone took its place
     */
    record Purge(Candidate backup, String why, Optional<Instant> since) implements Decision {}
}
