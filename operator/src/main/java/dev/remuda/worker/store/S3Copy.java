package dev.remuda.worker.store;

import java.util.ArrayList;
import java.util.List;

import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CopyPartResult;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.TaggingDirective;

import dev.remuda.worker.Stop;
import dev.remuda.worker.store.ObjectStore.Stored;

/**
 * Copies an object onto itself, within the store, to change what cannot be changed otherwise. Only the very object that was looked at is
 * copied, and the copy takes its place in one step. Throws the SDK's own exceptions.
 */
final class S3Copy {
    private final S3Client s3;
    private final String bucket;
    private final Size size;
    private final Stop stop;

    /**
     * How much is copied by one request.
     *
     * @param whole the largest object that is copied by one; S3 itself takes 5 GiB
     * @param part of larger objects
     */
    record Size(long whole, long part) {
        private static final long MIB = 1024 * 1024;

        /** A store answers when a copy is done, so one must be done before the connection's timeout of a minute. */
        static final Size USUAL = new Size(512 * MIB, 512 * MIB);

        /** All parts are of one size, but the last, and 10,000 of them hold the object. */
        long partOf(long object) {
            return Math.max(part, Math.ceilDiv(Math.ceilDiv(object, PartStream.MAX_PARTS), MIB) * MIB);
        }
    }

    S3Copy(S3Client s3, String bucket, Size size, Stop stop) {
        this.s3 = s3;
        this.bucket = bucket;
        this.size = size;
        this.stop = stop;
    }

    /** @param tag whether the store has tags */
    void inPlace(String key, Stored object, Attributes attributes, boolean tag) {
        if (object.size() <= size.whole()) {
            whole(key, object, attributes, tag);
        } else {
            inParts(key, object, attributes, tag);
        }
    }

    private void whole(String key, Stored object, Attributes attributes, boolean tag) {
        s3.copyObject(request -> request.sourceBucket(bucket)
                .sourceKey(key)
                .copySourceIfMatch(object.etag())
                .destinationBucket(bucket)
                .destinationKey(key)
                .contentType(attributes.contentType())
                .metadataDirective(MetadataDirective.REPLACE)
                .metadata(attributes.metadata(tag))
                .taggingDirective(tag ? TaggingDirective.REPLACE : null)
                .tagging(attributes.tagging(tag).orElse(null))
                .storageClass(storageClass(object, attributes))
                .checksumAlgorithm(ChecksumAlgorithm.CRC64_NVME));
    }

    private void inParts(String key, Stored object, Attributes attributes, boolean tag) {
        String id = s3.createMultipartUpload(request -> request.bucket(bucket)
                        .key(key)
                        .contentType(attributes.contentType())
                        .metadata(attributes.metadata(tag))
                        .tagging(attributes.tagging(tag).orElse(null))
                        .storageClass(storageClass(object, attributes))
                        .checksumAlgorithm(ChecksumAlgorithm.CRC64_NVME)
                        .checksumType(ChecksumType.FULL_OBJECT))
                .uploadId();
        try {
            List<CompletedPart> parts = parts(key, object, id);
            s3.completeMultipartUpload(request -> request.bucket(bucket)
                    .key(key)
                    .uploadId(id)
                    .multipartUpload(upload -> upload.parts(parts))
                    .checksumCRC64NVME(object.checksum().orElse(null))
                    .checksumType(ChecksumType.FULL_OBJECT));
        } catch (RuntimeException e) {
            abort(key, id, e);
            throw e;
        }
    }

    private List<CompletedPart> parts(String key, Stored object, String id) {
        List<CompletedPart> parts = new ArrayList<>();
        long length = size.partOf(object.size());
        for (long from = 0; from < object.size(); from += length) {
            stop.requireGoOn();
            int number = parts.size() + 1;
            String range = "bytes=" + from + "-" + (Math.min(from + length, object.size()) - 1);
            CopyPartResult part = s3.uploadPartCopy(request -> request.sourceBucket(bucket)
                            .sourceKey(key)
                            .copySourceIfMatch(object.etag())
                            .copySourceRange(range)
                            .destinationBucket(bucket)
                            .destinationKey(key)
                            .uploadId(id)
                            .partNumber(number))
                    .copyPartResult();
            parts.add(CompletedPart.builder().partNumber(number).eTag(part.eTag()).checksumCRC64NVME(part.checksumCRC64NVME()).build());
        }
        return parts;
    }

    private void abort(String key, String id, RuntimeException cause) {
        try {
            s3.abortMultipartUpload(request -> request.bucket(bucket).key(key).uploadId(id));
        } catch (RuntimeException e) {
            cause.addSuppressed(e); // the next copy of this object aborts it
        }
    }

    /** A copy without a class would fall back to the bucket's default. */
    private static String storageClass(Stored object, Attributes attributes) {
        return attributes.storageClass().map(Enum::name).orElse(object.storageClass());
    }
}
