package dev.remuda.api;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.task.StorageClass;

/** What came of a {@link Backup}. A phase or class that only a newer operator knows is noted by {@link Reading}. */
public record BackupStatus(
        @JsonPropertyDescription("Pending, Running, Completed, Failed or Deleting. Completed means: pg_dump succeeded, what is stored was compared with what was streamed, and the "
                + "manifest is written. Deleting: no tier keeps it, and it is being purged from the store.")
        Phase phase,
        @JsonPropertyDescription("Condition Completed: True, or False with the reason and what to do, or Unknown while it runs. Condition Intact: whether all of it was as it "
                + "should be when the store was last read. Condition Verified: whether it could be restored, and what was restored was what was backed up. "
                + "Condition Suspicious: True when much of what the last normal backup had is not in it; the annotation remuda.dev/accept makes it a normal one.") List<Condition> conditions,
        @JsonPropertyDescription("The runs of a worker that were made for it, oldest first.") List<Attempt> attempts,
        @JsonPropertyDescription("When work began.") Instant startedAt,
        @JsonPropertyDescription("When it was Completed or Failed.") Instant completedAt,
        @JsonPropertyDescription("The time between, for people.") String duration,
        @JsonPropertyDescription("The database as the policy named it when work began; a Restore returns to it by default.") DatabaseSpec database,
        @JsonPropertyDescription("The store as the policy named it when work began; a Restore reads from it.") StorageSpec storage,
        @JsonPropertyDescription("What the policy gave the Pods of its Jobs when work began; a Restore's are given the same when the policy is gone.") JobTemplateSpec jobTemplate,
        @JsonPropertyDescription("Where it is in the store.") Location location,
        @JsonPropertyDescription("The tier that keeps it now, also the value of the dump's object tag tier; absent: none.") String tier,
        @JsonPropertyDescription("The class of S3 that the dump is in. Absent: the bucket's default.") StorageClass storageClass,
        @JsonPropertyDescription("What keeps it from being purged, in words.") List<String> retainedBy,
        @JsonPropertyDescription("When the last of its tiers lets go. Absent: when newer backups take its place, or never.") Instant expiresAt,
        @JsonPropertyDescription("When the snapshot was taken: nothing written later is in the backup.") Instant snapshotAt,
        @JsonPropertyDescription("Size of the stored dump in bytes.") Long sizeBytes,
        @JsonPropertyDescription("The same for people.") String size,
        @JsonPropertyDescription("Size of the database on its server, in bytes.") Long databaseSizeBytes,
        @JsonPropertyDescription("Checksum of the stored dump, sha256:<hex>.") String checksum,
        @JsonPropertyDescription("Name of the database that was dumped.") String databaseName,
        @JsonPropertyDescription("Version of the server.") String serverVersion,
        @JsonPropertyDescription("The server's write-ahead log position at the snapshot.") String lsn,
        @JsonPropertyDescription("The database's extensions, from name to version.") Map<String, String> extensions,
        @JsonPropertyDescription("How many tables and hypertables are in it. The manifest has the rows of each.") Integer tables,
        @JsonPropertyDescription("How many rows of them are in it together.") Long rows,
        @JsonPropertyDescription("How far the dump has come, while it runs.") ProgressStatus progress,
        @JsonPropertyDescription("What was done to prove it after it was made; absent: nothing.") Verification verification,
        @JsonPropertyDescription("Its copies in further stores, which spec.copies of the policy asks for; absent: there are none.") @Size(max = 8) List<Copy> copies) {

    public static final BackupStatus NONE =
            new BackupStatus(null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null);

    /** One of whose progress, verification and copies nothing is known. */
    public BackupStatus(
            Phase phase, List<Condition> conditions, List<Attempt> attempts, Instant startedAt, Instant completedAt, String duration, DatabaseSpec database,
            StorageSpec storage, JobTemplateSpec jobTemplate, Location location, String tier, StorageClass storageClass, List<String> retainedBy, Instant expiresAt,
            Instant snapshotAt, Long sizeBytes, String size, Long databaseSizeBytes, String checksum, String databaseName, String serverVersion, String lsn,
            Map<String, String> extensions, Integer tables, Long rows) {
        this(
                phase, conditions, attempts, startedAt, completedAt, duration, database, storage, jobTemplate, location, tier, storageClass, retainedBy, expiresAt,
                snapshotAt, sizeBytes, size, databaseSizeBytes, checksum, databaseName, serverVersion, lsn, extensions, tables, rows, null, null, null);
    }

    public BackupStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
        attempts = attempts == null ? List.of() : List.copyOf(attempts);
        retainedBy = retainedBy == null || retainedBy.isEmpty() ? null : List.copyOf(retainedBy);
        extensions = extensions == null || extensions.isEmpty() ? null : Map.copyOf(extensions);
        copies = copies == null || copies.isEmpty() ? null : List.copyOf(copies);
    }

    /** The same with another phase and its conditions. */
    public BackupStatus in(Phase next, List<Condition> because) {
        return new BackupStatus(
                next, because, attempts, startedAt, completedAt, duration, database, storage, jobTemplate, location, tier, storageClass, retainedBy, expiresAt,
                snapshotAt, sizeBytes, size, databaseSizeBytes, checksum, databaseName, serverVersion, lsn, extensions, tables, rows, progress, verification, copies);
    }

    /** The same, kept for other reasons. */
    public BackupStatus retained(List<String> by, Instant until) {
        return new BackupStatus(
                phase, conditions, attempts, startedAt, completedAt, duration, database, storage, jobTemplate, location, tier, storageClass, by, until,
                snapshotAt, sizeBytes, size, databaseSizeBytes, checksum, databaseName, serverVersion, lsn, extensions, tables, rows, progress, verification, copies);
    }

    /** The same, with its dump labelled and stored otherwise. */
    public BackupStatus moved(String toTier, StorageClass toClass) {
        return new BackupStatus(
                phase, conditions, attempts, startedAt, completedAt, duration, database, storage, jobTemplate, location, toTier, toClass, retainedBy, expiresAt,
                snapshotAt, sizeBytes, size, databaseSizeBytes, checksum, databaseName, serverVersion, lsn, extensions, tables, rows, progress, verification, copies);
    }

    /** The same, to be stored elsewhere. */
    public BackupStatus movedTo(Location place) {
        return new BackupStatus(
                phase, conditions, attempts, startedAt, completedAt, duration, database, storage, jobTemplate, place, tier, storageClass, retainedBy, expiresAt,
                snapshotAt, sizeBytes, size, databaseSizeBytes, checksum, databaseName, serverVersion, lsn, extensions, tables, rows, progress, verification, copies);
    }

    /** The same, having come that far. */
    public BackupStatus at(ProgressStatus point) {
        return new BackupStatus(
                phase, conditions, attempts, startedAt, completedAt, duration, database, storage, jobTemplate, location, tier, storageClass, retainedBy, expiresAt,
                snapshotAt, sizeBytes, size, databaseSizeBytes, checksum, databaseName, serverVersion, lsn, extensions, tables, rows, point, verification, copies);
    }

    /** The same, after it was looked at. */
    public BackupStatus verified(Verification found, List<Condition> because) {
        return new BackupStatus(
                phase, because, attempts, startedAt, completedAt, duration, database, storage, jobTemplate, location, tier, storageClass, retainedBy, expiresAt,
                snapshotAt, sizeBytes, size, databaseSizeBytes, checksum, databaseName, serverVersion, lsn, extensions, tables, rows, progress, found, copies);
    }

    /** The same, copied elsewhere too; in the place of an earlier copy of that name. @param order of the names of all copies */
    public BackupStatus copied(Copy copy, List<String> order) {
        return with(Stream.concat(copies().stream().filter(known -> !known.name().equals(copy.name())), Stream.of(copy)).sorted(Comparator.comparing(known -> order.indexOf(known.name()))).toList());
    }

    /** The same without that copy. */
    public BackupStatus withoutCopy(String name) {
        return with(copies().stream().filter(known -> !known.name().equals(name)).toList());
    }

    private BackupStatus with(List<Copy> these) {
        return new BackupStatus(
                phase, conditions, attempts, startedAt, completedAt, duration, database, storage, jobTemplate, location, tier, storageClass, retainedBy, expiresAt,
                snapshotAt, sizeBytes, size, databaseSizeBytes, checksum, databaseName, serverVersion, lsn, extensions, tables, rows, progress, verification, these);
    }

    /** Its copies in further stores. */
    public List<Copy> copies() {
        return copies == null ? List.of() : copies;
    }

    /** Its copy of that name. */
    public Optional<Copy> copy(String name) {
        return copies().stream().filter(known -> known.name().equals(name)).findFirst();
    }

    /** How its store is reached: as its policy says while that is there and the bucket is still the same, else as was noted. */
    public StorageSpec store(Optional<BackupPolicy> policy) {
        return policy.map(known -> known.getSpec().reach(storage)).orElse(storage);
    }

    /** What the Pods of its Jobs are given: as its policy says while that is there, else as was noted. */
    public JobTemplateSpec template(Optional<BackupPolicy> policy) {
        return policy.map(known -> known.getSpec().jobTemplate()).orElse(jobTemplate);
    }

    /** Whether nothing more will happen. */
    public boolean hasEnded() {
        return phase != null && phase.isFinal();
    }

    /** Where a backup is in its store. */
    public record Location(
            @JsonPropertyDescription("The place of its manifest and dump, s3://bucket/prefix/.") String url,
            @JsonPropertyDescription("Key prefix of its objects in the bucket, ending in a slash.") String prefix,
            @JsonPropertyDescription("Key of the dump in the bucket.") String dataKey,
            @JsonPropertyDescription("Until when the store lets nobody delete it; absent: it is not locked.") Instant lockedUntil) {
        /** One that is not locked. */
        public Location(String url, String prefix, String dataKey) {
            this(url, prefix, dataKey, null);
        }
    }

    /** A copy of it in a further store. */
    public record Copy(
            @Required @JsonPropertyDescription("Name of the copy in spec.copies of the policy.") String name,
            @JsonPropertyDescription("The store as the policy named it then.") StorageSpec storage,
            @JsonPropertyDescription("The place of its manifest and dump, s3://bucket/prefix/ or volume://claim/prefix/.") String url,
            @JsonPropertyDescription("Key prefix of its objects there, ending in a slash.") String prefix,
            @JsonPropertyDescription("When it was there, whole and compared.") Instant copiedAt,
            @JsonPropertyDescription("Until when that store lets nobody delete it; absent: it is not locked.") Instant lockedUntil) {

        /** How its store is reached: as its policy says while that names the same place, else as was noted. */
        public StorageSpec store(Optional<BackupPolicy> policy) {
            return policy.flatMap(known -> known.getSpec().copy(name)).map(CopySpec::storage).filter(present -> present.isSamePlace(storage)).orElse(storage);
        }
    }

    /** What was done to prove a backup after it was made. */
    public record Verification(
            @JsonPropertyDescription("When it was last looked at in the store: read whole, or, in an archive, compared as far as the store tells.") Instant readAt,
            @JsonPropertyDescription("When it was last restored for a trial, with success.") Instant restoredAt,
            @JsonPropertyDescription("How many seconds that took, from the first look at the store until all was compared.") Long restoreSeconds,
            @JsonPropertyDescription("The same for people.") String restoreDuration,
            @JsonPropertyDescription("The Job that looked at it last.") String job,
            @JsonPropertyDescription("Value of the annotation remuda.dev/verify that is answered; absent: nobody asked.") String request) {

        public static final Verification NONE = new Verification(null, null, null, null, null, null);
    }
}
