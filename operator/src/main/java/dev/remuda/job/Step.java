package dev.remuda.job;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

import dev.remuda.api.Backup;
import dev.remuda.api.Occasion;

/** One thing that a plan wants done in the cluster. */
public sealed interface Step {
    /** Create the Job. */
    record CreateJob(Job job) implements Step {}

    /** Delete the Job and its Pod; an absent one is as good. */
    record DeleteJob(String name) implements Step {}

    /** Create the Backup. */
    record CreateBackup(Backup backup) implements Step {}

    /** Write the resource's status over the one that it was made from. */
    record UpdateStatus(HasMetadata resource) implements Step {}

    /** Give the resource the labels, annotations, finalizers and owners that this one has, and no others, if nobody has changed it since. */
    record Amend(HasMetadata resource) implements Step {}

    /** Delete the Backup for good: nothing of it is in the store, so that its finalizer has no work left. An absent one is as good. */
    record DeleteBackup(String name, String uid) implements Step {}

    /** Tell the user, as an Event on the resource. @param occasion of which somebody may want a notice; null: none */
    record Tell(boolean warning, String reason, String message, Occasion occasion) implements Step {
        public Tell(boolean warning, String reason, String message) {
            this(warning, reason, message, null);
        }
    }
}
