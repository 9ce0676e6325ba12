package dev.remuda.worker.store;

import java.io.EOFException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

import dev.remuda.task.Reason;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.WorkFailure;

/** What a store's refusal means, and what to do about it. */
final class S3Failures {
    private static final Set<String> BAD_KEY = Set.of("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidClientTokenId", "InvalidToken");
    private static final Set<String> EXPIRED = Set.of("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired");
    private static final Set<String> FULL =
            Set.of("InsufficientStorage", "XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "StorageFull", "NotEnoughSpace");
    private static final Set<String> THROTTLED = Set.of(
            "SlowDown", "SlowDownRead", "SlowDownWrite", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestLimitExceeded",
            "TooManyRequests", "BandwidthLimitExceeded");
    private static final Set<String> SKEWED = Set.of("RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture");
    private static final Set<String> DAMAGED = Set.of(
            "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "ContentSHA256Mismatch", "InvalidDigest", "IncompleteBody", "XMinioInvalidChecksum");
    private static final Pattern OTHER_NAME = Pattern.compile("^No (name matching|subject alternative)");
    private static final String ENCRYPT = ", write https:// instead of http:// in storage.s3.endpoint";
    private static final int TOO_MANY_REQUESTS = 429;

    private final StoreAccess access;

    S3Failures(StoreAccess access) {
        this.access = access;
    }

    /**
     * @param what what was being done, such as "storing s3://b/k"
     * @param permission what it takes, such as s3:PutObject
     */
    WorkFailure of(String what, String permission, SdkException e) {
        return e instanceof S3Exception answer ? answered(what, permission, answer) : unanswered(what, e);
    }

    /** Other bytes came than were sent. */
    static boolean isDamage(S3Exception e) {
        return DAMAGED.contains(code(e));
    }

    static String code(S3Exception e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null ? "" : e.awsErrorDetails().errorCode();
    }

    private WorkFailure answered(String what, String permission, S3Exception e) {
        String code = code(e);
        String said = "the store answered " + e.statusCode() + (code.isEmpty() ? "" : " " + code) + " while " + what + ": ";
        if (code.equals("NoSuchBucket")) {
            return new WorkFailure(
                    Reason.BucketNotFound, "bucket " + access.bucket() + " does not exist at " + endpoint() + "; create it, or correct storage.s3.bucket", e);
        }
        if (e.statusCode() == 301 || code.equals("PermanentRedirect") || code.equals("AuthorizationHeaderMalformed")) {
            return new WorkFailure(Reason.BucketNotFound, said + "the bucket is in another region; set storage.s3.region to the bucket's own", e);
        }
        if (access.lock() != null && (code.equals("InvalidRequest") || code.equals("ObjectLockConfigurationNotFoundError"))) {
            return new WorkFailure(
                    Reason.InvalidSpec, said + "bucket " + access.bucket() + " has no Object Lock, which is there from a bucket's creation or by the store's support only; take a bucket that has it, or "
                            + "remove storage.s3.objectLock", e);
        }
        if (code.equals("InvalidObjectState")) {
            return new WorkFailure(
                    Reason.ObjectArchived,
                    said + "it lies in an archive and can be neither read nor copied; ask it back (aws s3api restore-object) and try again when it is there", e);
        }
        if (code.equals("InvalidStorageClass")) {
            return new WorkFailure(Reason.InvalidSpec, said + "the store does not have this storage class; choose another in the tier's storageClass", e);
        }
        if (SKEWED.contains(code)) {
            return new WorkFailure(
                    Reason.StorageAccessDenied, said + "the clocks of this node and of the store differ" + skew(e) + "; set both by NTP (chronyc tracking on each)", e);
        }
        if (EXPIRED.contains(code)) {
            return new WorkFailure(
                    Reason.StorageAccessDenied,
                    said + "the credentials have expired; renew those in " + secret() + ", and let them last for longer than a backup takes", e);
        }
        if (BAD_KEY.contains(code)) {
            return new WorkFailure(Reason.StorageAccessDenied, said + "the access key is wrong or expired; correct " + secret(), e);
        }
        if (e.statusCode() == 403 || e.statusCode() == 401) {
            return new WorkFailure(
                    Reason.StorageAccessDenied,
                    said + detail(e) + "; the access key may not do this: allow " + permission + " on bucket " + access.bucket() + ", or correct " + secret(), e);
        }
        if (FULL.contains(code) || e.statusCode() == 507) {
            return new WorkFailure(Reason.StorageFull, said + "the store has no room left; free some or raise its quota", e);
        }
        if (e.statusCode() == TOO_MANY_REQUESTS || THROTTLED.contains(code)) {
            return new WorkFailure(
                    Reason.StorageThrottled, said + "it was asked more slowly and went on to answer so; see what else uses bucket " + access.bucket()
                            + ", raise its limits, or choose a quieter hour", e);
        }
        if (isDamage(e)) {
            return new WorkFailure(
                    Reason.ChecksumMismatch, said + "what arrived is not what was sent, each time that it was tried; something between here and " + endpoint()
                            + " changes it (a proxy, a network card, memory)", e);
        }
        if (code.equals("NoSuchUpload")) {
            return new WorkFailure(
                    Reason.ObjectMissing, said + "somebody has ended the upload meanwhile; see the bucket's lifecycle rules (AbortIncompleteMultipartUpload must leave it a day)", e);
        }
        if (e.statusCode() == 404) {
            return new WorkFailure(Reason.ObjectMissing, said + "it is not there (any more)", e);
        }
        if (e.statusCode() == 412) {
            return new WorkFailure(Reason.ObjectMissing, said + "another object took its place meanwhile; try again", e);
        }
        if (e.statusCode() == 400 && code.isEmpty() && isPlain()) {
            return new WorkFailure(
                    Reason.StorageUnreachable, said + detail(e) + ". If that port speaks TLS" + ENCRYPT + "; else see the store's own log", e);
        }
        return new WorkFailure(
                Reason.StorageUnreachable, said + detail(e) + "; see the store's own log, or whether it is full or down", e);
    }

    private WorkFailure unanswered(String what, SdkException e) {
        Optional<Throwable> unknown = causes(e).filter(UnknownHostException.class::isInstance).findFirst();
        if (unknown.isPresent()) {
            return new WorkFailure(
                    Reason.StorageUnreachable, "the store's host name is not known (" + unknown.get().getMessage() + "); check storage.s3.endpoint and region", e);
        }
        if (String.valueOf(e.getMessage()).contains("Unable to load credentials")) {
            return new WorkFailure(
                    Reason.StorageAccessDenied,
                    "no credentials for the store: name a Secret in storage.s3.secretRef, or a ServiceAccount with a cloud identity in jobTemplate.serviceAccountName", e);
        }
        String cause = causes(e).reduce((first, second) -> second).map(Throwable::getMessage).orElse("");
        Optional<String> cure = tlsCure(e);
        if (cure.isPresent()) {
            return new WorkFailure(Reason.StorageUnreachable, "TLS with the store at " + endpoint() + " failed while " + what + " (" + cause + "); " + cure.get(), e);
        }
        String hungUp = isPlain() && cause.equals("Unexpected end of file from server") ? ". If that port speaks TLS" + ENCRYPT : "";
        return new WorkFailure(
                Reason.StorageUnreachable, "the store at " + endpoint() + " does not answer while " + what + " (" + cause
                        + "); check storage.s3.endpoint and whether the store runs" + hungUp, e);
    }

    /** Empty: TLS is not the trouble, or the connection broke in the middle of it. */
    private static Optional<String> tlsCure(SdkException e) {
        if (causes(e).anyMatch(cause -> cause instanceof SSLException && String.valueOf(cause.getMessage()).contains("Unsupported or unrecognized SSL message"))) {
            return Optional.of("that port does not speak TLS: write http:// instead of https:// in storage.s3.endpoint, or name the port that does");
        }
        if (causes(e).noneMatch(SSLHandshakeException.class::isInstance)
                || causes(e).anyMatch(cause -> cause instanceof EOFException || cause instanceof SocketException || cause instanceof SocketTimeoutException)) {
            return Optional.empty();
        }
        if (causes(e).anyMatch(cause -> cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException)) {
            return Optional.of("the store's certificate is not valid now: renew it, or set this node's clock (NTP)");
        }
        if (causes(e).anyMatch(cause -> cause instanceof CertificateException && OTHER_NAME.matcher(String.valueOf(cause.getMessage())).find())) {
            return Optional.of("the store's certificate is for another host name: write one of its names into storage.s3.endpoint, or give the store a certificate for this one");
        }
        if (causes(e).anyMatch(CertificateException.class::isInstance)) {
            return Optional.of("the image's Java runtime does not know the authority of the store's certificate: import it into an image of your own (docs/security.md, TLS), or give "
                    + "the store a certificate of a known one");
        }
        return Optional.of("see which versions of TLS the store takes, and what stands between: a proxy, a service mesh");
    }

    private boolean isPlain() {
        return access.endpoint() != null && access.endpoint().startsWith("http://");
    }

    /** The answer's date tells. */
    private static String skew(S3Exception e) {
        return Optional.ofNullable(e.awsErrorDetails())
                .map(AwsErrorDetails::sdkHttpResponse)
                .flatMap(response -> response.firstMatchingHeader("Date"))
                .flatMap(S3Failures::date)
                .map(date -> Duration.between(Instant.now(), date))
                .map(ahead -> ": the store's is " + ahead.abs().toSeconds() + " s " + (ahead.isNegative() ? "behind" : "ahead"))
                .orElse("");
    }

    private static Optional<Instant> date(String text) {
        try {
            return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private String endpoint() {
        return access.endpoint() == null ? "AWS" : access.endpoint();
    }

    private String secret() {
        return access.secret() == null ? "the ServiceAccount's cloud identity" : "Secret " + access.secret().name();
    }

    private static String detail(S3Exception e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorMessage() == null ? "no more was said" : e.awsErrorDetails().errorMessage();
    }

    static Stream<Throwable> causes(Throwable e) {
        return Stream.iterate(e, cause -> cause != null, Throwable::getCause);
    }
}
