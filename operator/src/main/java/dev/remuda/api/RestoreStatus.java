package dev.remuda.api;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;

/** What came of a {@link Restore}. A phase that only a newer operator knows is read as none. */
public record RestoreStatus(
        @JsonFormat(with = JsonFormat.Feature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
        @JsonPropertyDescription("Pending, Running, Completed or Failed. Completed means: the stored dump was proved whole, restored, and each table's rows were compared with the manifest.")
        Phase phase,
        @JsonPropertyDescription("Condition Completed: True, or False with the reason and what to do, or Unknown while it runs.") List<Condition> conditions,
        @JsonPropertyDescription("When work began.") Instant startedAt,
        @JsonPropertyDescription("When it was Completed or Failed.") Instant completedAt,
        @JsonPropertyDescription("The time between, for people.") String duration,
        @JsonPropertyDescription("The Job that does or did the work.") String job,
        @JsonPropertyDescription("The restored Backup's place in the store.") String source,
        @JsonPropertyDescription("When the restored backup's snapshot was taken: what was written later is not in the restored database.") Instant snapshotAt,
        @JsonPropertyDescription("Name of the target database.") String databaseName,
        @JsonPropertyDescription("Version of the target's server.") String serverVersion,
        @JsonPropertyDescription("Size of the dump that was read, in bytes.") Long bytes,
        @JsonPropertyDescription("How many tables were compared with the manifest.") Integer tables,
        @JsonPropertyDescription("How many rows they hold together.") Long rows) {

    public static final RestoreStatus NONE =
            new RestoreStatus(null, null, null, null, null, null, null, null, null, null, null, null, null);

    public RestoreStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }

    /** Whether nothing more will happen. */
    public boolean hasEnded() {
        return phase != null && phase.isFinal();
    }
}
