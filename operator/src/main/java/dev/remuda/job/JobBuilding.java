package dev.remuda.job;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;

import dev.remuda.api.JobTemplateSpec;
import dev.remuda.config.OperatorConfig;
import dev.remuda.task.Json;
import dev.remuda.task.Task;
import dev.remuda.task.WorkerProtocol;

/** Makes the Job that carries out a task: one Pod, one try, nothing writable but an empty /tmp, no service account token. */
public final class JobBuilding {
    static final String CONTAINER = "worker";

    private static final long USER = 65532L;
    private static final int DAY = 86_400;
    private static final Duration JOB_GRACE = Duration.ofMinutes(2);

    private static final ResourceRequirements USUAL_RESOURCES = new ResourceRequirementsBuilder()
            .addToRequests("cpu", new Quantity("100m"))
            .addToRequests("memory", new Quantity("256Mi"))
            .addToLimits("memory", new Quantity("512Mi"))
            .build();

    private final OperatorConfig config;

    public JobBuilding(OperatorConfig config) {
        this.config = config;
    }

    /**
     * @param name the Job's name; the same name for the same work, so that a second create is refused by the API server
     * @param timeout how long the Pod may run
     */
    public Job build(Owner owner, String name, String kind, Task task, Mounts mounts, JobTemplateSpec template, Duration timeout) {
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
                .withAnnotations(annotations)
                .endMetadata()
                .withSpec(pod(task, mounts, template, timeout))
                .endTemplate()
                .endSpec()
                .build();
    }

    private PodSpec pod(Task task, Mounts mounts, JobTemplateSpec template, Duration timeout) {
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
                .endSecurityContext()
                .addNewContainer()
                .withName(CONTAINER)
                .withImage(config.workerImage())
                .withImagePullPolicy(config.imagePullPolicy())
                .withArgs("worker")
                .addNewEnv()
                .withName(WorkerProtocol.TASK_VARIABLE)
                .withValue(Json.writeTask(task))
                .endEnv()
                .withResources(template.resources() == null ? USUAL_RESOURCES : template.resources())
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .withVolumeMounts(mounts.mounts())
                .addNewVolumeMount()
                .withName("tmp")
                .withMountPath("/tmp")
                .endVolumeMount()
                .endContainer()
                .withVolumes(mounts.volumes())
                .addNewVolume()
                .withName("tmp")
                .withNewEmptyDir()
                .withSizeLimit(new Quantity("64Mi"))
                .endEmptyDir()
                .endVolume()
                .build();
    }
}
