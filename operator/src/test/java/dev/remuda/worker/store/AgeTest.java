package dev.remuda.worker.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.support.AgeKey;
import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AgeTest {
    private static final AgeKey ONE = AgeKey.generate();
    private static final AgeKey OTHER = AgeKey.generate();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 131_072, 3_000_000})
    void eachRecipientReadsItAndNobodyElse(int size) throws IOException {
        byte[] bytes = random(size);
        byte[] sealed = Age.encrypted(bytes, Age.Recipients.of(List.of(ONE.recipient(), OTHER.recipient())));

        assertThat(Age.fits(sealed)).isTrue();
        assertThat(open(sealed, ONE)).isEqualTo(bytes);
        assertThat(open(sealed, OTHER)).isEqualTo(bytes);
        assertThatThrownBy(() -> open(sealed, AgeKey.generate())).isInstanceOfSatisfying(WorkFailure.class, failure -> {
            assertThat(failure.reason()).isEqualTo(Reason.DecryptionFailed);
            assertThat(failure).hasMessageStartingWith("no identity in Secret s opens s3://b/k, which is encrypted for others");
        });
    }

    @Test
    void whatIsCutOffOrChangedDoesNotPassForTheWhole() {
        byte[] sealed = Age.encrypted(random(200_000), Age.Recipients.of(List.of(ONE.recipient())));
        for (int end : new int[] {sealed.length - 1, sealed.length - 17, 65_536 + 300, 200, 30}) {
            assertThatThrownBy(() -> open(Arrays.copyOf(sealed, end), ONE)).as("cut at " + end).satisfiesAnyOf(
                    e -> assertThat(e).isInstanceOf(IOException.class), e -> assertThat(e).isInstanceOf(WorkFailure.class));
        }
        for (int place : new int[] {10, 60, 250, 70_000, sealed.length - 3}) {
            byte[] changed = sealed.clone();
            changed[place] ^= 1;
            assertThatThrownBy(() -> open(changed, ONE)).as("changed at " + place).satisfiesAnyOf(
                    e -> assertThat(e).isInstanceOf(IOException.class), e -> assertThat(e).isInstanceOf(WorkFailure.class));
        }
    }

    @Test
    void aFileOfSeveralIdentitiesIsReadAsAgeReadsIt() throws IOException {
        String text = OTHER.file() + "\n\n" + ONE.file();
        byte[] sealed = Age.encrypted(random(10), Age.Recipients.of(List.of(ONE.recipient())));
        try (InputStream opened = Age.from(new ByteArrayInputStream(sealed), Age.Identities.parse(text, "Secret s"), "k")) {
            assertThat(opened.readAllBytes()).isEqualTo(random(10));
        }
    }

    @Test
    void whatIsNoKeyIsNamedButNeverASecretOne() {
        String wrong = ONE.recipient().substring(0, 61) + (ONE.recipient().endsWith("q") ? "p" : "q");
        assertThatThrownBy(() -> Age.Recipients.of(List.of(OTHER.recipient(), wrong))).isInstanceOfSatisfying(WorkFailure.class, failure -> {
            assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec);
            assertThat(failure).hasMessageContaining(wrong);
        });
        String broken = ONE.identity().substring(0, 40);
        assertThatThrownBy(() -> Age.Identities.parse(broken, "Secret s")).isInstanceOf(WorkFailure.class).hasMessageContaining("Secret s has a line that is no identity")
                .hasMessageNotContaining(broken).hasNoCause();
        assertThatThrownBy(() -> Age.Identities.parse("# nothing\n", "Secret s")).isInstanceOf(WorkFailure.class).hasMessageContaining("holds no identity");
        assertThatThrownBy(() -> Age.Identities.parse(ONE.recipient(), "Secret s")).as("the public one").isInstanceOf(WorkFailure.class);
    }

    @Test
    void otherFilesAreNone() {
        assertThat(Age.fits("age-encryption.org/v2\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII))).isFalse();
        assertThat(Age.fits(new byte[3])).isFalse();
    }

    private static byte[] open(byte[] sealed, AgeKey key) throws IOException {
        try (InputStream opened = Age.from(new ByteArrayInputStream(sealed), Age.Identities.parse(key.file(), "Secret s"), "s3://b/k")) {
            return opened.readAllBytes();
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
