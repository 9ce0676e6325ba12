package dev.remuda.job;

import dev.remuda.task.Reason;
import dev.remuda.task.Result;

/** What came of a Job so far. */
public sealed interface Outcome {
    /** The Pod has not started; the reason is a word of the kubelet or scheduler, the message its own. */
    record Waiting(String reason, String message) implements Outcome {}

    /** The worker runs. */
    record Running() implements Outcome {}

    /** The worker left its word; a {@link dev.remuda.task.FailureResult} is a word too. */
    record Reported(Result result) implements Outcome {}

    /** The worker left no word, or the cluster ended it: what it has done is unknown. */
    record Lost(Reason reason, String message) implements Outcome {}
}
