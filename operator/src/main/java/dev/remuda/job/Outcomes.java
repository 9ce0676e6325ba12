package dev.remuda.job;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;

import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.task.Result;

/**
 * Reads a Job and its Pod as a real kubelet reports them. The order matters: proof of success goes before everything, the cluster's own
 * account of an end before the worker's complaint, and that before a bare exit code.
 */
final class Outcomes {
    private static final int HEAP_USED_UP = 3; // of a JVM with ExitOnOutOfMemoryError
    private static final int KILLED = 137;

    /** What the kubelet writes of a container that it does not find, such as one that never was. */
    private static final String UNKNOWN = "ContainerStatusUnknown";

    /** What it adds when there was one. */
    private static final String WAS = "used to be Running";

    /** How long after its grace period a Pod that is being deleted may still be thought to work; past it, its node is gone. */
    private static final Duration STOPPING = Duration.ofMinutes(1);

    private Outcomes() {}

    static Outcome of(JobView view, Instant now) {
        Optional<Outcome> end = view.pod().flatMap(pod -> end(pod, view.job()));
        if (end.isPresent()) {
            return end.get();
        }
        Optional<Outcome> jobEnd = view.job().isPresent()
                ? jobEnd(view.job().get())
                : Optional.of(new Outcome.Lost(Reason.JobMissing, "Job " + view.name() + " was deleted before its result was seen"));
        if (view.pod().isPresent() && (jobEnd.isEmpty() || stopping(view, now))) {
            return gone(view.pod().get(), now)
                    ? new Outcome.Lost(Reason.PodLost, "the Pod should have ended but its node does not say so: the node is down or cut off")
                    : explained(underWay(view.pod().get()), view);
        }
        return jobEnd.or(() -> collected(view, now)).orElseGet(() -> explained(new Outcome.Waiting("Pending", "no Pod yet; kubectl describe job " + view.name() + " says why"), view));
    }

    /** Somebody's finalizer may keep a Job for ever that gets no Pod any more. */
    private static Optional<Outcome> collected(JobView view, Instant now) {
        return view.job()
                .map(job -> job.getMetadata().getDeletionTimestamp())
                .filter(deletion -> !now.isBefore(Instant.parse(deletion).plus(STOPPING)))
                .map(deletion -> new Outcome.Lost(Reason.JobMissing, "Job " + view.name() + " was deleted before its result was seen"));
    }

    private static Outcome explained(Outcome outcome, JobView view) {
        boolean unexplained = outcome instanceof Outcome.Waiting waiting && waiting.trouble().isEmpty();
        return unexplained && view.trouble().isPresent() ? view.trouble().get() : outcome;
    }

    private static Optional<Outcome> end(Pod pod, Optional<Job> job) {
        Optional<ContainerStateTerminated> terminated = terminated(pod);
        PodStatus status = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
        boolean over = terminated.isPresent() || "Failed".equals(status.getPhase()) || "Succeeded".equals(status.getPhase());
        if (!over) {
            return Optional.empty();
        }
        boolean program = isProgram(pod);
        if (program && terminated.filter(done -> exitCode(done) == 0).isPresent()) {
            return Optional.of(new Outcome.Exited(0));
        }
        Optional<Result> word = program ? Optional.empty() : terminated.flatMap(Outcomes::word); // a program of the user's says nothing that is believed
        if (word.isPresent() && !(word.get() instanceof FailureResult) && exitCode(terminated.get()) == 0) {
            return word.map(Outcome.Reported::new);
        }
        boolean neverBegan = neverBegan(pod);
        return Optional.of(endedByTheCluster(status, terminated, neverBegan)
                .<Outcome>map(lost -> neverBegan ? lost.unbegun() : lost.with(word))
                .or(() -> word.map(Outcome.Reported::new))
                .or(() -> neverBegan ? Optional.of(unbegun("the Pod was ended before its container could start")) : Optional.empty())
                .or(() -> job.flatMap(Outcomes::jobDeadline))
                .or(() -> terminated.map(last -> program && !couldNotStart(last) ? new Outcome.Exited(exitCode(last)) : lost(last)))
                .orElseGet(() -> new Outcome.Lost(
                        Reason.PodLost, "the Pod ended without a word: " + said(status.getReason(), status.getMessage()))));
    }

