package dev.remuda.job;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

/**
 * A Job and its Pod as last seen. A Pod may outlive its Job by the seconds that it needs to stop; its last word counts all the same.
 *
 * @param name the Job's name, also when only its Pod is left
 * @param trouble why the Job has no Pod or its Pod does not start, as an Event tells it, when that is known and stands nowhere else
 */
public record JobView(String name, Optional<Job> job, Optional<Pod> pod, Optional<Outcome.Waiting> trouble) {
    private static final Duration POD_STARTS_WITHIN = Duration.ofSeconds(10);

    public JobView(String name, Optional<Job> job, Optional<Pod> pod) {
        this(name, job, pod, Optional.empty());
    }

    /** Whether a Pod of the Job's name is the Job's own: an earlier Job of that name may have left one. @param job when it is there still */
    public static boolean owns(Optional<Job> job, Pod pod) {
        return job.isEmpty()
                || pod.getMetadata().getOwnerReferences().stream().anyMatch(owner -> job.get().getMetadata().getUid().equals(owner.getUid()));
    }

    public Outcome outcome(Instant now) {
        return Outcomes.of(this, now);
    }

    public boolean belongsTo(Owner owner) {
        return job.isPresent()
                ? references().stream().anyMatch(reference -> owner.uid().equals(reference.getUid()))
                : pod.map(left -> left.getMetadata().getLabels()).filter(labels -> owner.uid().equals(labels.get(Labels.OWNER_UID))).isPresent();
    }

    /** Whether the Job works for the resource without belonging to it: what belongs to a resource may be collected before it. */
    public boolean worksFor(Owner owner) {
        return references().isEmpty() && job.<HasMetadata>map(known -> known).or(() -> pod)
                .map(known -> known.getMetadata().getLabels())
                .filter(labels -> owner.uid().equals(labels.get(Labels.OWNER_UID)))
                .isPresent();
    }

    /** Whether the Job belongs to a deleted resource of the same kind and name, and will soon be collected after it. */
    public boolean belongsToEarlier(Owner owner) {
        return !belongsTo(owner)
                && references().stream().anyMatch(earlier -> owner.kind().equals(earlier.getKind()) && owner.name().equals(earlier.getName()));
    }

    /** Whether the Job was deleted in a way that leaves its Pod: nobody will collect that. */
    public boolean isOrphaned() {
        return job.isEmpty() && pod.filter(left -> left.getMetadata().getOwnerReferences().isEmpty() && left.getMetadata().getDeletionTimestamp() == null).isPresent();
    }

    /** Whether the Pod should have come and started for a while, and nothing says why it has not. */
    public boolean isUnexplained(Outcome.Waiting waiting, Instant now) {
        return waiting.trouble().isEmpty() && overdue(POD_STARTS_WITHIN, now);
    }

    /** Whether the Job, or the Pod that outlived it, exists for longer than a Pod may need to start. */
    public boolean overdue(Duration startDeadline, Instant now) {
        return !left(startDeadline, now).isPositive();
    }

    /** How long the Pod may still need to start; not positive when that is over. */
    public Duration left(Duration startDeadline, Instant now) {
        return job.<HasMetadata>map(known -> known).or(() -> pod).map(known -> known.getMetadata().getCreationTimestamp())
                .map(created -> Duration.between(now, Instant.parse(created).plus(startDeadline)))
                .orElse(startDeadline);
    }

    private List<OwnerReference> references() {
        return job.map(known -> known.getMetadata().getOwnerReferences()).orElse(List.of());
    }
}
