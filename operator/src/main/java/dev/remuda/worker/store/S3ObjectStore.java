package dev.remuda.worker.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

import dev.remuda.task.Reason;
import dev.remuda.task.StorageClass;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.Patience;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;

/** A bucket of an S3-compatible store. */
public final class S3ObjectStore implements ObjectStore {
    private static final Logger LOG = LoggerFactory.getLogger(S3ObjectStore.class);

    private static final String NEEDED_FOR_TAGS = " (tags need no permission while storage.s3.tagging is Disabled)";

    private final StoreAccess access;
    private final Stop stop;
    private final S3Client s3;
    /** For what hours of work hang on. */
    private final S3Client patient;
    private final S3Failures failures;
    private final S3Copy.Size copySize;
    private boolean tags;

    /** @param stop ends reading and copying; what cleans up still works */
    public S3ObjectStore(StoreAccess access, Stop stop) {
        this(access, stop, S3Copy.Size.USUAL);
    }

    S3ObjectStore(StoreAccess access, Stop stop, S3Copy.Size copySize) {
        this.access = access;
        this.copySize = copySize;
        this.tags = access.tagging() == StoreAccess.Tagging.Auto;
        this.stop = stop;
        this.s3 = S3Connection.open(access, stop, Patience.Store.FEW);
        this.patient = S3Connection.open(access, stop, Patience.Store.MANY);
        this.failures = new S3Failures(access);
    }

    @Override
    public String url(String key) {
        return "s3://" + access.bucket() + "/" + key;
    }

    @Override
    public void requireRoom(long bytes) {}

    @Override
    public Upload begin(String key, Attributes attributes) {
        return new Parts(key, tagged("beginning to store " + url(key), "s3:PutObject", tag -> s3.createMultipartUpload(request -> request.bucket(access.bucket())
                        .key(key)
                        .contentType(attributes.contentType())
                        .metadata(attributes.metadata(tag))
                        .tagging(attributes.tagging(tag).orElse(null))
                        .storageClass(attributes.storageClass().map(Enum::name).orElse(null))
                        .checksumAlgorithm(ChecksumAlgorithm.CRC64_NVME)
                        .checksumType(ChecksumType.FULL_OBJECT))
                .uploadId()));
    }

    @Override
    public void relabel(String key, Stored object, Attributes attributes) {
        boolean done = tagged("tagging " + url(key), "s3:PutObjectTagging", tag -> {
            if (tag) {
                s3.putObjectTagging(request -> request.bucket(access.bucket()).key(key).tagging(attributes.tags()));
            }
            return tag;
        });
        if (!done && !object.isArchived()) {
            copy(key, object, attributes);
        }
    }

    @Override
    public void copy(String key, Stored object, Attributes attributes) {
        if (object.size() > copySize.whole()) {
            unfinished(key).forEach(this::abort); // of a copy whose worker was killed
        }
        tagged("copying " + url(key) + " onto itself", "s3:GetObject and s3:PutObject", tag -> {
            new S3Copy(s3, access.bucket(), copySize, stop).inPlace(key, object, attributes, tag);
            return tag;
        });
    }

    /** A store may take the wish and not grant it. */
    private void requireGranted(String key) {
        boolean locks = access.lock() != null && Locking.covers(key);
        if (access.encryption() == null && !locks) {
            return;
        }
        HeadObjectResponse head = head(key, locks ? "s3:GetObject and s3:GetObjectRetention" : "s3:GetObject");
        if (access.encryption() != null) {
            Granted.requireEncrypted(url(key), head, access.encryption());
        }
        if (locks) {
            Granted.requireLocked(url(key), head, access.lock());
        }
    }

    private HeadObjectResponse head(String key, String permission) {
        return call("looking at " + url(key), permission, () -> patient.headObject(request -> request.bucket(access.bucket()).key(key)));
    }

    @Override
    public void hold(String key, boolean on) {
        ObjectLockLegalHoldStatus wanted = on ? ObjectLockLegalHoldStatus.ON : ObjectLockLegalHoldStatus.OFF;
        boolean held = head(key, "s3:GetObject and s3:GetObjectLegalHold").objectLockLegalHoldStatus() == ObjectLockLegalHoldStatus.ON;
        if (held != on) {
            call("holding " + url(key), "s3:PutObjectLegalHold", () -> s3.putObjectLegalHold(request -> request.bucket(access.bucket()).key(key).legalHold(hold -> hold.status(wanted))
                    .checksumAlgorithm(ChecksumAlgorithm.CRC32)));
        }
    }

