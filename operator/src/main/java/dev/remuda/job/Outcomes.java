package dev.remuda.job;

import java.util.Optional;
import java.util.Set;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.task.Result;

/**
 * Reads a Job and its Pod as a real kubelet reports them. The order matters: the cluster's own account of an end goes before the worker's,
 * and the worker's before a bare exit code.
 */
public final class Outcomes {
    private static final Set<String> PULL_FAILURES =
            Set.of("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "RegistryUnavailable");

    private Outcomes() {}

    /** @param pod the Job's Pod, when there is one */
    public static Outcome of(Job job, Optional<Pod> pod) {
        Optional<Outcome> end = pod.flatMap(Outcomes::end);
        return end.or(() -> jobEnd(job)).orElseGet(() -> pod.map(Outcomes::underWay).orElseGet(() ->
                new Outcome.Waiting("Pending", "no Pod yet; kubectl describe job " + job.getMetadata().getName() + " says why")));
    }

    /** The reason of the vocabulary for what keeps a Pod from starting. */
    public static Reason reasonOf(Outcome.Waiting waiting) {
        if (PULL_FAILURES.contains(waiting.reason())) {
            return Reason.ImagePullFailed;
        }
        return waiting.reason().equals("CreateContainerConfigError") ? Reason.SecretMissing : Reason.Unschedulable;
    }

    private static Optional<Outcome> end(Pod pod) {
        Optional<ContainerStateTerminated> terminated = state(pod).map(ContainerState::getTerminated);
        String why = pod.getStatus().getReason();
        String message = pod.getStatus().getMessage();
        if ("Evicted".equals(why)) {
            return Optional.of(new Outcome.Lost(Reason.Evicted, "the Pod was evicted from its node: " + message));
        }
        if ("DeadlineExceeded".equals(why)) {
            return Optional.of(new Outcome.Lost(Reason.TimedOut, "the worker ran longer than its timeout; raise spec.timeout of the policy"));
        }
        Optional<Result> word = terminated.flatMap(Outcomes::word);
        if (terminated.isPresent() && terminated.get().getReason() != null && terminated.get().getReason().equals("OOMKilled")
                && !(word.isPresent() && terminated.get().getExitCode() == 0)) {
            return Optional.of(new Outcome.Lost(
                    Reason.OutOfMemory, "the worker was killed for its memory limit; raise jobTemplate.resources.limits.memory of the policy"));
        }
        if (word.isPresent()) {
            return word.map(Outcome.Reported::new);
        }
        if (terminated.isPresent()) {
            return Optional.of(new Outcome.Lost(Reason.PodLost, lost(terminated.get())));
        }
        boolean over = "Failed".equals(pod.getStatus().getPhase()) || "Succeeded".equals(pod.getStatus().getPhase());
        return over ? Optional.of(new Outcome.Lost(Reason.PodLost, "the Pod ended without a word: " + why + " " + message)) : Optional.empty();
    }

    private static String lost(ContainerStateTerminated terminated) {
        int code = terminated.getExitCode() == null ? -1 : terminated.getExitCode();
        return switch (code) {
            case 137 -> "the worker was killed (SIGKILL) before it could report";
            case 128 -> "the worker could not be started: " + terminated.getMessage();
            default -> "the worker ended with exit code " + code + " and no report; its log has the cause";
        };
    }

    private static Optional<Result> word(ContainerStateTerminated terminated) {
        String message = terminated.getMessage();
        if (message == null || !message.startsWith("{")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.read(message, Result.class));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not our JSON: the kubelet's own words, or cut off; the caller settles what the worker left
        }
    }

    /** A Job's last condition is final; the first one of its two (FailureTarget, SuccessCriteriaMet) is not. */
    private static Optional<Outcome> jobEnd(Job job) {
        if (job.getStatus() == null || job.getStatus().getConditions() == null) {
            return Optional.empty();
        }
        return job.getStatus().getConditions().stream()
                .filter(condition -> "True".equals(condition.getStatus()))
                .filter(condition -> condition.getType().equals("Failed") || condition.getType().equals("Complete"))
                .<Outcome>map(condition -> "DeadlineExceeded".equals(condition.getReason())
                        ? new Outcome.Lost(Reason.TimedOut, "the Job ran longer than its deadline; raise spec.timeout of the policy")
                        : new Outcome.Lost(Reason.PodLost, "the Job's Pod is gone: it was deleted or its node was lost"))
                .findFirst();
    }

    private static Outcome underWay(Pod pod) {
        Optional<ContainerStateWaiting> waiting = state(pod).map(ContainerState::getWaiting);
        if (waiting.isPresent() && waiting.get().getReason() != null) {
            return new Outcome.Waiting(waiting.get().getReason(), String.valueOf(waiting.get().getMessage()));
        }
        if (state(pod).map(ContainerState::getRunning).isPresent()) {
            return new Outcome.Running();
        }
        return unscheduled(pod).orElseGet(() -> new Outcome.Waiting("Pending", "the Pod is being started"));
    }

    private static Optional<Outcome> unscheduled(Pod pod) {
        if (pod.getStatus().getConditions() == null) {
            return Optional.empty();
        }
        return pod.getStatus().getConditions().stream()
                .filter(condition -> "PodScheduled".equals(condition.getType()) && "False".equals(condition.getStatus()))
                .<Outcome>map(condition -> new Outcome.Waiting(condition.getReason(), condition.getMessage()))
                .findFirst();
    }

    private static Optional<ContainerState> state(Pod pod) {
        if (pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null) {
            return Optional.empty();
        }
        return pod.getStatus().getContainerStatuses().stream()
                .filter(status -> status.getName().equals(JobBuilding.CONTAINER))
                .findFirst()
                .map(status -> status.getState());
    }
}
