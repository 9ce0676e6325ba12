package dev.remuda.job;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.Result;

/** What came of a Job so far. */
public sealed interface Outcome {
    /** Whether the worker has ended, however. */
    default boolean isOver() {
        return !(this instanceof Waiting || this instanceof Running);
    }

    /** The Pod has not started; the reason is a word of the kubelet or scheduler, the message its own. */
    record Waiting(String reason, String message) implements Outcome {
        /** The Job controller is refused the Pod. */
        public static final String NOT_CREATED = "FailedCreate";

        private static final Set<String> PULL_FAILURES =
                Set.of("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "RegistryUnavailable");

        /** What every Pod waits for, for a moment. */
        private static final Set<String> USUAL = Set.of("Pending", "ContainerCreating", "PodInitializing");

        /** The reason of the vocabulary, for when the wait was too long. */
        public Reason cause() {
            if (PULL_FAILURES.contains(reason)) {
                return Reason.ImagePullFailed;
            }
            return switch (reason) {
                case "CreateContainerConfigError" -> message.toLowerCase(Locale.ROOT).contains("secret") ? Reason.SecretMissing : Reason.ContainerNotStarted;
                case NOT_CREATED -> Reason.PodNotCreated;
                case "Pending", "Unschedulable", "SchedulerError", "SchedulingGated" -> Reason.Unschedulable;
                default -> Reason.ContainerNotStarted;
            };
        }

        /** The same when it is already known that something is wrong; empty while a Pod is started as usual. */
        public Optional<Reason> trouble() {
            return USUAL.contains(reason) ? Optional.empty() : Optional.of(cause());
        }

        /** Kubernetes' word and what it says to it. */
        public String said() {
            return reason + ": " + message;
        }

        /** The reason of a condition while it lasts. */
        public String word() {
            return trouble().map(Reason::name).orElse("Pending");
        }

        /** The message of that condition. */
        public String words() {
            return trouble().isPresent() ? said() : message;
        }
    }

    /** The worker runs. */
    record Running() implements Outcome {}

    /** The worker left its word; a {@link dev.remuda.task.FailureResult} is a word too. */
    record Reported(Result result) implements Outcome {}

    /** A program of the user's ended, which leaves no word but its exit code. */
    record Exited(int code) implements Outcome {}

    /**
     * The worker left no word, or the cluster ended it: what it has done is unknown, unless it gave an account of that.
     *
     * @param account what the worker said of its end, when it was given the time to
     * @param began whether the worker may have begun; false is proof that it did not
     */
    record Lost(Reason reason, String message, Optional<String> account, boolean began) implements Outcome {
        public Lost(Reason reason, String message) {
            this(reason, message, Optional.empty(), true);
        }

        /** The same, of a worker that never was. */
        Lost unbegun() {
            return new Lost(reason, message, account, false);
        }

        Lost with(Optional<Result> word) {
            return word.isPresent() && word.get() instanceof FailureResult failure ? new Lost(reason, message, Optional.of(failure.message()), began) : this;
        }
    }
}