    private static Optional<Outcome.Lost> endedByTheCluster(PodStatus status, Optional<ContainerStateTerminated> terminated, boolean neverBegan) {
        if ("Evicted".equals(status.getReason())) {
            return Optional.of(new Outcome.Lost(Reason.Evicted, "the Pod was evicted from its node: " + said(status.getMessage())));
        }
        if ("DeadlineExceeded".equals(status.getReason())) {
            return Optional.of(neverBegan
                    ? unbegun("the Pod's time was over before its container could start; kubectl describe pod says what it waited for")
                    : new Outcome.Lost(Reason.TimedOut, "the worker ran longer than its timeout"));
        }
        Optional<PodCondition> disruption = status.getConditions().stream()
                .filter(condition -> "DisruptionTarget".equals(condition.getType()) && "True".equals(condition.getStatus()))
                .findFirst();
        if (disruption.isPresent()) {
            return Optional.of(new Outcome.Lost(
                    Reason.Evicted, "the Pod was evicted: " + said(disruption.get().getReason(), disruption.get().getMessage())));
        }
        return terminated.filter(end -> "OOMKilled".equals(end.getReason())).map(end -> outOfMemory());
    }

    private static Outcome.Lost unbegun(String message) {
        return new Outcome.Lost(Reason.ContainerNotStarted, message).unbegun();
    }

    /** Whether the kubelet has ended a Pod whose container it had not made: at first it still waits, then it is one that cannot be found. */
    private static boolean neverBegan(Pod pod) {
        return Optional.ofNullable(pod.getStatus()).stream()
                .filter(status -> status.getInitContainerStatuses().isEmpty())
                .flatMap(status -> status.getContainerStatuses().stream())
                .filter(container -> container.getContainerID() == null || container.getContainerID().isEmpty())
                .map(ContainerStatus::getState)
                .anyMatch(state -> state != null && (state.getWaiting() != null || state.getTerminated() != null && neverWas(state.getTerminated())));
    }

    private static boolean neverWas(ContainerStateTerminated end) {
        return UNKNOWN.equals(end.getReason()) && end.getStartedAt() == null && !said(end.getMessage()).contains(WAS);
    }

    private static Outcome.Lost outOfMemory() {
        return new Outcome.Lost(Reason.OutOfMemory, "the worker reached its memory limit; raise jobTemplate.resources.limits.memory of the policy");
    }

    private static Outcome lost(ContainerStateTerminated terminated) {
        int code = exitCode(terminated);
        if (couldNotStart(terminated)) {
            return unbegun("the container could not be started: " + said(terminated.getMessage()));
        }
        return switch (code) {
            case HEAP_USED_UP -> outOfMemory();
            case KILLED -> new Outcome.Lost(Reason.PodLost, "the worker was killed (SIGKILL) before it could report");
            default -> new Outcome.Lost(Reason.PodLost, "the worker ended with exit code " + code + " and no report; its log has the cause");
        };
    }

    private static boolean couldNotStart(ContainerStateTerminated terminated) {
        return "StartError".equals(terminated.getReason()) || "ContainerCannotRun".equals(terminated.getReason());
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
        boolean over = conditions(job).anyMatch(condition -> "Failed".equals(condition.getType()) || "Complete".equals(condition.getType()));
        return over
                ? jobDeadline(job).or(() -> Optional.of(
                        new Outcome.Lost(Reason.PodLost, "the Job's Pod is gone: it was deleted or its node was lost")))
                : Optional.empty();
    }

    private static Optional<Outcome> jobDeadline(Job job) {
        return conditions(job)
                .filter(condition -> "DeadlineExceeded".equals(condition.getReason()))
                .<Outcome>map(condition -> new Outcome.Lost(Reason.TimedOut, "the Job ran longer than its deadline"))
                .findFirst();
    }

    private static Stream<JobCondition> conditions(Job job) {
        return job.getStatus() == null
                ? Stream.empty()
                : job.getStatus().getConditions().stream().filter(condition -> "True".equals(condition.getStatus()));
    }

