package dev.remuda.task;

/**
 * How to reach a bucket of an S3-compatible store.
 *
 * @param region null: the SDK's default chain, else us-east-1
 * @param endpoint null: AWS
 * @param secret files AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and perhaps AWS_SESSION_TOKEN; null: the SDK's default chain
 * @param tagging whether objects are tagged
 * @param encryption how it shall encrypt; null: as the bucket does by itself
 */
public record StoreAccess(
        String bucket, String region, String endpoint, boolean forcePathStyle, SecretFiles secret, Tagging tagging, StoreEncryption encryption) {

    /** Of a bucket that encrypts as it does by itself. */
    public StoreAccess(String bucket, String region, String endpoint, boolean forcePathStyle, SecretFiles secret, Tagging tagging) {
        this(bucket, region, endpoint, forcePathStyle, secret, tagging, null);
    }

    /** Whether stored objects carry tags. */
    public enum Tagging {
        /** Tags, unless the store answers that it has none. */
        Auto,
        /** No tags; the same labels still stand in the object's metadata and in the manifest. */
        Disabled
    }
}
