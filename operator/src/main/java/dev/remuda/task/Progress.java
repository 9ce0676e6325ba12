package dev.remuda.task;

/**
 * How far a worker has come; it says so in its log, a line each time, at a bounded rate.
 *
 * @param step what is being done: Dump, Prove, Rehearse, Restore, Compare, Check, Copy
 * @param seconds for how long this step has been at work
 * @param bytes how much of the stored or streamed dump is done
 * @param totalBytes how much there is; null where nobody knows before the end
 * @param tables how many tables are done (counted or compared)
 * @param totalTables how many there are; null where nobody knows
 */
public record Progress(String step, long seconds, long bytes, Long totalBytes, Integer tables, Integer totalTables) {
    /** What the line begins with; JSON follows. */
    public static final String MARK = "remuda-progress ";

    /** The least time between two lines. */
    public static final int SECONDS_BETWEEN = 10;
}
