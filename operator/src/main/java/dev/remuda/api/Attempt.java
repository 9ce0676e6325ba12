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
        @JsonPropertyDescription("Why it failed, or, without finishedAt, why it is being stopped; absent while it runs and when it succeeded.") Reason reason,
        @JsonPropertyDescription("What happened, to what, and what to do.") String message,
        @JsonPropertyDescription("The Job that looked at what a lost worker left in the store, removed it, or found that the backup was complete.") String settledBy,
        @JsonPropertyDescription("How many Jobs have been needed for that so far, when the first could not do it.") Integer looks,
        @JsonPropertyDescription("When the next of them is due.") Instant nextLookAt) {

    /** One that is to begin. */
    public static Attempt planned(int number, String job) {
        return new Attempt(number, job, null, null, null, null, null, null, null);
    }

    public Attempt started(Instant at) {
        return new Attempt(number, job, at, null, null, null, null, null, null);
    }

    /** The same, whose Job is being removed before its end. @param settler what looks at the store afterwards; null when the worker never began */
    public Attempt stopping(Reason why, String words, String settler) {
        return new Attempt(number, job, startedAt, null, why, words, settler, null, null);
    }

    /** The same, over; what its worker left in the store is to be looked at. */
    public Attempt lost(Instant at, Reason why, String words, String settler) {
        return new Attempt(number, job, startedAt, at, why, words, settler, null, null);
    }

    /** The same, failed; what was known of it before stays. */
    public Attempt failed(Instant at, Reason why, String words) {
        return new Attempt(number, job, startedAt, finishedAt == null ? at : finishedAt, why, message == null ? words : message, settledBy, looks, null);
    }

    public Attempt succeeded(Instant at) {
        return new Attempt(number, job, startedAt, at, null, null, settledBy, looks, null);
    }

    /** The same, to be looked at once more. */
    public Attempt lookedAtAgain(String settler, Instant at) {
        return new Attempt(number, job, startedAt, finishedAt, reason, message, settler, looked() + 1, at);
    }

    public int looked() {
        return looks == null ? 1 : looks;
    }

    /** Whether its Job is being removed before its end. */
    public boolean endsEarly() {
        return reason != null && finishedAt == null;
    }
}
