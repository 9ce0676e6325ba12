package dev.remuda.task;

/** Classes of S3, warm to cold. */
public enum StorageClass {
    STANDARD,
    INTELLIGENT_TIERING,
    STANDARD_IA,
    ONEZONE_IA,
    GLACIER_IR,
    /** S3 Glacier Flexible Retrieval: an object must be asked back, for hours, before it can be read. */
    GLACIER,
    /** Like GLACIER, for up to two days. */
    DEEP_ARCHIVE;

    /** Whether an object of this class must be asked back before it can be read or copied. */
    public boolean isArchive() {
        return this == GLACIER || this == DEEP_ARCHIVE;
    }
}
