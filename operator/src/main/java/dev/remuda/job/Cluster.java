package dev.remuda.job;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Optional;

/** The one door through which plans act on the cluster and see the Jobs of a resource. */
public interface Cluster {
    /** The Job as the API server has it now, with its Pod; a cache that lags behind is not trusted with a Job that seems to be gone. */
    Optional<JobView> job(HasMetadata owner, String name);

    /** @return false when a Job of that name exists and belongs to something else */
    boolean create(Owner owner, Job job);

    void delete(String namespace, String job);

    void tell(HasMetadata about, Step.Tell words);
}
