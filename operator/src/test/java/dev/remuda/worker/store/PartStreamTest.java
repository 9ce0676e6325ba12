package dev.remuda.worker.store;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PartStreamTest {
    private static final int PART = 1000;

    /** Keeps the parts in memory. */
    private static class Kept implements ObjectStore.Upload {
        final List<Integer> lengths = new ArrayList<>();
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String checksum;
        boolean aborted;

        @Override
        public void part(int number, byte[] part, int length, String partChecksum) {
            assertThat(number).isEqualTo(lengths.size() + 1);
            Crc64Nvme crc = new Crc64Nvme();
            crc.update(part, 0, length);
            assertThat(partChecksum).isEqualTo(crc.toBase64());
            lengths.add(length);
            bytes.write(part, 0, length);
        }

        @Override
        public void complete(String whole) {
            checksum = whole;
        }

        @Override
        public void abort() {
            aborted = true;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 999, 1000, 1001, 5000, 70_000, 200_001})
    void writesEqualPartsAndSaysWhatItWrote(int length) throws Exception {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        Kept kept = new Kept();
        PartStream stream = new PartStream(kept, PART);

        for (int done = 0; done < length; done += Math.min(777, length - done)) {
            stream.write(bytes, done, Math.min(777, length - done));
        }
        PartStream.Written written = stream.complete();

        assertThat(kept.bytes.toByteArray()).isEqualTo(bytes);
        assertThat(kept.lengths.subList(0, kept.lengths.size() - 1)).allMatch(n -> n == PART);
        assertThat(kept.checksum).isEqualTo(written.checksum());
        assertThat(written.size()).isEqualTo(length);
        assertThat(written.sha256()).isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        assertThat(written.tail()).isEqualTo(Arrays.copyOfRange(bytes, Math.max(0, length - Tail.LENGTH), length));
    }

    @Test
    void tellsOfAPartThatCouldNotBeStored() {
        ObjectStore.Upload full = new Kept() {
            @Override
            public void part(int number, byte[] part, int length, String partChecksum) {
                throw new WorkFailure(Reason.StorageFull, "full");
            }
        };
        PartStream stream = new PartStream(full, PART);

        assertThatThrownBy(() -> {
                    stream.write(new byte[3 * PART]);
                    stream.complete();
                })
                .isInstanceOf(WorkFailure.class)
                .hasMessage("full");
    }

    @Test
    void closingCompletesNothing() throws Exception {
        Kept kept = new Kept();
        try (PartStream stream = new PartStream(kept, PART)) {
            stream.write(new byte[10]);
            assertThat(stream.completed()).isFalse();
        }

        assertThat(kept.checksum).isNull();
    }

    @Test
    void aPartOnItsWayHasEndedWhenAbortIsCalled() throws Exception {
        CountDownLatch sending = new CountDownLatch(1);
        List<String> order = new ArrayList<>();
        ObjectStore.Upload slow = new Kept() {
            @Override
            public void part(int number, byte[] part, int length, String partChecksum) {
                sending.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    order.add("part ended");
                }
            }

            @Override
            public void abort() {
                order.add("aborted");
            }
        };
        PartStream stream = new PartStream(slow, PART);
        stream.write(new byte[PART]);
        sending.await();

        stream.abort();

        assertThat(order).containsExactly("part ended", "aborted");
    }

    @Test
    void refusesMoreThanTheStoresLimitOfParts() throws Exception {
        PartStream stream = new PartStream(new Kept(), 1);

        stream.write(new byte[PartStream.MAX_PARTS]);

        assertThatThrownBy(() -> stream.write(0)).isInstanceOf(WorkFailure.class).hasMessageContaining("10000 parts");
    }
}
