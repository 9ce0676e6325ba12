package dev.remuda.worker.store;

import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

import dev.remuda.task.Reason;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.WorkFailure;

/** What a store's refusal means, and what to do about it. */
final class S3Failures {
    private static final Set<String> BAD_KEY = Set.of("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidClientTokenId", "ExpiredToken", "InvalidToken");
    private static final Set<String> FULL =
            Set.of("InsufficientStorage", "XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "StorageFull", "NotEnoughSpace");

    private final StoreAccess access;

    S3Failures(StoreAccess access) {
        this.access = access;
    }

    /** @param what what was being done, such as "storing s3://b/k" */
    WorkFailure of(String what, SdkException e) {
        return e instanceof S3Exception answer ? answered(what, answer) : unanswered(what, e);
    }

    static String code(S3Exception e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null ? "" : e.awsErrorDetails().errorCode();
    }

    private WorkFailure answered(String what, S3Exception e) {
        String code = code(e);
        String said = "the store answered " + e.statusCode() + (code.isEmpty() ? "" : " " + code) + " while " + what + ": ";
        if (code.equals("NoSuchBucket")) {
            return new WorkFailure(
                    Reason.BucketNotFound, "bucket " + access.bucket() + " does not exist at " + endpoint() + "; create it, or correct storage.s3.bucket", e);
        }
        if (e.statusCode() == 301 || code.equals("PermanentRedirect") || code.equals("AuthorizationHeaderMalformed")) {
            return new WorkFailure(Reason.BucketNotFound, said + "the bucket is in another region; set storage.s3.region to the bucket's own", e);
        }
        if (code.equals("InvalidObjectState")) {
            return new WorkFailure(
                    Reason.ObjectArchived,
                    said + "it lies in an archive and can be neither read nor copied; ask it back (aws s3api restore-object) and try again when it is there", e);
        }
        if (code.equals("InvalidStorageClass")) {
            return new WorkFailure(Reason.InvalidSpec, said + "the store does not have this storage class; choose another in the tier's storageClass", e);
        }
        if (BAD_KEY.contains(code)) {
            return new WorkFailure(Reason.StorageAccessDenied, said + "the access key is wrong or expired; correct " + secret(), e);
        }
        if (e.statusCode() == 403 || e.statusCode() == 401) {
            return new WorkFailure(
                    Reason.StorageAccessDenied,
                    said + "the access key may not do this; allow it on bucket " + access.bucket() + ", or correct " + secret(), e);
        }
        if (FULL.contains(code) || e.statusCode() == 507) {
            return new WorkFailure(Reason.StorageFull, said + "the store has no room left; free some or raise its quota", e);
        }
        if (e.statusCode() == 404) {
            return new WorkFailure(Reason.ObjectMissing, said + "it is not there (any more)", e);
        }
        if (e.statusCode() == 412) {
            return new WorkFailure(Reason.ObjectMissing, said + "another object took its place meanwhile; try again", e);
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
        return new WorkFailure(
                Reason.StorageUnreachable, "the store at " + endpoint() + " does not answer while " + what + " (" + cause
                        + "); check storage.s3.endpoint and whether the store runs", e);
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

    private static Stream<Throwable> causes(Throwable e) {
        return Stream.iterate(e, cause -> cause != null, Throwable::getCause);
    }
}
