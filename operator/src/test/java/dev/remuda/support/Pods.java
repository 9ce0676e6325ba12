package dev.remuda.support;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;

import dev.remuda.task.Json;
import dev.remuda.task.Result;

/** A Job's Pod, and what the Job controller and the kubelet write into both, as it was seen on a real cluster. */
public final class Pods {
    private Pods() {}

    /** The Pod as the Job controller makes it. */
    public static Pod of(Job job) {
        var template = job.getSpec().getTemplate();
        Map<String, String> labels = new TreeMap<>(template.getMetadata().getLabels());
        labels.put("batch.kubernetes.io/job-name", job.getMetadata().getName());
        return new PodBuilder()
                .withNewMetadata()
                .withName(job.getMetadata().getName() + "-x7k2p")
                .withNamespace(job.getMetadata().getNamespace())
                .withLabels(labels)
                .withAnnotations(template.getMetadata().getAnnotations())
                .endMetadata()
                .withSpec(template.getSpec())
                .withNewStatus()
                .withPhase("Pending")
                .endStatus()
                .build();
    }

    public static Pod running(Job job) {
        return container(of(job), "Running", new ContainerStateBuilder().withNewRunning().withStartedAt("2026-03-01T02:00:05Z").endRunning().build());
    }

    public static Pod waiting(Job job, String reason, String message) {
        return container(
                of(job), "Pending", new ContainerStateBuilder().withNewWaiting().withReason(reason).withMessage(message).endWaiting().build());
    }

    public static Pod unschedulable(Job job, String message) {
        return condition(of(job), "PodScheduled", "False", "Unschedulable", message);
    }

    /** As the Job controller makes it. */
    public static Pod owned(Job job, Pod pod) {
        return new PodBuilder(pod)
                .editMetadata()
                .addNewOwnerReference()
                .withApiVersion("batch/v1")
                .withKind("Job")
                .withName(job.getMetadata().getName())
                .withUid(job.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .build();
    }

    /** The worker wrote its result and ended. */
    public static Pod reported(Job job, Result result) {
        boolean well = !(result instanceof dev.remuda.task.FailureResult);
        return ended(job, well ? 0 : 1, well ? "Completed" : "Error", Json.writeResult(result));
    }

    public static Pod ended(Job job, int exitCode, String reason, String message) {
        ContainerState state = new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(exitCode)
                .withReason(reason)
                .withMessage(message)
                .endTerminated()
                .build();
        return container(of(job), exitCode == 0 ? "Succeeded" : "Failed", state);
    }

    /** A Pod with a program of the user's, which has ended. */
    public static Pod program(Job job, int exitCode) {
        return program(job, new ContainerStateBuilder().withNewTerminated().withExitCode(exitCode).withReason(exitCode == 0 ? "Completed" : "Error").endTerminated().build());
    }

    /** A Pod with a program of the user's, for which the worker has written down the connection. */
    public static Pod program(Job job, ContainerState state) {
        return connection(program(of(job), state), new ContainerStateBuilder().withNewTerminated().withExitCode(0).withReason("Completed").endTerminated().build());
    }

    /** A Pod with a program of the user's that has not begun, for the worker before it is in that state. */
    public static Pod connection(Job job, ContainerState state) {
        ContainerState waiting = new ContainerStateBuilder().withNewWaiting().withReason("PodInitializing").endWaiting().build();
        return connection(program(of(job), waiting), state);
    }

    private static Pod program(Pod pod, ContainerState state) {
        return new PodBuilder(pod).editStatus().addNewContainerStatus().withName("migrations").withState(state).endContainerStatus().endStatus().build();
    }

    private static Pod connection(Pod pod, ContainerState state) {
        return new PodBuilder(pod).editStatus().addNewInitContainerStatus().withName("connection").withState(state).endInitContainerStatus().endStatus().build();
    }

    /** What the Pod's own status says of its end: Evicted, DeadlineExceeded… */
    public static Pod because(Pod pod, String reason, String message) {
        return new PodBuilder(pod).editStatus().withPhase("Failed").withReason(reason).withMessage(message).endStatus().build();
    }

    public static Pod condition(Pod pod, String type, String status, String reason, String message) {
        return new PodBuilder(pod)
                .editStatus()
                .addNewCondition()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .endCondition()
                .endStatus()
                .build();
    }

    public static Pod deletedAt(Pod pod, Instant time) {
        return new PodBuilder(pod).editMetadata().withDeletionTimestamp(time.toString()).endMetadata().build();
    }

    public static Job with(Job job, String condition, String reason) {
        return new JobBuilder(job)
                .editOrNewStatus()
                .addNewCondition()
                .withType(condition)
                .withStatus("True")
                .withReason(reason)
                .endCondition()
                .endStatus()
                .build();
    }

    public static Job createdAt(Job job, Instant time) {
        return new JobBuilder(job).editMetadata().withCreationTimestamp(time.toString()).endMetadata().build();
    }

    public static Pod createdAt(Pod pod, Instant time) {
        return new PodBuilder(pod).editMetadata().withCreationTimestamp(time.toString()).endMetadata().build();
    }

    private static Pod container(Pod pod, String phase, ContainerState state) {
        return new PodBuilder(pod)
                .editStatus()
                .withPhase(phase)
                .addNewContainerStatus()
                .withName("worker")
                .withState(state)
                .endContainerStatus()
                .endStatus()
                .build();
    }
}
