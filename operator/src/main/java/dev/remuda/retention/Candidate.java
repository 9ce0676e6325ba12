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
 */
public record Candidate(String name, Instant snapshotAt, List<String> tiers, boolean pinned, Optional<String> inUse) {
    public Candidate {
        tiers = tiers.stream().distinct().toList();
    }
}
