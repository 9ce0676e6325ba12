package dev.remuda.api;

import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** What is known of a {@link BackupPolicy}. */
public record BackupPolicyStatus(
        @JsonPropertyDescription("The generation of the spec that this status speaks of.") Long observedGeneration,
        @JsonPropertyDescription("The newest completed Backup; absent when there is none.") LastBackup lastBackup) {

    /** The newest completed Backup of a policy. */
    public record LastBackup(
            @JsonPropertyDescription("Name of the Backup.") String name,
            @JsonPropertyDescription("When it completed.") Instant completedAt,
            @JsonPropertyDescription("When its snapshot was taken: nothing written later is in it.") Instant snapshotAt,
            @JsonPropertyDescription("Size of the stored dump in bytes.") Long sizeBytes,
            @JsonPropertyDescription("The same for people.") String size) {}
}
