package dev.remuda.job;

import io.fabric8.kubernetes.api.model.batch.v1.Job;

/** One thing that a plan wants done in the cluster. */
public sealed interface Step {
    /** Create the Job. */
    record CreateJob(Job job) implements Step {}

    /** Delete the Job and its Pod; an absent one is as good. */
    record DeleteJob(String name) implements Step {}

    /** Tell the user, as an Event on the resource. */
    record Tell(boolean warning, String reason, String message) implements Step {}
}
