package dev.remuda.job;

import java.util.Optional;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

/** A Job and its Pod as last seen. */
public record JobView(Job job, Optional<Pod> pod) {
    public Outcome outcome() {
        return Outcomes.of(job, pod);
    }

    public boolean belongsTo(Owner owner) {
        return job.getMetadata().getOwnerReferences().stream().anyMatch(reference -> owner.uid().equals(reference.getUid()));
    }
}
