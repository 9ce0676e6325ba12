package dev.remuda.task;

import java.time.Instant;

/**
 * What the store is asked to let nobody delete or overwrite.
 *
 * @param mode S3's word: GOVERNANCE, which who has the right may undo, or COMPLIANCE, which nobody can
 * @param until to the second
 */
public record StoreLock(String mode, Instant until) {}
