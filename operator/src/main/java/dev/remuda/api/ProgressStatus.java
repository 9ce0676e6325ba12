package dev.remuda.api;

import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import dev.remuda.task.Progress;

/** How far work has come, by its worker's own word, a few times a minute. */
public record ProgressStatus(
        @JsonPropertyDescription("What is being done: Dump, Prove, Rehearse, Restore, Compare or Check.") String step,
        @JsonPropertyDescription("Bytes done; of the database while dumping, of the stored dump while restoring.") Long bytes,
        @JsonPropertyDescription("Bytes in all, as far as it is known; of a database an estimate.") Long totalBytes,
        @JsonPropertyDescription("The part that is done, 0 to 100.") Integer percent,
        @JsonPropertyDescription("Tables counted or compared.") Integer tables,
        @JsonPropertyDescription("Tables in all.") Integer totalTables,
        @JsonPropertyDescription("When this step will have ended if it goes on as it did so far; an estimate.") Instant eta,
        @JsonPropertyDescription("When this was so.") Instant at) {
    private static final int ALL = 100;
    private static final int ALMOST = 99;

    /** @param at to the second: what is written is read again as it was */
    public static ProgressStatus of(Progress p, Instant at) {
        boolean known = p.totalBytes() != null && p.totalBytes() > 0;
        boolean moving = known && p.bytes() > 0 && p.bytes() < p.totalBytes();
        Instant eta = moving ? at.plusSeconds((long) ((double) p.seconds() * (p.totalBytes() - p.bytes()) / p.bytes())) : null;
        return new ProgressStatus(p.step(), p.bytes(), p.totalBytes(), percent(p), p.tables(), p.totalTables(), eta, at);
    }

    private static Integer percent(Progress p) {
        if (p.totalBytes() != null && p.totalBytes() > 0) {
            return part(p.bytes(), p.totalBytes());
        }
        return p.totalTables() != null && p.totalTables() > 0 && p.tables() != null ? (Integer) part(p.tables(), p.totalTables()) : null;
    }

    /** A step that is under way is never done. */
    private static int part(long done, long all) {
        return (int) Math.min(ALMOST, done * ALL / all);
    }

    /** Whether it is time to ask again. */
    public static boolean isDue(ProgressStatus last, Instant now) {
        return last == null || last.at() == null || !now.isBefore(last.at().plusSeconds(Progress.SECONDS_BETWEEN));
    }
}
