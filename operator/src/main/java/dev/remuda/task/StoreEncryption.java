package dev.remuda.task;

/**
 * How a store shall encrypt what it is given.
 *
 * @param algorithm S3's word: AES256 or aws:kms
 * @param keyId of the key of KMS; null: the store's own choice
 */
public record StoreEncryption(String algorithm, String keyId) {}
