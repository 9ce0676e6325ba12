package dev.remuda.support;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.InvalidObjectStateException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.StorageClass;
import software.amazon.awssdk.services.s3.model.Tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What tests of archives rely on: this store refuses and restores as S3 does. */
class MotoIT {
    private final MotoServer server = MotoServer.shared();
    private final Bucket bucket = server.bucket();
    private final S3Client client = bucket.client();
    private final String key = Bucket.freshPrefix() + "data.dump.zst";

    @AfterEach
    void restoreAtOnce() {
        server.restoreAtOnce();
    }

    @ParameterizedTest
    @EnumSource(value = StorageClass.class, names = {"GLACIER", "DEEP_ARCHIVE"})
    void whatIsArchivedIsReadOnlyAfterItWasRestored(StorageClass storageClass) {
        archive(storageClass);
        assertThat(bucket.head(key).restore()).isNull();
        assertThatThrownBy(() -> bucket.read(key)).isInstanceOf(InvalidObjectStateException.class);

        restore();

        assertThat(bucket.head(key).restore()).startsWith("ongoing-request=\"false\", expiry-date=");
        assertThat(bucket.head(key).storageClass()).isEqualTo(storageClass);
        assertThat(bucket.read(key)).asString(StandardCharsets.UTF_8).isEqualTo("archived");
    }

    @Test
    void aRestoreUnderWayIsToldAndDoesNotLetItBeRead() {
        archive(StorageClass.GLACIER);
        server.restoreInSteps();

        restore();

        assertThat(bucket.head(key).restore()).isEqualTo("ongoing-request=\"true\"");
        server.holdRestores();
        assertThat(bucket.head(key).restore()).isEqualTo("ongoing-request=\"true\"");
        assertThatThrownBy(() -> bucket.read(key)).isInstanceOf(InvalidObjectStateException.class);
        server.restoreInSteps();
        assertThat(bucket.head(key).restore()).startsWith("ongoing-request=\"false\"");
        assertThat(bucket.read(key)).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = StorageClass.class, names = {"STANDARD", "STANDARD_IA", "GLACIER_IR"})
    void whatIsNotArchivedIsRead(StorageClass storageClass) {
        archive(storageClass);

        assertThat(bucket.read(key)).isNotEmpty();
    }

    @Test
    void whatIsNotArchivedCannotBeRestored() {
        archive(StorageClass.STANDARD);

        assertThatThrownBy(this::restore).isInstanceOf(S3Exception.class).hasMessageContaining("storage class");
    }

    private void archive(StorageClass storageClass) {
        client.putObject(request -> request.bucket(bucket.name()).key(key).storageClass(storageClass), RequestBody.fromString("archived"));
    }

    private void restore() {
        client.restoreObject(request -> request.bucket(bucket.name())
                .key(key)
                .restoreRequest(restore -> restore.days(2).glacierJobParameters(job -> job.tier(Tier.BULK))));
    }
}
