package dev.remuda.worker.store;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.Checksum;

/**
 * CRC-64/NVME, the checksum that S3 stores compute over a whole object even when it arrives in parts. The SDK has it only in a native library
 * of 20 MB for each platform.
 */
public final class Crc64Nvme implements Checksum {
    private static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L; // bits reversed
    private static final int LANES = 8;
    private static final long[][] TABLE = new long[LANES][256];

    static {
        for (int i = 0; i < 256; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
            }
            TABLE[0][i] = crc;
        }
        for (int i = 0; i < 256; i++) {
            for (int lane = 1; lane < LANES; lane++) {
                long before = TABLE[lane - 1][i];
                TABLE[lane][i] = TABLE[0][(int) before & 0xFF] ^ (before >>> 8);
            }
        }
    }

    private long state = ~0L;

    @Override
    public void update(int b) {
        state = TABLE[0][(int) (state ^ b) & 0xFF] ^ (state >>> 8);
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        int i = offset;
        int end = offset + length;
        long crc = state;
        for (; i + LANES <= end; i += LANES) {
            crc ^= (bytes[i] & 0xFFL) | (bytes[i + 1] & 0xFFL) << 8 | (bytes[i + 2] & 0xFFL) << 16 | (bytes[i + 3] & 0xFFL) << 24
                    | (bytes[i + 4] & 0xFFL) << 32 | (bytes[i + 5] & 0xFFL) << 40 | (bytes[i + 6] & 0xFFL) << 48 | (bytes[i + 7] & 0xFFL) << 56;
            crc = TABLE[7][(int) crc & 0xFF] ^ TABLE[6][(int) (crc >>> 8) & 0xFF] ^ TABLE[5][(int) (crc >>> 16) & 0xFF]
                    ^ TABLE[4][(int) (crc >>> 24) & 0xFF] ^ TABLE[3][(int) (crc >>> 32) & 0xFF] ^ TABLE[2][(int) (crc >>> 40) & 0xFF]
                    ^ TABLE[1][(int) (crc >>> 48) & 0xFF] ^ TABLE[0][(int) (crc >>> 56)];
        }
        state = crc;
        for (; i < end; i++) {
            update(bytes[i]);
        }
    }

    @Override
    public long getValue() {
        return ~state;
    }

    @Override
    public void reset() {
        state = ~0L;
    }

    /** As S3 writes it: eight bytes, big end first, in base64. */
    public String toBase64() {
        return Base64.getEncoder().encodeToString(ByteBuffer.allocate(Long.BYTES).putLong(getValue()).array());
    }
}
