package dev.remuda.api;

/** What happens to stored data when its Backup is deleted. */
public enum DeletionPolicy {
    /** It stays in the store. */
    Retain,
    /** It is purged. */
    Delete
}
