package dev.remuda.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import io.javaoperatorsdk.operator.api.reconciler.Context;

import dev.remuda.api.ProgressStatus;
import dev.remuda.job.Cluster;
import dev.remuda.job.JobView;
import dev.remuda.job.Outcome;
import dev.remuda.task.Progress;

/**
 * Finds a Job and its Pod: in the caches while all goes well, at the API server before a loss is believed. Jobs and Pods come by two watches,
 * so a cache may show a Job that ended beside a Pod that has not yet said how. Why a Job gets no Pod, or its Pod does not start, may
 * stand in Events alone, which nobody watches.
 */
public final class JobFinder {
    private final Cluster cluster;
    private final Duration startDeadline;

    public JobFinder(Cluster cluster, Duration startDeadline) {
        this.cluster = cluster;
        this.startDeadline = startDeadline;
    }

    public Optional<JobView> find(Context<?> context, String namespace, String name, Instant now) {
        return JobSources.find(context, name)
                .filter(view -> switch (view.outcome(now)) {
                    case Outcome.Lost lost -> false;
                    case Outcome.Waiting waiting -> !view.overdue(startDeadline, now) && !view.isUnexplained(waiting, now);
                    default -> true;
                })
                .or(() -> cluster.job(namespace, name));
    }

    /** What the worker of a Job says of its progress, when it is time to ask again. */
    public Optional<Progress> progress(Optional<JobView> job, ProgressStatus last, Instant now) {
        return job.filter(view -> ProgressStatus.isDue(last, now) && view.outcome(now) instanceof Outcome.Running)
                .flatMap(JobView::pod)
                .flatMap(pod -> cluster.progress(pod.getMetadata().getNamespace(), pod.getMetadata().getName()));
    }
}
