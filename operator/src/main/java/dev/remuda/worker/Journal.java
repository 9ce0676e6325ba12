package dev.remuda.worker;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.Json;
import dev.remuda.task.Progress;

/** Says in the log what was done and how far the work has come; the latter at a bounded rate, in lines that the operator reads. */
class Journal {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final long BETWEEN = TimeUnit.SECONDS.toNanos(Progress.SECONDS_BETWEEN);

    private String step = "";
    private long bytes;
    private Long totalBytes;
    private Integer tables;
    private Integer totalTables;
    private long begun;
    private long said;

    /** Something has changed in the world. */
    void done(String what) {
        LOG.info("{}", what);
    }

    /** @param ofBytes how many there are; null: not known, as with tables */
    synchronized void begin(String name, Long ofBytes, Integer ofTables) {
        step = name;
        begun = System.nanoTime();
        bytes = 0;
        totalBytes = ofBytes;
        tables = ofTables == null ? null : 0;
        totalTables = ofTables;
        say();
    }

    synchronized void bytes(long more) {
        bytes += more;
        sayInTime();
    }

    synchronized void tables(int soFar) {
        tables = soFar;
        sayInTime();
    }

    /** The same stream, whose bytes count as done when they are read. */
    InputStream counting(InputStream stream) {
        return new FilterInputStream(stream) {
            @Override
            public int read() throws IOException {
                int one = super.read();
                bytes(one < 0 ? 0 : 1);
                return one;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int n = super.read(buffer, offset, length);
                bytes(Math.max(n, 0));
                return n;
            }
        };
    }

    private void sayInTime() {
        if (System.nanoTime() - said >= BETWEEN) {
            say();
        }
    }

    private void say() {
        said = System.nanoTime();
        long seconds = TimeUnit.NANOSECONDS.toSeconds(said - begun);
        LOG.info("{}{}", Progress.MARK, Json.write(new Progress(step, seconds, bytes, totalBytes, tables, totalTables)));
    }
}
