package dev.remuda.schedule;

import java.time.Instant;

/** A slot that is past its starting deadline. */
public record Missed(String tier, Instant at) {}
