package dev.remuda.api;

import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

import dev.remuda.task.Reason;

/** One run of a worker. A reason that only a newer operator knows is read as none: one such resource must not stop the watch of all. */
public record Attempt(
        @Required @JsonPropertyDescription("Number of the attempt, from 1.") int number,
        @JsonPropertyDescription("The Job that ran it.") String job,
        @JsonPropertyDescription("When its Job was created.") Instant startedAt,
        @JsonPropertyDescription("When it ended.") Instant finishedAt,
        @JsonFormat(with = JsonFormat.Feature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
        @JsonPropertyDescription("Why it failed; absent while it runs and when it succeeded.") Reason reason,
        @JsonPropertyDescription("What happened, to what, and what to do.") String message,
        @JsonPropertyDescription("The Job that looked at what a lost worker left in the store, removed it, or found that the backup was complete.") String settledBy) {}
