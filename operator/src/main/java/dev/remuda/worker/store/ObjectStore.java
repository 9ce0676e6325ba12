package dev.remuda.worker.store;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A bucket. Every method throws {@link dev.remuda.worker.WorkFailure} with a reason of the store (StorageUnreachable, StorageAccessDenied,
 * BucketNotFound, StorageFull, ObjectMissing) when it cannot do its work; passing faults were tried again before.
 */
public interface ObjectStore extends AutoCloseable {

    /** What the store says of an object. Checksum: CRC-64/NVME in base64, when the store keeps one. */
    record Stored(long size, String etag, Optional<String> checksum) {}

    /** An upload that was begun and neither completed nor aborted. */
    record Unfinished(String key, String id) {}

    /** The parts of one object on their way. Nothing can be seen under the key before {@link #complete}. */
    interface Upload {
        /** Stores part {@code number}, from 1. */
        void part(int number, byte[] bytes, int length, String checksum);

        /** Makes the parts one object. @param checksum CRC-64/NVME of the whole, in base64 */
        void complete(String checksum);

        /** Takes all parts back. */
        void abort();
    }

    /** How a place in the store is called in messages: {@code s3://bucket/key}. */
    String url(String key);

    /** Begins an upload in parts. @param labels become object tags, where the store has them, and metadata */
    Upload begin(String key, String contentType, Map<String, String> labels);

    Optional<Stored> head(String key);

    /** Reads exactly {@code length} bytes from {@code offset} into the buffer's start. @param etag of the object that is meant */
    void read(String key, String etag, long offset, byte[] buffer, int length);

    /** Reads a small object whole. */
    Optional<byte[]> get(String key);

    /** Stores a small object unless one exists. @return false when another object is there */
    boolean putIfAbsent(String key, byte[] bytes, String contentType, Map<String, String> labels);

    List<String> list(String prefix);

    /** Deletes an object; an absent one is as good. */
    void delete(String key);

    List<Unfinished> unfinished(String prefix);

    void abort(Unfinished upload);

    @Override
    void close();
}
