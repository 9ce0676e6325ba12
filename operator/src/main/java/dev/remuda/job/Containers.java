package dev.remuda.job;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;

import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.RestoreSpec.Migrations;
import dev.remuda.config.OperatorConfig;
import dev.remuda.task.ConnectionTask;
import dev.remuda.task.Json;
import dev.remuda.task.Task;
import dev.remuda.task.WorkerProtocol;

/** The containers of our Pods: the worker, and the user's program that migrates a restored database. */
final class Containers {
    static final String WORKER = "worker";

    /** The worker that writes down the connection before the migrations begin. */
    static final String CONNECTION = "connection";

    static final String MIGRATIONS = "migrations";

    static final VolumeMount TMP = new VolumeMountBuilder().withName("tmp").withMountPath("/tmp").build();
    static final String CONNECTION_VOLUME = "connection";
    static final String MIGRATIONS_TMP = "migrations-tmp";

    private static final String EPHEMERAL = "ephemeral-storage";

    private static final ResourceRequirements USUAL_RESOURCES = new ResourceRequirementsBuilder()
            .addToRequests("cpu", new Quantity("100m"))
            .addToRequests("memory", new Quantity("256Mi"))
            .addToLimits("memory", new Quantity("512Mi"))
            .build();

    private Containers() {}

    static ContainerBuilder worker(OperatorConfig config, Task task, Mounts mounts, JobTemplateSpec template) {
        return new ContainerBuilder()
                .withName(WORKER)
                .withImage(config.workerImage())
                .withImagePullPolicy(config.imagePullPolicy())
                .withArgs("worker")
                .addNewEnv()
                .withName(WorkerProtocol.TASK_VARIABLE)
                .withValue(Json.writeTask(task))
                .endEnv()
                .withResources(resources(template, mounts.scratch()))
                .withSecurityContext(restricted(true))
                .withVolumeMounts(mounts.mounts())
                .addToVolumeMounts(TMP);
    }

    static Container connection(OperatorConfig config, ConnectionTask task, Mounts mounts, JobTemplateSpec template) {
        return worker(config, task, mounts, template).withName(CONNECTION).addToVolumeMounts(connectionMount(task, false)).build();
    }

    /**
     * The user's words are arguments of the shell, never its text. Of the mounts it is given the certificates alone: the login stands in the
     * file that it reads, whatever the Secret looks like.
     */
    static Container migrations(Migrations program, ConnectionTask task, Mounts mounts, JobTemplateSpec template) {
        String script = ". " + task.directory() + "/" + ConnectionTask.FILE + " && exec \"$@\"";
        return new ContainerBuilder()
                .withName(MIGRATIONS)
                .withImage(program.image())
                .withCommand(Stream.of(List.of("/bin/sh", "-c", script, MIGRATIONS), program.command(), program.args()).flatMap(List::stream).toList())
                .withEnv(program.env())
                .withResources(resources(template, Optional.empty()))
                .withSecurityContext(restricted(null)) // the user's own image may need to write beside its program
                .withVolumeMounts(mounts.certificates())
                .addToVolumeMounts(connectionMount(task, true), new VolumeMountBuilder(TMP).withName(MIGRATIONS_TMP).build())
                .build();
    }

    /** As the Pod Security profile restricted wants it of each container. @param readOnly whether its own files are; null: they are not */
    static SecurityContext restricted(Boolean readOnly) {
        return new SecurityContextBuilder()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(readOnly)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .build();
    }

    private static VolumeMount connectionMount(ConnectionTask task, boolean readOnly) {
        return new VolumeMountBuilder().withName(CONNECTION_VOLUME).withMountPath(task.directory()).withReadOnly(readOnly ? true : null).build();
    }

    /** The scheduler looks for a node that has the room; it comes on top of what the user sets aside. */
    private static ResourceRequirements resources(JobTemplateSpec template, Optional<Quantity> scratch) {
        ResourceRequirements own = template.resources() == null ? USUAL_RESOURCES : template.resources();
        if (scratch.isEmpty()) {
            return own;
        }
        ResourceRequirementsBuilder more = new ResourceRequirementsBuilder(own).addToRequests(EPHEMERAL, sum(own.getRequests(), scratch.get()));
        return own.getLimits() != null && own.getLimits().containsKey(EPHEMERAL)
                ? more.addToLimits(EPHEMERAL, sum(own.getLimits(), scratch.get())).build()
                : more.build();
    }

    private static Quantity sum(Map<String, Quantity> known, Quantity more) {
        return known == null || !known.containsKey(EPHEMERAL) ? more : known.get(EPHEMERAL).add(more);
    }
}