    @Override
    public Optional<Stored> head(String key) {
        return present("looking at " + url(key), "s3:GetObject", () -> {
            HeadObjectResponse head =
                    patient.headObject(request -> request.bucket(access.bucket()).key(key).checksumMode(ChecksumMode.ENABLED));
            String storageClass = Optional.ofNullable(head.storageClassAsString()).orElse(StorageClass.STANDARD.name());
            return new Stored(head.contentLength(), head.eTag(), Optional.ofNullable(head.checksumCRC64NVME()), storageClass, Optional.ofNullable(head.restore()));
        });
    }

    @Override
    public void read(String key, String etag, long offset, byte[] buffer, int length) {
        stop.requireGoOn();
        call("reading " + url(key), "s3:GetObject", () -> patient.getObject(
                request -> request.bucket(access.bucket())
                        .key(key)
                        .ifMatch(etag)
                        .range("bytes=" + offset + "-" + (offset + length - 1)),
                into(buffer, length)));
    }

    /** Fills the buffer; a connection lost on the way is the SDK's to try again. */
    private static ResponseTransformer<GetObjectResponse, Integer> into(byte[] buffer, int length) {
        return (response, body) -> {
            int got;
            try {
                got = body.readNBytes(buffer, 0, length);
            } catch (IOException e) {
                throw RetryableException.create("the connection was lost: " + e.getMessage(), e);
            }
            if (got != length) {
                throw RetryableException.create("the store sent " + got + " of " + length + " bytes");
            }
            return got;
        };
    }

    @Override
    public Optional<byte[]> get(String key) {
        return present("reading " + url(key), "s3:GetObject", () -> s3.getObjectAsBytes(request -> request.bucket(access.bucket()).key(key)).asByteArray());
    }

