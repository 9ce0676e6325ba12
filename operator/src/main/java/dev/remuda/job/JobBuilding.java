package dev.remuda.job;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;

import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Durations;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.RestoreSpec.Migrations;
import dev.remuda.api.VerificationSpec;
import dev.remuda.config.OperatorConfig;
import dev.remuda.config.ThisCluster;
import dev.remuda.task.Claimant;
import dev.remuda.task.ConnectionTask;
import dev.remuda.task.Task;

/** Makes the Job that carries out a task: one Pod, one try, nothing writable but an empty /tmp, no service account token. */
public final class JobBuilding {
    /** Name of the container that a worker runs in. */
    public static final String WORKER = Containers.WORKER;

    private static final long USER = 65532L;
    private static final int DAY = 86_400;
    private static final Duration JOB_GRACE = Duration.ofMinutes(2);

    private final OperatorConfig config;

    public JobBuilding(OperatorConfig config) {
        this.config = config;
    }

    /** A policy that writes into its part of a store, if that is its own. */
    public static Claimant claimant(BackupPolicy policy) {
        return new Claimant(policy.getMetadata().getUid(), ThisCluster.id().orElse(null), null);
    }

    /**
     * @param name the Job's name; the same name for the same work, so that a second create is refused by the API server
     * @param timeout how long the Pod may run
     */
    public Job build(Owner owner, String name, String kind, Task task, Mounts mounts, JobTemplateSpec template, Duration timeout) {
        PodSpec pod = pod(template, timeout)
                .withContainers(Containers.worker(config, task, mounts, template).build())
                .withVolumes(mounts.volumes())
                .addToVolumes(empty("tmp", null, "64Mi"))
                .build();
        return job(owner, name, kind, template, timeout, pod);
    }

    /** A Job that runs a program of the user's against a database, after a worker has written down how to connect to it. */
    public Job migrations(Owner owner, String name, Migrations program, ConnectionTask task, Mounts mounts, JobTemplateSpec template) {
        Duration timeout = Durations.parse(program.timeout()).plus(JOB_GRACE);
        PodSpec pod = pod(template, timeout)
                .withInitContainers(Containers.connection(config, task, mounts, template))
                .withContainers(Containers.migrations(program, task, mounts, template))
                .withVolumes(mounts.volumes())
                .addToVolumes(
                        empty("tmp", null, "64Mi"), empty(Containers.CONNECTION_VOLUME, "Memory", "1Mi"), empty(Containers.MIGRATIONS_TMP, null, "1Gi"))
                .build();
        return job(owner, name, "migrations", template, timeout, pod);
    }

    /** A Job whose worker restores a backup for a trial into a server that runs beside it, and ends with it. @param preload whether the backup needs TimescaleDB */
    public Job drill(Owner owner, String name, VerificationSpec.Server server, boolean preload, Task task, Mounts mounts, JobTemplateSpec template, Duration timeout) {
        Volume passwd = new VolumeBuilder()
                .withName(Beside.PASSWD)
                .withNewDownwardAPI()
                .addNewItem()
                .withPath(Beside.PASSWD)
                .withNewFieldRef()
                .withFieldPath("metadata.annotations['" + Labels.PASSWD + "']")
                .endFieldRef()
                .endItem()
                .endDownwardAPI()
                .build();
        PodSpec pod = pod(template, timeout)
                .withInitContainers(Beside.server(server, preload))
                .withContainers(Containers.worker(config, task, mounts, template).addToVolumeMounts(Beside.shared()).build())
                .withVolumes(mounts.volumes())
                .addToVolumes(empty("tmp", null, "64Mi"), passwd, Beside.room(server))
                .build();
        Job job = job(owner, name, "drill-beside", template, timeout, pod);
        job.getSpec().getTemplate().getMetadata().getAnnotations().put(Labels.PASSWD, Beside.passwd(USER));
        return job;
    }

    private Job job(Owner owner, String name, String kind, JobTemplateSpec template, Duration timeout, PodSpec pod) {
        Map<String, String> labels = new HashMap<>(template.labels());
        labels.putAll(Labels.of(owner, kind));
        Map<String, String> annotations = new HashMap<>(template.annotations());
        annotations.put(Labels.OWNER_NAME, owner.name());
        return new JobBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(owner.namespace())
                .withLabels(labels)
                .withAnnotations(annotations)
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion(owner.apiVersion())
                        .withKind(owner.kind())
                        .withName(owner.name())
                        .withUid(owner.uid())
                        .withController(true)
                        .withBlockOwnerDeletion(false)
                        .build())
                .endMetadata()
                .withNewSpec()
                .withBackoffLimit(0)
                .withTtlSecondsAfterFinished(DAY)
                // The Pod's own deadline keeps the Pod and its message; the Job's deletes both and is only the last end.
                .withActiveDeadlineSeconds(config.startDeadline().plus(timeout).plus(JOB_GRACE).toSeconds())
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(labels)
                .withAnnotations(new HashMap<>(annotations))
                .endMetadata()
                .withSpec(pod)
                .endTemplate()
                .endSpec()
                .build();
    }

    private PodSpecBuilder pod(JobTemplateSpec template, Duration timeout) {
        return new PodSpecBuilder()
                .withRestartPolicy("Never")
                .withActiveDeadlineSeconds(timeout.toSeconds())
                .withTerminationGracePeriodSeconds(30L)
                .withServiceAccountName(template.serviceAccountName())
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withNodeSelector(template.nodeSelector())
                .withTolerations(template.tolerations())
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(USER)
                .withRunAsGroup(USER)
                .withFsGroup(USER)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext();
    }

    private static Volume empty(String name, String medium, String size) {
        return new VolumeBuilder().withName(name).withNewEmptyDir().withMedium(medium).withSizeLimit(new Quantity(size)).endEmptyDir().build();
    }
}
