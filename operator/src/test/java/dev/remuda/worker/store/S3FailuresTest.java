package dev.remuda.worker.store;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

import dev.remuda.task.Reason;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.WorkFailure;

import static org.assertj.core.api.Assertions.assertThat;

/** Answers that the store of the tests does not give. */
class S3FailuresTest {
    private final S3Failures failures = new S3Failures(new StoreAccess(
            "racing", null, "https://s3.example", true, new SecretFiles("backup-s3", "/nowhere", Map.of()), StoreAccess.Tagging.Auto));

    @ParameterizedTest
    @CsvSource({
        "404, NoSuchBucket, BucketNotFound, storage.s3.bucket",
        "301, PermanentRedirect, BucketNotFound, storage.s3.region",
        "400, AuthorizationHeaderMalformed, BucketNotFound, storage.s3.region",
        "403, InvalidAccessKeyId, StorageAccessDenied, correct Secret backup-s3",
        "403, SignatureDoesNotMatch, StorageAccessDenied, correct Secret backup-s3",
        "400, ExpiredToken, StorageAccessDenied, expired",
        "403, AccessDenied, StorageAccessDenied, allow s3:PutObject on bucket racing",
        "403, InvalidObjectState, ObjectArchived, aws s3api restore-object",
        "400, InvalidStorageClass, InvalidSpec, the tier's storageClass",
        "412, PreconditionFailed, ObjectMissing, another object took its place",
        "507, XMinioStorageFull, StorageFull, no room left",
        "507, '', StorageFull, no room left",
        "404, NoSuchKey, ObjectMissing, not there",
        "500, InternalError, StorageUnreachable, whether it is full or down",
        "503, SlowDown, StorageThrottled, a quieter hour",
        "429, '', StorageThrottled, a quieter hour",
        "503, ServiceUnavailable, StorageUnreachable, 503 ServiceUnavailable",
        "403, RequestTimeTooSkewed, StorageAccessDenied, NTP",
        "400, BadDigest, ChecksumMismatch, not what was sent",
        "404, NoSuchUpload, ObjectMissing, AbortIncompleteMultipartUpload",
    })
    void anAnswerHasAReasonAndACure(int status, String code, Reason reason, String cure) {
        S3Exception answer = (S3Exception) S3Exception.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).errorMessage("so it is").build())
                .build();

        WorkFailure failure = failures.of("storing s3://racing/k", "s3:PutObject", answer);

        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure.getMessage()).contains(cure);
    }

    @Test
    void noAnswerNamesTheEndpoint() {
        assertThat(failures.of("storing", "s3:PutObject", SdkClientException.create("x", new UnknownHostException("s3.example"))).getMessage())
                .contains("host name is not known (s3.example)");
        assertThat(failures.of("storing", "s3:PutObject", SdkClientException.create("x", new ConnectException("Connection refused"))).getMessage())
                .contains("https://s3.example does not answer while storing (Connection refused)");
        assertThat(failures.of("storing", "s3:PutObject", SdkClientException.create("x", new IOException("reset"))).reason()).isEqualTo(Reason.StorageUnreachable);
    }

    @Test
    void noCredentialsAtAll() {
        WorkFailure failure = failures.of("storing", "s3:PutObject", SdkClientException.create("Unable to load credentials from any of the providers in the chain"));

        assertThat(failure.reason()).isEqualTo(Reason.StorageAccessDenied);
        assertThat(failure.getMessage()).contains("storage.s3.secretRef", "jobTemplate.serviceAccountName");
    }
}
