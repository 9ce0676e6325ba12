package dev.remuda.support;

import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The slowness of a network that a test plays; no test waits by it. */
final class Pauses {
    private Pauses() {}

    static void take(int milliseconds) throws InterruptedIOException {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(milliseconds));
        if (Thread.interrupted()) {
            throw new InterruptedIOException();
        }
    }
}
