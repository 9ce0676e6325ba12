package dev.remuda.worker.store;

import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

import dev.remuda.task.Reason;
import dev.remuda.task.StoreEncryption;
import dev.remuda.task.StoreLock;
import dev.remuda.worker.WorkFailure;

/** Whether a store has done with an object what it was asked to, as it tells itself. */
final class Granted {
    private Granted() {}

    static void requireEncrypted(String url, HeadObjectResponse head, StoreEncryption wanted) {
        String found = head.serverSideEncryptionAsString() == null ? "none" : head.serverSideEncryptionAsString() + (head.ssekmsKeyId() == null ? "" : " with key " + head.ssekmsKeyId());
        boolean granted = wanted.algorithm().equals(head.serverSideEncryptionAsString())
                && (wanted.keyId() == null || head.ssekmsKeyId() != null && (head.ssekmsKeyId().equals(wanted.keyId()) || head.ssekmsKeyId().endsWith("/" + wanted.keyId())));
        if (!granted) {
            throw new WorkFailure(
                    Reason.InvalidSpec, url + " was to be encrypted by the store (" + wanted.algorithm() + (wanted.keyId() == null ? "" : " with key " + wanted.keyId())
                            + ") but is stored with " + found + ": correct storage.s3.serverSideEncryption, or take another store");
        }
    }

    static void requireLocked(String url, HeadObjectResponse head, StoreLock wanted) {
        boolean locked = wanted.mode().equals(head.objectLockModeAsString()) && head.objectLockRetainUntilDate() != null && !head.objectLockRetainUntilDate().isBefore(wanted.until());
        if (!locked) {
            throw new WorkFailure(
                    Reason.InvalidSpec, url + " was to be locked until " + wanted.until() + " (" + wanted.mode() + ") but is "
                            + (head.objectLockModeAsString() == null ? "not locked" : "locked until " + head.objectLockRetainUntilDate() + " (" + head.objectLockModeAsString() + ")")
                            + ": make the bucket with Object Lock, grant s3:PutObjectRetention and s3:GetObjectRetention, or remove storage.s3.objectLock");
        }
    }
}
