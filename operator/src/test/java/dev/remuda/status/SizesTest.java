package dev.remuda.status;

import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SizesTest {
    @ParameterizedTest
    @CsvSource({
        "0,0 B", "812,812 B", "1023,1023 B", "1024,1.0 KiB", "1536,1.5 KiB", "10239,10 KiB", "10240,10 KiB", "1048575,1.0 MiB", "1048576,1.0 MiB",
        "1468006,1.4 MiB", "18253611008,17 GiB", "1125899906842624,1.0 PiB", "9223372036854775807,8192 PiB"
    })
    void sizesAreShownInTheUnitThatFits(long bytes, String expected) {
        assertThat(Sizes.format(bytes)).isEqualTo(expected);
    }

    @Test
    void thePointIsAPointWhereverTheOperatorRuns() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(Sizes.format(1536)).isEqualTo("1.5 KiB");
        } finally {
            Locale.setDefault(before);
        }
    }
}
