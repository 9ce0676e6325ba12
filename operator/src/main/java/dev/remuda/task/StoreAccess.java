package dev.remuda.task;

/**
 * How to reach a bucket of an S3-compatible store, or a folder of a volume.
 *
 * @param bucket its name; of a volume the claim's
 * @param region null: the SDK's default chain, else us-east-1
 * @param endpoint null: AWS
 * @param secret files AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and perhaps AWS_SESSION_TOKEN; null: the SDK's default chain
 * @param tagging whether objects are tagged
 * @param encryption how it shall encrypt; null: as the bucket does by itself
 * @param lock of dumps and what makes them backups; null: none
 * @param directory where the volume's folder is mounted; null: it is a bucket
 */
public record StoreAccess(
        String bucket, String region, String endpoint, boolean forcePathStyle, SecretFiles secret, Tagging tagging, StoreEncryption encryption,
        StoreLock lock, String directory) {

    /** Of a bucket that encrypts as it does by itself. */
    public StoreAccess(String bucket, String region, String endpoint, boolean forcePathStyle, SecretFiles secret, Tagging tagging) {
        this(bucket, region, endpoint, forcePathStyle, secret, tagging, null, null, null);
    }

    /** A folder of a volume. */
    public static StoreAccess volume(String claim, String directory) {
        return new StoreAccess(claim, null, null, false, null, Tagging.Disabled, null, null, directory);
    }

    /** The same, which locks what is stored. @param until null: nothing is locked */
    public StoreAccess locking(StoreLock until) {
        return new StoreAccess(bucket, region, endpoint, forcePathStyle, secret, tagging, encryption, until, directory);
    }

    /** Whether stored objects carry tags. */
    public enum Tagging {
        /** Tags, unless the store answers that it has none. */
        Auto,
        /** No tags; the same labels still stand in the object's metadata and in the manifest. */
        Disabled
    }
}
