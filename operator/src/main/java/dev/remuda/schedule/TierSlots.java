package dev.remuda.schedule;

import java.time.Instant;

/**
 * When a tier wants backups.
 *
 * @param since slots up to and including this moment are done with
 */
public record TierSlots(String tier, Schedule schedule, Instant since) {}
