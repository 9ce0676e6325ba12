package dev.remuda.worker.store;

import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;
import dev.remuda.worker.store.ObjectStore.Upload;

/**
 * Writes one object of unknown length: fills one part while the one before is on its way. Memory is two parts, whatever the length. Closing
 * it completes nothing; only {@link #complete} does, so an object cut short cannot come into being by accident.
 */
public final class PartStream extends OutputStream {
    /** S3's own limit. */
    public static final int MAX_PARTS = 10_000;

    private final Upload upload;
    private final MessageDigest sha256 = sha256();
    private final Crc64Nvme whole = new Crc64Nvme();
    private final Tail tail = new Tail();
    private final ExecutorService sender = Executors.newSingleThreadExecutor(Thread.ofVirtual().name("parts").factory());
    private Future<?> onItsWay;
    private byte[] filling;
    private byte[] spare;
    private int filled;
    private int number = 1;
    private long size;
    private boolean completed;

    /** What was written, to be compared with what is stored. */
    public record Written(long size, String sha256, String checksum, byte[] tail) {}

    public PartStream(Upload upload, int partSize) {
        this.upload = upload;
        this.filling = new byte[partSize];
        this.spare = new byte[partSize];
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        for (int done = 0; done < length; ) {
            int n = Math.min(length - done, filling.length - filled);
            System.arraycopy(bytes, offset + done, filling, filled, n);
            filled += n;
            done += n;
            if (filled == filling.length) {
                send();
            }
        }
    }

    /** Sends what is left and makes the parts one object. */
    public Written complete() {
        if (filled > 0 || size == 0) {
            send();
        }
        await();
        completed = true; // it may be, even when the answer is lost
        upload.complete(whole.toBase64());
        sender.close();
        return new Written(size, HexFormat.of().formatHex(sha256.digest()), whole.toBase64(), tail.bytes());
    }

    /** Whether there may be an object by now. */
    public boolean completed() {
        return completed;
    }

    /** Takes all parts back. No part is on its way any more when this returns. */
    public void abort() {
        sender.shutdownNow();
        sender.close();
        upload.abort();
    }

    private void send() {
        if (number > MAX_PARTS) {
            throw new WorkFailure(
                    Reason.DumpFailed, "the dump does not fit into " + MAX_PARTS + " parts of " + filling.length / (1 << 20)
                            + " MiB, the most a store takes; compress it more");
        }
        byte[] part = filling;
        int length = filled;
        int partNumber = number++;
        sha256.update(part, 0, length);
        whole.update(part, 0, length);
        tail.update(part, length);
        size += length;
        await();
        onItsWay = sender.submit(() -> upload.part(partNumber, part, length, checksum(part, length)));
        filling = spare;
        spare = part;
        filled = 0;
    }

    private void await() {
        if (onItsWay == null) {
            return;
        }
        try {
            onItsWay.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a part was stored", e);
        }
    }

    private static String checksum(byte[] part, int length) {
        Crc64Nvme crc = new Crc64Nvme();
        crc.update(part, 0, length);
        return crc.toBase64();
    }

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
