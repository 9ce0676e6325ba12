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
import software.amazon.awssdk.services.s3.model.S3Exception;

import dev.remuda.task.StorageClass;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.Stop;

/** A bucket of an S3-compatible store. */
public final class S3ObjectStore implements ObjectStore {
    private static final Logger LOG = LoggerFactory.getLogger(S3ObjectStore.class);

    private final StoreAccess access;
    private final Stop stop;
    private final S3Client s3;
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
        this.s3 = S3Connection.open(access);
        this.failures = new S3Failures(access);
    }

    @Override
    public String url(String key) {
        return "s3://" + access.bucket() + "/" + key;
    }

    @Override
    public Upload begin(String key, Attributes attributes) {
        return new Parts(key, tagged("beginning to store " + url(key), tag -> s3.createMultipartUpload(request -> request.bucket(access.bucket())
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
        boolean done = tagged("tagging " + url(key), tag -> {
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
        tagged("copying " + url(key) + " onto itself", tag -> {
            new S3Copy(s3, access.bucket(), copySize, stop).inPlace(key, object, attributes, tag);
            return tag;
        });
    }

    @Override
    public Optional<Stored> head(String key) {
        return present("looking at " + url(key), () -> {
            HeadObjectResponse head =
                    s3.headObject(request -> request.bucket(access.bucket()).key(key).checksumMode(ChecksumMode.ENABLED));
            String storageClass = Optional.ofNullable(head.storageClassAsString()).orElse(StorageClass.STANDARD.name());
            return new Stored(head.contentLength(), head.eTag(), Optional.ofNullable(head.checksumCRC64NVME()), storageClass, Optional.ofNullable(head.restore()));
        });
    }

    @Override
    public void read(String key, String etag, long offset, byte[] buffer, int length) {
        stop.requireGoOn();
        call("reading " + url(key), () -> s3.getObject(
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
        return present("reading " + url(key), () -> s3.getObjectAsBytes(request -> request.bucket(access.bucket()).key(key)).asByteArray());
    }

    @Override
    public boolean putIfAbsent(String key, byte[] bytes, String contentType, Map<String, String> labels) {
        try {
            s3.putObject(
                    request -> request.bucket(access.bucket()).key(key).contentType(contentType).metadata(Attributes.metadata(labels)).ifNoneMatch("*"),
                    RequestBody.fromBytes(bytes));
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == 412 || e.statusCode() == 409) {
                return false;
            }
            throw failures.of("storing " + url(key), e);
        } catch (SdkException e) {
            throw failures.of("storing " + url(key), e);
        }
    }

    @Override
    public void put(String key, byte[] bytes, String contentType) {
        call("storing " + url(key), () -> s3.putObject(
                request -> request.bucket(access.bucket()).key(key).contentType(contentType), RequestBody.fromBytes(bytes)));
    }

    @Override
    public void askBack(String key, int days, String speed) {
        call("asking back " + url(key), () -> {
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
        return call("listing " + url(prefix), () -> s3
                .listObjectsV2Paginator(request -> request.bucket(access.bucket()).prefix(prefix))
                .contents()
                .stream()
                .map(object -> new Listed(object.key(), object.size(), object.lastModified()))
                .toList());
    }

    @Override
    public void delete(String key) {
        call("deleting " + url(key), () -> s3.deleteObject(request -> request.bucket(access.bucket()).key(key)));
    }

    @Override
    public List<Unfinished> unfinished(String prefix) {
        return call("listing unfinished uploads under " + url(prefix), () -> s3
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
        present("aborting the upload of " + url(key), () -> s3.abortMultipartUpload(request -> request.bucket(access.bucket()).key(key).uploadId(id)));
    }

    @Override
    public void close() {
        s3.close();
    }

    /** Asks with tags, and once more without when the store answers that it has none. */
    private <T> T tagged(String what, Function<Boolean, T> request) {
        if (tags) {
            try {
                return request.apply(true);
            } catch (S3Exception e) {
                if (!notImplemented(e)) {
                    String with = e.statusCode() == 403 ? " with tags (which also takes s3:PutObjectTagging, unless tagging is Disabled)" : "";
                    throw failures.of(what + with, e);
                }
            } catch (SdkException e) {
                throw failures.of(what, e);
            }
            LOG.info("the store has no object tags; labels stand in the object's metadata and in the manifest");
            tags = false;
        }
        return call(what, () -> request.apply(false));
    }

    private <T> T call(String what, Callable<T> request) {
        try {
            return request.call();
        } catch (SdkException e) {
            throw failures.of(what, e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Like call, but what is not there is empty; a missing bucket is a failure still. */
    private <T> Optional<T> present(String what, Callable<T> request) {
        return call(what, () -> {
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
            String etag = call("storing part " + number + " of " + url(key), () -> s3.uploadPart(
                            request -> request.bucket(access.bucket())
                                    .key(key)
                                    .uploadId(id)
                                    .partNumber(number)
                                    .contentLength((long) length)
                                    .checksumCRC64NVME(checksum),
                            body(bytes, length))
                    .eTag());
            parts.add(CompletedPart.builder().partNumber(number).eTag(etag).checksumCRC64NVME(checksum).build());
        }

        @Override
        public void complete(String checksum) {
            // An answer that was lost makes the second try find no upload; whether the object is there and whole is proved afterwards anyway.
            present("completing " + url(key), () -> s3.completeMultipartUpload(request -> request.bucket(access.bucket())
                    .key(key)
                    .uploadId(id)
                    .multipartUpload(upload -> upload.parts(parts))
                    .checksumCRC64NVME(checksum)
                    .checksumType(ChecksumType.FULL_OBJECT)));
        }

        @Override
        public void abort() {
            S3ObjectStore.this.abort(key, id);
        }

        /** The part from memory, without a copy of it, as often as the SDK asks. */
        private static RequestBody body(byte[] bytes, int length) {
            ContentStreamProvider content = () -> (InputStream) new ByteArrayInputStream(bytes, 0, length);
            return RequestBody.fromContentProvider(content, length, "application/octet-stream");
        }
    }
}
