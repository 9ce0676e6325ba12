package dev.remuda.worker.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

import dev.remuda.support.Bucket;
import dev.remuda.support.Folders;
import dev.remuda.support.SeaweedServer;
import dev.remuda.task.Reason;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StorageClass;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;
import dev.remuda.worker.store.ObjectStore.Stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Copies in place, in one piece and in parts. */
class S3CopyIT {
    private static final int MIB = 1024 * 1024;
    private static final Attributes DAILY = new Attributes("application/zstd", Map.of("policy", "a"), Optional.of("daily"), Optional.empty());
    private static final Attributes COLD =
            new Attributes("application/zstd", Map.of("policy", "a"), Optional.of("monthly"), Optional.of(StorageClass.GLACIER));

    private final SeaweedServer server = SeaweedServer.shared();
    private final Bucket bucket = server.bucket();
    private final String key = Bucket.freshPrefix() + "data.dump.zst";
    private final byte[] bytes = new byte[12 * MIB + 1];
    private final Stop stop = new Stop();

    private S3ObjectStore store(StoreAccess.Tagging tagging, S3Copy.Size size) {
        try {
            Path folder = Folders.temporary("s3");
            Files.writeString(folder.resolve("AWS_ACCESS_KEY_ID"), SeaweedServer.KEY_ID);
            Files.writeString(folder.resolve("AWS_SECRET_ACCESS_KEY"), SeaweedServer.KEY);
            SecretFiles secret = new SecretFiles("s3", folder.toString(), Map.of());
            return new S3ObjectStore(new StoreAccess(SeaweedServer.BUCKET, null, server.endpoint(), true, secret, tagging), stop, size);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Stored stored(ObjectStore store) {
        new Random(1).nextBytes(bytes);
        PartStream parts = new PartStream(store.begin(key, DAILY), 5 * MIB);
        parts.write(bytes, 0, bytes.length);
        parts.complete();
        return store.head(key).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {100 * MIB, 12 * MIB + 1, 12 * MIB, 1})
    void theCopyHasTheSameBytesAndWhatItWasGiven(int largestWhole) {
        try (ObjectStore store = store(StoreAccess.Tagging.Auto, new S3Copy.Size(largestWhole, 5 * MIB))) {
            Stored before = stored(store);

            store.copy(key, before, COLD);

            Stored after = store.head(key).orElseThrow();
            assertThat(after.checksum()).isPresent().isEqualTo(before.checksum());
            assertThat(after.size()).isEqualTo(bytes.length);
            assertThat(after.storageClass()).isEqualTo("GLACIER");
            assertThat(bucket.read(key)).isEqualTo(bytes);
            assertThat(bucket.tags(key)).containsExactly("policy=a", "tier=monthly");
            HeadObjectResponse head = bucket.head(key);
            assertThat(head.metadata()).isEqualTo(Map.of("remuda-policy", "a"));
            assertThat(head.contentType()).isEqualTo("application/zstd");
            assertThat(bucket.unfinished(key)).isEmpty();
        }
    }

    @Test
    void inPartsWithoutTagsTheTierIsInTheMetadata() {
        try (ObjectStore store = store(StoreAccess.Tagging.Disabled, new S3Copy.Size(1, 5 * MIB))) {
            store.copy(key, stored(store), COLD);

            assertThat(bucket.head(key).metadata()).isEqualTo(Map.of("remuda-policy", "a", "remuda-tier", "monthly"));
            assertThat(bucket.tags(key)).isEmpty();
            assertThat(bucket.read(key)).isEqualTo(bytes);
        }
    }

    @Test
    void aCopyInPartsThatIsCutShortLeavesTheObjectAndNoUpload() {
        try (ObjectStore store = store(StoreAccess.Tagging.Auto, new S3Copy.Size(1, 5 * MIB))) {
            Stored before = stored(store);
            stop.request();

            assertThatThrownBy(() -> store.copy(key, before, COLD)).isInstanceOf(WorkFailure.class).hasMessageContaining("stopped");

            assertThat(bucket.unfinished(key)).isEmpty();
            assertThat(bucket.tags(key)).containsExactly("policy=a", "tier=daily");
            assertThat(bucket.read(key)).isEqualTo(bytes);
        }
    }

    @Test
    void whatAKilledCopyLeftIsAborted() {
        try (ObjectStore store = store(StoreAccess.Tagging.Auto, new S3Copy.Size(1, 5 * MIB))) {
            Stored before = stored(store);
            bucket.begin(key);

            store.copy(key, before, COLD);

            assertThat(bucket.unfinished(key)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100 * MIB, 1})
    void anotherObjectThatTookItsPlaceIsNotCopied(int largestWhole) {
        try (ObjectStore store = store(StoreAccess.Tagging.Auto, new S3Copy.Size(largestWhole, 5 * MIB))) {
            Stored before = stored(store);
            bucket.write(key, new byte[6 * MIB]);

            assertThatThrownBy(() -> store.copy(key, before, COLD))
                    .isInstanceOfSatisfying(WorkFailure.class, e -> assertThat(e.reason()).isEqualTo(Reason.ObjectMissing));

            assertThat(bucket.read(key)).isEqualTo(new byte[6 * MIB]);
            assertThat(bucket.unfinished(key)).isEmpty();
        }
    }

    @Test
    void aLabelMayBeAnyText() {
        Attributes odd = new Attributes("application/zstd", Map.of("database", "a b+c=d&e/für"), Optional.of("daily"), Optional.empty());
        try (ObjectStore store = store(StoreAccess.Tagging.Auto, S3Copy.Size.USUAL)) {
            Stored before = stored(store);

            store.copy(key, before, odd);

            assertThat(bucket.tags(key)).containsExactly("database=a b+c=d_e/für", "tier=daily");
            assertThat(bucket.head(key).metadata()).isEqualTo(Map.of("remuda-database", "a+b%2Bc%3Dd%26e%2Ff%C3%BCr"));
        }
    }

    @Test
    void anUploadIsOfItsClassFromTheStart() {
        try (ObjectStore store = store(StoreAccess.Tagging.Auto, S3Copy.Size.USUAL)) {
            PartStream parts = new PartStream(store.begin(key, COLD), 5 * MIB);
            parts.write(1);
            parts.complete();

            assertThat(store.head(key).orElseThrow().storageClass()).isEqualTo("GLACIER");
            assertThat(store.head(key).orElseThrow().isArchived()).isTrue();
        }
    }
}
