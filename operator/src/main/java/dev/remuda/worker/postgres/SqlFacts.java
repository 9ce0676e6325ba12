package dev.remuda.worker.postgres;

import java.util.Set;

/**
 * What a plain SQL dump says of itself.
 *
 * @param databaseVersion of the server it was made from, such as {@code 15.18 (Debian 15.18-0+deb12u1)}; null when it does not say
 * @param dumpVersion of the pg_dump that made it; null when it does not say
 * @param extensions that it creates
 * @param timescaleVersion null without TimescaleDB
 * @param roles that own something, are granted something or are set
 * @param subscriptions whether it creates some, which keep a database from being dropped
 * @param tables that have rows in COPY form
 * @param rows in COPY form
 */
public record SqlFacts(
        String databaseVersion, String dumpVersion, Set<String> extensions, String timescaleVersion, Set<String> roles, boolean subscriptions, long tables,
        long rows) {}
