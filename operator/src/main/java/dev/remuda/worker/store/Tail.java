package dev.remuda.worker.store;

import java.util.Arrays;

/** The last bytes of a stream. */
final class Tail {
    static final int LENGTH = 64 * 1024;

    private byte[] last = new byte[0];

    void update(byte[] bytes, int length) {
        if (length >= LENGTH) {
            last = Arrays.copyOfRange(bytes, length - LENGTH, length);
            return;
        }
        int keep = Math.min(last.length, LENGTH - length);
        byte[] joined = Arrays.copyOfRange(last, last.length - keep, last.length + length);
        System.arraycopy(bytes, 0, joined, keep, length);
        last = joined;
    }

    byte[] bytes() {
        return last.clone();
    }
}
