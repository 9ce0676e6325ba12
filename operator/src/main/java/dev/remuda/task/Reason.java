package dev.remuda.task;

/** Why something failed: one vocabulary for workers, conditions, Events and docs. */
public enum Reason {
    /** The database server does not answer, or the connection was lost. */
    DatabaseUnreachable,
    /** The server refuses the user or the password. */
    DatabaseAuthenticationFailed,
    /** The server has no such database. */
    DatabaseNotFound,
    /** The user lacks a privilege that the work needs. */
    DatabasePermissionDenied,
    /** No PostgreSQL client in the image fits the server's major version. */
    ServerVersionUnsupported,
    /** An extension the backup needs is missing on the target, or has another version. */
    ExtensionMismatch,
    /** pg_dump failed or was killed. */
    DumpFailed,
    /** pg_restore failed or was killed. */
    RestoreFailed,
    /** The database that should be created exists already. */
    TargetExists,
    /** Connections to the target could not be ended. */
    TargetInUse,
    /** Roles that own objects of the backup, or are granted rights on them, do not exist on the target. */
    RoleMissing,
    /** The target's server is a standby, which cannot be written to. */
    TargetReadOnly,
    /** The database server has no room left. */
    DiskFull,
    /** {@code confirm} does not name the database whose data would be replaced. */
    NotConfirmed,

    /** The store does not answer. */
    StorageUnreachable,
    /** The store refuses the key, or the key may not do what is needed. */
    StorageAccessDenied,
    /** The store asks to be asked less often, and went on to. */
    StorageThrottled,
    /** The bucket does not exist. */
    BucketNotFound,
    /** The store has no room left. */
    StorageFull,
    /** A stored object that should be there is not. */
    ObjectMissing,
    /** A stored object lies in an archive class and must be asked back before it can be read or moved. */
    ObjectArchived,

    /** What is stored is not what was streamed. */
    ChecksumMismatch,
    /** The dump is empty or cut short. */
    DumpIncomplete,
    /** The manifest cannot be read or is of an unknown version. */
    ManifestInvalid,
    /** The dump is encrypted, and what was given does not open it. */
    DecryptionFailed,
    /** What was restored is not what the manifest says, or a check of the user's is not true. */
    CheckFailed,
    /** The user's migrations failed. */
    MigrationFailed,
    /** The safety backup of the target failed, so nothing was restored. */
    SafetyBackupFailed,

    /** The container was killed for its memory limit. */
    OutOfMemory,
    /** The Pod was evicted from its node. */
    Evicted,
    /** The image cannot be pulled. */
    ImagePullFailed,
    /** A Secret or one of its keys is missing. */
    SecretMissing,
    /** The API server refuses the Pod: a quota, a rule of the namespace, a ServiceAccount that does not exist. */
    PodNotCreated,
    /** The scheduler finds no node for the Pod. */
    Unschedulable,
    /** The kubelet cannot start the container. */
    ContainerNotStarted,
    /** The work took longer than its timeout. */
    TimedOut,
    /** The Pod ended without a word: killed, deleted, or its node is gone. */
    PodLost,
    /** The Job is gone before its result was seen. */
    JobMissing,

    /** The BackupPolicy does not exist. */
    PolicyMissing,
    /** The Backup does not exist. */
    BackupMissing,
    /** The Backup to restore is not completed. */
    BackupNotCompleted,
    /** The worker left alone what was to be purged. */
    PurgeRefused,
    /** Nothing fits what the source asks for. */
    NoBackupFound,
    /** The store's part of the policy belongs to another cluster. */
    NotOwner,
    /** A newer scheduled backup took its place while it ran. */
    Replaced,
    /** A schedule that cannot be understood, or never comes. */
    InvalidSchedule,
    /** A time zone that does not exist. */
    InvalidTimeZone,
    /** The user's specification contradicts itself or lacks something. */
    InvalidSpec,
    /** A Job with the wanted name exists and belongs to something else. */
    NameTaken,
    /** A fault of Remuda itself. */
    InternalError;

    /** Whether it says that a stored backup is not what it was when it was made. */
    public boolean isDamage() {
        return switch (this) {
            case ChecksumMismatch, DumpIncomplete, ManifestInvalid, ObjectMissing -> true;
            default -> false;
        };
    }

    /** Whether a drill that ended so speaks against the backup, not against the server or the store. */
    public boolean speaksAgainstBackup() {
        return isDamage() || this == CheckFailed || this == RestoreFailed;
    }

    /** Whether the cause can pass by itself, so that the same work may succeed when it is tried again. */
    public boolean canPass() {
        return switch (this) {
            case DatabaseUnreachable, StorageUnreachable, StorageThrottled, TargetInUse, Evicted, PodLost, JobMissing -> true;
            case PodNotCreated, Unschedulable, ImagePullFailed, ContainerNotStarted -> true; // a cluster mends these: a node comes, a registry, a quota
            default -> false;
        };
    }
}