    @Override
    public boolean putIfAbsent(String key, byte[] bytes, String contentType, Map<String, String> labels) {
        try {
            patient.putObject(
                    request -> request.bucket(access.bucket()).key(key).contentType(contentType).metadata(Attributes.metadata(labels)).ifNoneMatch("*"),
                    RequestBody.fromBytes(bytes));
            if (access.lock() != null && Locking.covers(key)) {
                Granted.requireLocked(url(key), head(key, "s3:GetObject and s3:GetObjectRetention"), access.lock());
            }
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == 412) {
                return false;
            }
            throw failures.of("storing " + url(key), "s3:PutObject", e);
        } catch (SdkException e) {
            throw failures.of("storing " + url(key), "s3:PutObject", e);
        }
    }

    @Override
    public void put(String key, byte[] bytes, String contentType) {
        call("storing " + url(key), "s3:PutObject", () -> s3.putObject(
                request -> request.bucket(access.bucket()).key(key).contentType(contentType), RequestBody.fromBytes(bytes)));
    }

    @Override
    public void askBack(String key, int days, String speed) {
        call("asking back " + url(key), "s3:RestoreObject", () -> {
            try {
                return s3.restoreObject(request -> request.bucket(access.bucket())
                        .key(key)
                        .restoreRequest(restore -> restore.days(days).glacierJobParameters(job -> job.tier(speed))));
            } catch (S3Exception e) {
                if (S3Failures.code(e).equals("RestoreAlreadyInProgress")) {
                    return null;
                }
                throw e;
            }
        });
    }

    @Override
    public List<Listed> list(String prefix) {
        return call("listing " + url(prefix), "s3:ListBucket", () -> s3
                .listObjectsV2Paginator(request -> request.bucket(access.bucket()).prefix(prefix))
                .contents()
                .stream()
                .map(object -> new Listed(object.key(), object.size(), object.lastModified()))
                .toList());
    }

    @Override
    public void delete(String key) {
        call("deleting " + url(key), "s3:DeleteObject", () -> s3.deleteObject(request -> request.bucket(access.bucket()).key(key)));
    }

    @Override
    public List<Unfinished> unfinished(String prefix) {
        return call("listing unfinished uploads under " + url(prefix), "s3:ListBucketMultipartUploads", () -> s3
                .listMultipartUploadsPaginator(request -> request.bucket(access.bucket()).prefix(prefix))
                .uploads()
                .stream()
                .map(upload -> new Unfinished(upload.key(), upload.uploadId(), upload.initiated()))
                .toList());
    }

    @Override
    public void abort(Unfinished upload) {
        abort(upload.key(), upload.id());
    }

    private void abort(String key, String id) {
        present("aborting the upload of " + url(key), "s3:AbortMultipartUpload", () -> s3.abortMultipartUpload(request -> request.bucket(access.bucket()).key(key).uploadId(id)));
    }

    @Override
    public void close() {
        s3.close();
        patient.close();
    }

    /** Asks with tags, and once more without when the store answers that it has none. */
    private <T> T tagged(String what, String permission, Function<Boolean, T> request) {
        if (tags) {
            try {
                return request.apply(true);
            } catch (S3Exception e) {
                if (!notImplemented(e)) {
                    throw failures.of(what, permission + (permission.contains("Tagging") ? "" : " and s3:PutObjectTagging") + NEEDED_FOR_TAGS, e);
                }
            } catch (SdkException e) {
                throw failures.of(what, permission, e);
            }
            LOG.info("the store has no object tags; labels stand in the object's metadata and in the manifest");
            tags = false;
        }
        return call(what, permission, () -> request.apply(false));
    }

    private <T> T call(String what, String permission, Callable<T> request) {
        try {
            return request.call();
        } catch (SdkException e) {
            throw failures.of(what, permission, e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Like call, but what is not there is empty; a missing bucket is a failure still. */
    private <T> Optional<T> present(String what, String permission, Callable<T> request) {
        return call(what, permission, () -> {
            try {
                return Optional.of(request.call());
            } catch (S3Exception e) {
                if (e.statusCode() == 404 && !S3Failures.code(e).equals("NoSuchBucket")) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    private static boolean notImplemented(S3Exception e) {
        return e.statusCode() == 501 || S3Failures.code(e).equals("NotImplemented");
    }

    private final class Parts implements Upload {
        private final String key;
        private final String id;
        private final List<CompletedPart> parts = new ArrayList<>();

        Parts(String key, String id) {
            this.key = key;
            this.id = id;
        }

        @Override
        public void part(int number, byte[] bytes, int length, String checksum) {
            String what = "storing part " + number + " of " + url(key) + (parts.isEmpty() ? "" : ", though parts before it were taken");
            String etag = call(what, "s3:PutObject", () -> stored(number, bytes, length, checksum));
            parts.add(CompletedPart.builder().partNumber(number).eTag(etag).checksumCRC64NVME(checksum).build());
        }

        @Override
        public void complete(String checksum) {
            // An answer that was lost makes the second try find no upload; whether the object is there and whole is proved afterwards anyway.
            present("completing " + url(key), "s3:PutObject", () -> patient.completeMultipartUpload(request -> request.bucket(access.bucket())
                    .key(key)
                    .uploadId(id)
                    .multipartUpload(upload -> upload.parts(parts))
                    .checksumCRC64NVME(checksum)
                    .checksumType(ChecksumType.FULL_OBJECT)));
            requireGranted(key);
        }

        @Override
        public void abort() {
            S3ObjectStore.this.abort(key, id);
        }

        private String stored(int number, byte[] bytes, int length, String checksum) {
            UploadPartRequest request = to(number).contentLength((long) length).checksumCRC64NVME(checksum).build();
            try {
                return patient.uploadPart(request, body(bytes, length)).eTag();
            } catch (S3Exception e) {
                if (!S3Failures.code(e).isEmpty()) {
                    throw e;
                }
                requireTaken(number, e);
                return patient.uploadPart(request, body(bytes, length)).eTag();
            }
        }

        /**
         * A store may refuse a part before it is sent, and the HTTP client drops the words of such a refusal. One without bytes is refused for the same
         * reason, and aloud, or the reason has passed.
         */
        private void requireTaken(int number, S3Exception refusal) {
            try {
                s3.uploadPart(to(number).build(), RequestBody.empty());
            } catch (SdkClientException e) {
                throw refusal;
            }
        }

        private UploadPartRequest.Builder to(int number) {
            return UploadPartRequest.builder().bucket(access.bucket()).key(key).uploadId(id).partNumber(number);
        }

        /** The part from memory, without a copy of it, as often as the SDK asks. */
        private static RequestBody body(byte[] bytes, int length) {
            ContentStreamProvider content = () -> (InputStream) new ByteArrayInputStream(bytes, 0, length);
            return RequestBody.fromContentProvider(content, length, "application/octet-stream");
        }
    }
}