    /** A node that is down keeps its Pods in their last state, and the Job waits for them without end. */
    private static boolean gone(Pod pod, Instant now) {
        String deletion = pod.getMetadata().getDeletionTimestamp();
        return deletion != null && !now.isBefore(Instant.parse(deletion).plus(STOPPING));
    }

    /** A Pod that is being deleted still works until it has ended; one that outlives its Job by the user's wish works on. */
    private static boolean stopping(JobView view, Instant now) {
        String deletion = view.pod().orElseThrow().getMetadata().getDeletionTimestamp();
        return deletion == null ? view.job().isEmpty() : now.isBefore(Instant.parse(deletion).plus(STOPPING));
    }

    private static Outcome underWay(Pod pod) {
        if (init(pod).map(ContainerState::getRunning).isPresent()) {
            return new Outcome.Running();
        }
        Optional<ContainerStateWaiting> waiting = init(pod).filter(state -> state.getWaiting() != null)
                .or(() -> held(pod))
                .or(() -> state(pod))
                .map(ContainerState::getWaiting);
        if (waiting.isPresent() && waiting.get().getReason() != null) {
            String why = waiting.get().getMessage();
            return new Outcome.Waiting(waiting.get().getReason(), why == null ? "the Pod is being started" : why);
        }
        if (state(pod).map(ContainerState::getRunning).isPresent()) {
            return new Outcome.Running();
        }
        return unscheduled(pod).orElseGet(() -> new Outcome.Waiting("Pending", "the Pod is being started"));
    }

    private static Optional<Outcome> unscheduled(Pod pod) {
        return Optional.ofNullable(pod.getStatus()).stream()
                .flatMap(status -> status.getConditions().stream())
                .filter(condition -> "PodScheduled".equals(condition.getType()) && "False".equals(condition.getStatus()))
                .<Outcome>map(condition -> new Outcome.Waiting(
                        Objects.requireNonNullElse(condition.getReason(), "Unschedulable"), said(condition.getMessage())))
                .findFirst();
    }

    /** How the container ended that matters: the one before the program, when it did not let that begin, else the Pod's main one. */
    private static Optional<ContainerStateTerminated> terminated(Pod pod) {
        return init(pod).map(ContainerState::getTerminated).filter(end -> exitCode(end) != 0).or(() -> state(pod).map(ContainerState::getTerminated));
    }

    /** Whether it is the user's program that the Pod's end tells of. */
    private static boolean isProgram(Pod pod) {
        boolean began = init(pod).map(ContainerState::getTerminated).filter(end -> exitCode(end) != 0).isEmpty();
        return began && container(pod, Containers.MIGRATIONS).isPresent();
    }

    private static Optional<ContainerState> state(Pod pod) {
        return container(pod, Containers.WORKER).or(() -> container(pod, Containers.MIGRATIONS));
    }

    private static Optional<ContainerState> container(Pod pod, String name) {
        return Optional.ofNullable(pod.getStatus()).stream().flatMap(status -> named(status.getContainerStatuses(), name)).findFirst();
    }

    private static Optional<ContainerState> init(Pod pod) {
        return Optional.ofNullable(pod.getStatus()).stream().flatMap(status -> named(status.getInitContainerStatuses(), Containers.CONNECTION)).findFirst();
    }

    /** The server beside a worker, when that cannot begin because this one does not. */
    private static Optional<ContainerState> held(Pod pod) {
        boolean waits = state(pod).filter(main -> main.getWaiting() != null).isPresent();
        return Optional.ofNullable(pod.getStatus()).filter(status -> waits).stream()
                .flatMap(status -> named(status.getInitContainerStatuses(), Beside.SERVER))
                .filter(state -> state.getWaiting() != null)
                .findFirst();
    }

    private static Stream<ContainerState> named(List<ContainerStatus> statuses, String name) {
        return statuses.stream().filter(status -> status.getName().equals(name)).map(ContainerStatus::getState).filter(Objects::nonNull);
    }

    private static int exitCode(ContainerStateTerminated terminated) {
        return Objects.requireNonNullElse(terminated.getExitCode(), -1);
    }

    private static String said(String... words) {
        String all = Stream.of(words).filter(Objects::nonNull).collect(Collectors.joining(": "));
        return all.isEmpty() ? "no cause was given" : all;
    }
}
