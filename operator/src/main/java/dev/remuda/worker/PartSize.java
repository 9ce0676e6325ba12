package dev.remuda.worker;

import dev.remuda.task.Reason;
import dev.remuda.worker.store.PartStream;

/** How large the parts of an upload are. Stores allow 10,000 parts, and some want all of one size, so it is chosen before the first. */
final class PartSize {
    private static final int MIB = 1024 * 1024;
    private static final int USUAL = 16 * MIB;
    private static final int LARGEST = 256 * MIB;

    private PartSize() {}

    /**
     * 16 MiB holds 160 GB. The dump of a larger database may be as large as the database (images, rows that TimescaleDB has compressed), so its
     * parts hold all of it, and it needs the memory for two of them.
     */
    static int of(long databaseBytes) {
        return of(databaseBytes, Runtime.getRuntime().maxMemory());
    }

    static int of(long databaseBytes, long heap) {
        long wanted = databaseBytes / (PartStream.MAX_PARTS - 100);
        int size = Math.clamp((wanted + MIB - 1) / MIB * MIB, USUAL, LARGEST);
        long needed = 3L * size;
        if (size > USUAL && needed > heap) {
            throw new WorkFailure(
                    Reason.OutOfMemory, "a database of " + databaseBytes / (1L << 30) + " GiB is stored in parts of " + size / MIB
                            + " MiB, two of which must fit in memory; set jobTemplate.resources.limits.memory to at least " + 2 * needed / MIB + "Mi");
        }
        return size;
    }
}
