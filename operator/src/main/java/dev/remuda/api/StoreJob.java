package dev.remuda.api;

import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

import dev.remuda.task.Reason;

/** The last Job of one kind that worked on a policy's store: planned, created, ended. */
public record StoreJob(
        @JsonPropertyDescription("Number of the Job, from 1.") int number,
        @JsonPropertyDescription("Name of the Job.") String name,
        @JsonPropertyDescription("When it was created; absent: it is being created.") Instant startedAt,
        @JsonPropertyDescription("When it ended; absent: it runs.") Instant finishedAt,
        @JsonFormat(with = JsonFormat.Feature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
        @JsonPropertyDescription("Why it failed, in whole or in part; absent: it did not.") Reason reason,
        @JsonPropertyDescription("What it did, or what happened and what to do.") String message,
        @JsonPropertyDescription("How many failed one after another, this one included; each waits longer than the one before, up to an hour.") int failures) {

    /** One that is not created yet. @param failures of those before it */
    public static StoreJob planned(int number, String name, int failures) {
        return new StoreJob(number, name, null, null, null, null, failures);
    }

    public StoreJob started(Instant now) {
        return new StoreJob(number, name, now, null, null, null, failures);
    }

    public StoreJob succeeded(Instant now, String what) {
        return new StoreJob(number, name, startedAt, now, null, what, 0);
    }

    public StoreJob failed(Instant now, Reason why, String what) {
        return new StoreJob(number, name, startedAt, now, why, what, failures + 1);
    }

    /** Whether it is planned or runs. */
    public boolean underWay() {
        return finishedAt == null;
    }

    /** Whether it was planned and perhaps not created. */
    public boolean toBeCreated() {
        return startedAt == null;
    }
}
