package dev.remuda.worker.store;

import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class Crc64NvmeTest {
    @Test
    void givesTheCheckValueOfTheCatalogue() {
        Crc64Nvme crc = new Crc64Nvme();
        crc.update("123456789".getBytes(StandardCharsets.US_ASCII));

        assertThat(crc.getValue()).isEqualTo(0xAE8B14860A799888L);
        assertThat(crc.toBase64()).isEqualTo("rosUhgp5mIg=");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 63, 64, 1000, 4099})
    void doesNotDependOnHowTheBytesCome(int length) {
        byte[] bytes = new byte[length + 3];
        new Random(length).nextBytes(bytes);
        Crc64Nvme single = new Crc64Nvme();
        Crc64Nvme split = new Crc64Nvme();
        Crc64Nvme whole = new Crc64Nvme();

        for (int i = 0; i < length; i++) {
            single.update(bytes[3 + i]);
        }
        split.update(bytes, 3, length / 3);
        split.update(bytes, 3 + length / 3, length - length / 3);
        whole.update(bytes, 3, length);

        assertThat(whole.getValue()).isEqualTo(single.getValue()).isEqualTo(split.getValue());
    }

    @Test
    void canBeginAnew() {
        Crc64Nvme crc = new Crc64Nvme();
        crc.update(1);
        crc.reset();

        assertThat(crc.getValue()).isEqualTo(new Crc64Nvme().getValue());
    }
}
