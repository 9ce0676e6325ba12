package dev.remuda.worker.postgres;

/**
 * Something in the archive that is not selected, but without which what is selected cannot be restored: the target must have it.
 *
 * @param kind in pg_restore's words: {@code TABLE}, {@code SCHEMA}, {@code TYPE}, {@code FUNCTION}, {@code EXTENSION}, …
 * @param schema empty for what is in none
 * @param name as pg_restore lists it; of a function with its arguments
 * @param words which selected thing needs it, in a sentence
 */
public record Need(String kind, String schema, String name, String words) {}
