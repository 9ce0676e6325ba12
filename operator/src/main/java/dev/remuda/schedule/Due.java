package dev.remuda.schedule;

import java.time.Instant;
import java.util.List;

/**
 * A backup to start now.
 *
 * @param at the latest of its tiers' slots
 * @param tiers in the order of the policy
 */
public record Due(Instant at, List<String> tiers) {
    public Due {
        tiers = List.copyOf(tiers);
    }
}
