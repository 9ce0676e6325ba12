package dev.remuda.worker.store;

import java.io.InputStream;

import dev.remuda.worker.store.ObjectStore.Stored;

/**
 * Reads one stored object from its start to its end, a block at a time: a reader that pauses for an hour (an index is being built) holds no
 * connection meanwhile, and a lost one costs a block. An object replaced on the way is noticed by its etag.
 */
public final class ObjectStream extends InputStream {
    private static final int BLOCK = 8 * 1024 * 1024;

    private final ObjectStore store;
    private final String key;
    private final Stored object;
    private final byte[] block;
    private long next;
    private int position;
    private int limit;

    public ObjectStream(ObjectStore store, String key, Stored object) {
        this.store = store;
        this.key = key;
        this.object = object;
        this.block = new byte[(int) Math.min(BLOCK, object.size())];
    }

    @Override
    public int read() {
        return fill() ? block[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int n = Math.min(length, limit - position);
        System.arraycopy(block, position, bytes, offset, n);
        position += n;
        return n;
    }

    @Override
    public int available() {
        return limit - position;
    }

    private boolean fill() {
        if (position < limit) {
            return true;
        }
        int length = (int) Math.min(block.length, object.size() - next);
        if (length <= 0) {
            return false;
        }
        store.read(key, object.etag(), next, block, length);
        next += length;
        position = 0;
        limit = length;
        return true;
    }
}
