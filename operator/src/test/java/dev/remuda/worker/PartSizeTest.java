package dev.remuda.worker;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PartSizeTest {
    private static final long GIB = 1L << 30;
    private static final int MIB = 1 << 20;

    @Test
    void memoryDoesNotGrowWithTheDatabaseUpToWhatTenThousandPartsHold() {
        assertThat(PartSize.of(0, 100 * MIB)).isEqualTo(16 * MIB);
        assertThat(PartSize.of(154 * GIB, 100 * MIB)).isEqualTo(16 * MIB);
    }

    @Test
    void aLargerDatabaseGetsLargerPartsThatHoldAllOfIt() {
        int size = PartSize.of(1024 * GIB, GIB);

        assertThat(size).isGreaterThan(16 * MIB).isEqualTo(size / MIB * MIB);
        assertThat(size * 10_000L).isGreaterThan(1024 * GIB);
        assertThat(PartSize.of(1L << 50, 4 * GIB)).isEqualTo(256 * MIB);
    }

    @Test
    void saysHowMuchMemoryIsNeeded() {
        assertThatThrownBy(() -> PartSize.of(1024 * GIB, 100 * MIB))
                .isInstanceOf(WorkFailure.class)
                .hasMessageContaining("1024 GiB")
                .hasMessageContaining("jobTemplate.resources.limits.memory");
    }
}
