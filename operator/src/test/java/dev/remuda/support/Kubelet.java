package dev.remuda.support;

import java.time.Duration;
import java.util.function.Function;
import java.util.function.Predicate;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.awaitility.Awaitility;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.task.CatalogueResult;

/** Plays the Job controller and the kubelet through the API of a server, mock or real, and waits for what the operator makes of it. */
public final class Kubelet {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final KubernetesClient client;
    private final String namespace;

    public Kubelet(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /** The Job, once the operator has created it. */
    public Job job(String name) {
        return await(Job.class, name, job -> true);
    }

    /** Makes the Job's Pod, or changes the one it has. */
    public void pod(String job, Function<Job, Pod> pod) {
        Job owner = job(job);
        Pod wanted = Pods.owned(owner, pod.apply(owner));
        Pod known = client.resource(wanted).get();
        Pod made = known == null ? client.resource(wanted).create() : known;
        made.setStatus(wanted.getStatus());
        client.resource(made).updateStatus();
    }

    /** Ends the first look for backups in a policy's store, in which there are none. */
    public void catalogue(String policy) {
        pod(policy + "-catalogue-1", job -> Pods.reported(job, new CatalogueResult(0, null, false, null, null)));
        await(BackupPolicy.class, policy, seen -> seen.getStatus() != null && seen.getStatus().catalogue() != null && seen.getStatus().catalogue().completedAt() != null);
    }

    public Backup backup(String name, Phase phase) {
        return await(Backup.class, name, backup -> backup.getStatus() != null && backup.getStatus().phase() == phase);
    }

    public Restore restore(String name, Phase phase) {
        return await(Restore.class, name, restore -> restore.getStatus() != null && restore.getStatus().phase() == phase);
    }

    /** The resource, once it exists and is as wished. */
    public <T extends HasMetadata> T await(Class<T> kind, String name, Predicate<T> wish) {
        return Awaitility.await(kind.getSimpleName() + " " + name)
                .pollInterval(Duration.ofMillis(20))
                .atMost(PATIENCE)
                .until(() -> client.resources(kind).inNamespace(namespace).withName(name).get(), found -> found != null && wish.test(found));
    }
}
