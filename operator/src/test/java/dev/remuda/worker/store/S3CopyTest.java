package dev.remuda.worker.store;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class S3CopyTest {
    private static final long MIB = 1024 * 1024;
    private static final long TIB = MIB * MIB;

    @Test
    void tenThousandPartsHoldTheLargestObject() {
        assertThat(S3Copy.Size.USUAL.partOf(MIB)).isEqualTo(512 * MIB);
        assertThat(S3Copy.Size.USUAL.partOf(4 * TIB)).isEqualTo(512 * MIB);
        long part = S3Copy.Size.USUAL.partOf(5 * TIB);
        assertThat(part).isEqualTo(525 * MIB);
        assertThat(part * PartStream.MAX_PARTS).isGreaterThanOrEqualTo(5 * TIB);
    }
}
