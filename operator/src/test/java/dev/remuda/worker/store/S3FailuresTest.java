package dev.remuda.worker.store;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

import dev.remuda.task.Reason;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.WorkFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

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

    @ParameterizedTest
    @MethodSource("handshakes")
    void troubleWithTlsIsNamedWithItsCure(Exception cause, String words, String cure) {
        WorkFailure failure = failures.of("storing s3://racing/k", "s3:PutObject", SdkClientException.create("x", cause));

        assertThat(failure.reason()).isEqualTo(Reason.StorageUnreachable);
        assertThat(failure.getMessage()).startsWith("TLS with the store at https://s3.example failed while storing s3://racing/k (" + words + "); ").contains(cure);
    }

    /** As Java 25 says them. */
    private static Stream<Arguments> handshakes() {
        return Stream.of(
                arguments(
                        handshake(new CertificateException("PKIX path building failed", new CertPathBuilderException("unable to find valid certification path to requested target"))),
                        "unable to find valid certification path to requested target", "does not know the authority"),
                arguments(handshake(new CertificateException("No name matching s3.example found")), "No name matching s3.example found", "for another host name"),
                arguments(
                        handshake(new CertificateException("No subject alternative names matching IP address 10.0.0.7 found")),
                        "No subject alternative names matching IP address 10.0.0.7 found", "for another host name"),
                arguments(
                        handshake(new CertificateException("PKIX path validation failed", new CertPathValidatorException(
                                "validity check failed", new CertificateExpiredException("NotAfter: Sun Mar 01 00:00:00 UTC 2026")))),
                        "NotAfter: Sun Mar 01 00:00:00 UTC 2026", "renew it, or set this node's clock"),
                arguments(
                        new SSLException("Unsupported or unrecognized SSL message"), "Unsupported or unrecognized SSL message", "write http:// instead of https:// in storage.s3.endpoint"),
                arguments(
                        new SSLHandshakeException("(protocol_version) Received fatal alert: protocol_version"), "(protocol_version) Received fatal alert: protocol_version",
                        "which versions of TLS"));
    }

    private static Exception handshake(Exception cause) {
        return new SSLHandshakeException("(certificate_unknown) " + cause.getMessage(), cause);
    }

    @Test
    void aConnectionThatBreaksInTheHandshakeIsNoTroubleWithTls() {
        Exception broken = new SSLHandshakeException("Remote host terminated the handshake", new EOFException("SSL peer shut down incorrectly"));

        assertThat(failures.of("storing", "s3:PutObject", SdkClientException.create("x", broken)).getMessage())
                .isEqualTo("the store at https://s3.example does not answer while storing (SSL peer shut down incorrectly); check storage.s3.endpoint and whether the store runs");
    }

    /** Go's servers and nginx say 400 in words of their own, others hang up. */
    @Test
    void plainHttpToATlsPortMayBeTheCause() {
        S3Failures plain = new S3Failures(new StoreAccess("racing", null, "http://s3.example", true, null, StoreAccess.Tagging.Auto));
        S3Exception wordless = (S3Exception) S3Exception.builder().statusCode(400).awsErrorDetails(AwsErrorDetails.builder().build()).build();
        SdkClientException hungUp = SdkClientException.create("x", new SocketException("Unexpected end of file from server"));
        String cure = "If that port speaks TLS, write https:// instead of http:// in storage.s3.endpoint";

        assertThat(plain.of("storing", "s3:PutObject", wordless).getMessage()).contains("answered 400", cure);
        assertThat(plain.of("storing", "s3:PutObject", hungUp).getMessage()).contains("does not answer", "whether the store runs", cure);
        assertThat(failures.of("storing", "s3:PutObject", wordless).getMessage()).doesNotContain("TLS");
        assertThat(failures.of("storing", "s3:PutObject", hungUp).getMessage()).doesNotContain("TLS");
    }

    @Test
    void noCredentialsAtAll() {
        WorkFailure failure = failures.of("storing", "s3:PutObject", SdkClientException.create("Unable to load credentials from any of the providers in the chain"));

        assertThat(failure.reason()).isEqualTo(Reason.StorageAccessDenied);
        assertThat(failure.getMessage()).contains("storage.s3.secretRef", "jobTemplate.serviceAccountName");
    }
}
