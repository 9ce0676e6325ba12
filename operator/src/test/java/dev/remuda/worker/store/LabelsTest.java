package dev.remuda.worker.store;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LabelsTest {
    @Test
    void tagsKeepWhatS3Takes() {
        assertThat(Labels.tag("horse_racing-2.0/a b=c:d@e+f")).isEqualTo("horse_racing-2.0/a b=c:d@e+f");
        assertThat(Labels.tag("wetten für alle, $5")).isEqualTo("wetten für alle_ _5");
        assertThat(Labels.tag("x".repeat(300))).hasSize(256);
    }

    @Test
    void headersAreAscii() {
        assertThat(Labels.header("horse_racing")).isEqualTo("horse_racing");
        assertThat(Labels.header("für alle")).isEqualTo("f%C3%BCr+alle");
    }
}
