package dev.remuda.worker.store;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import dev.remuda.task.StorageClass;

/**
 * A bucket, or a folder of a volume. Every method throws {@link dev.remuda.worker.WorkFailure} with a reason of the store (StorageUnreachable, StorageAccessDenied,
 * BucketNotFound, StorageFull, ObjectMissing, ObjectArchived) when it cannot do its work; passing faults were tried again before.
 */
public interface ObjectStore extends AutoCloseable {

    /**
     * What the store says of an object.
     *
     * @param checksum CRC-64/NVME in base64, when the store keeps one
     * @param storageClass in the store's own word, which need not be one of ours; STANDARD where it says none
     * @param returning what the store says of its return from an archive, if it was asked for
     */
    record Stored(long size, String etag, Optional<String> checksum, String storageClass, Optional<String> returning) {
        public Stored(long size, String etag, Optional<String> checksum, String storageClass) {
            this(size, etag, checksum, storageClass, Optional.empty());
        }

        /** Empty for a class that Remuda has no name for. */
        public Optional<StorageClass> knownClass() {
            return Stream.of(StorageClass.values()).filter(known -> known.name().equals(storageClass)).findFirst();
        }

        public boolean isArchived() {
            return knownClass().map(StorageClass::isArchive).orElse(false);
        }

        public Availability availability() {
            if (!isArchived()) {
                return Availability.Readable;
            }
            return returning.map(word -> word.contains("ongoing-request=\"true\"") ? Availability.Returning : Availability.Readable).orElse(Availability.Archived);
        }
    }

    /** Whether an object can be read. */
    enum Availability {
        Readable,
        /** It was asked for and will be. */
        Returning,
        /** It must be asked for first. */
        Archived
    }

    /** An object in a listing. */
    record Listed(String key, long size, Instant lastModified) {}

    /** An upload that was begun and neither completed nor aborted. */
    record Unfinished(String key, String id, Instant initiated) {}

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

    /** Fails with StorageFull when the store is known to have less room than that. Of a bucket nobody knows. */
    void requireRoom(long bytes);

    /** Begins an upload in parts. */
    Upload begin(String key, Attributes attributes);

    Optional<Stored> head(String key);

    /** Reads exactly {@code length} bytes from {@code offset} into the buffer's start. @param etag of the object that is meant */
    void read(String key, String etag, long offset, byte[] buffer, int length);

    /** Reads a small object whole. */
    Optional<byte[]> get(String key);

    /** Stores a small object unless one exists. @return false when another object is there */
    boolean putIfAbsent(String key, byte[] bytes, String contentType, Map<String, String> labels);

    /** Stores a small object over whatever is there. */
    void put(String key, byte[] bytes, String contentType);

    /**
     * Gives an object these labels and leaves it where it is. Where they can only stand in its metadata it is copied in place, unless it is
     * archived, for then nothing but a tag can be changed.
     */
    void relabel(String key, Stored object, Attributes attributes);

    /** Copies an object onto itself, with these labels and in this class; readers see the old one or the new one, whole. */
    void copy(String key, Stored object, Attributes attributes);

    /** Asks an archived object back, to be readable for some days. One that is on its way already is as good. @param speed a word of S3 */
    void askBack(String key, int days, String speed);

    /** Puts an object under legal hold, or takes it away: it cannot be deleted for as long as that is on. Needs a bucket with Object Lock. */
    void hold(String key, boolean on);

    List<Listed> list(String prefix);

    /** Deletes an object; an absent one is as good. */
    void delete(String key);

    List<Unfinished> unfinished(String prefix);

    void abort(Unfinished upload);

    @Override
    void close();
}
