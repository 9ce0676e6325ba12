package dev.remuda.worker.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.task.Compression;
import dev.remuda.task.Compression.Algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CompressingTest {
    private static final byte[] TEXT = "one row after another, ".repeat(200_000).getBytes();

    private static byte[] compress(Algorithm algorithm, int level) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = Compressing.to(bytes, new Compression(algorithm, level))) {
            out.write(TEXT);
        }
        return bytes.toByteArray();
    }

    private static byte[] decompress(byte[] bytes, Algorithm algorithm) throws IOException {
        return Compressing.from(new ByteArrayInputStream(bytes), algorithm).readAllBytes();
    }

    @ParameterizedTest
    @CsvSource({"Zstd, 1", "Zstd, 19", "Gzip, 1", "Gzip, 9", "Lz4, 1", "Lz4, 9", "None, 0"})
    void comesBackAsItWas(Algorithm algorithm, int level) throws IOException {
        assertThat(decompress(compress(algorithm, level), algorithm)).isEqualTo(TEXT);
    }

    @ParameterizedTest
    @EnumSource(value = Algorithm.class, names = "None", mode = EnumSource.Mode.EXCLUDE)
    void aStreamCutShortIsAnError(Algorithm algorithm) throws IOException {
        byte[] whole = compress(algorithm, 1);

        assertThatThrownBy(() -> decompress(Arrays.copyOf(whole, whole.length - 6), algorithm)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @CsvSource({"Gzip, 1, 9", "Zstd, 1, 19"})
    void aHigherLevelIsSmaller(Algorithm algorithm, int low, int high) throws IOException {
        assertThat(compress(algorithm, high)).hasSizeLessThan(compress(algorithm, low).length);
    }
}
