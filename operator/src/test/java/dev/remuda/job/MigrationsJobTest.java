package dev.remuda.job;

import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.junit.jupiter.api.Test;

import dev.remuda.api.CaRef;
import dev.remuda.api.DatabaseSpec;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.RestoreSpec.Migrations;
import dev.remuda.api.SecretRef;
import dev.remuda.support.Samples;
import dev.remuda.task.ConnectionTask;
import dev.remuda.task.Json;
import dev.remuda.task.Task;

import static org.assertj.core.api.Assertions.assertThat;

/** The Pod in which a program of the user's is given a database, and as little else as can be. */
class MigrationsJobTest {
    private static final String SCRIPT = ". /remuda/connection/connection.env && exec \"$@\"";

    private final Mounts mounts = new Mounts();
    private final DatabaseSpec database = new DatabaseSpec("h", null, "side", null, new SecretRef("horses-db", null), new CaRef(null, "issuer", "ca.pem"));
    private final ConnectionTask task = new ConnectionTask(mounts.database(database), "/remuda/connection");
    private final EnvVar variable = new EnvVarBuilder().withName("LOG").withValue("debug").build();
    private final Toleration toleration = new TolerationBuilder().withKey("backup").withOperator("Exists").build();
    private final Job job = new JobBuilding(Samples.CONFIG).migrations(
            Owner.of(Samples.restore(null, null, null)), "back-migrations-1",
            new Migrations("flyway:1", List.of("flyway", "-x; rm -rf /"), List.of("$(id)", "migrate"), List.of(variable), "30m"), task, mounts,
            new JobTemplateSpec(null, "writer", Map.of("disk", "ssd"), List.of(toleration), Map.of("team", "stables"), null));
    private final PodSpec pod = job.getSpec().getTemplate().getSpec();
    private final Container program = pod.getContainers().getFirst();

    @Test
    void theWorkerWritesTheConnectionDownFirst() {
        Container connection = pod.getInitContainers().getFirst();
        assertThat(pod.getInitContainers()).hasSize(1);
        assertThat(connection.getName()).isEqualTo("connection");
        assertThat(connection.getImage()).isEqualTo("remuda:test");
        assertThat(connection.getArgs()).containsExactly("worker");
        assertThat(Json.read(connection.getEnv().getFirst().getValue(), Task.class)).isEqualTo(task);
        assertThat(connection.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(mount(connection, "/remuda/connection").getReadOnly()).isNull();
        assertThat(mount(connection, "/var/run/remuda/database").getName()).isEqualTo("database");
    }

    @Test
    void theUsersWordsAreArgumentsAndNeverPartOfTheScript() {
        assertThat(pod.getContainers()).hasSize(1);
        assertThat(program.getName()).isEqualTo("migrations");
        assertThat(program.getImage()).isEqualTo("flyway:1");
        assertThat(program.getCommand()).containsExactly("/bin/sh", "-c", SCRIPT, "migrations", "flyway", "-x; rm -rf /", "$(id)", "migrate");
        assertThat(program.getArgs()).isEmpty();
        assertThat(program.getEnv()).containsExactly(variable);
    }

    @Test
    void theProgramSeesTheConnectionAndTheCertificatesAlone() {
        assertThat(program.getVolumeMounts()).extracting(VolumeMount::getMountPath).containsExactlyInAnyOrder("/var/run/remuda/database-ca", "/remuda/connection", "/tmp");
        assertThat(mount(program, "/remuda/connection").getReadOnly()).isTrue();
        assertThat(mount(program, "/var/run/remuda/database-ca").getReadOnly()).isTrue();
        assertThat(mount(program, "/tmp").getName()).as("what one leaves there the other does not see").isNotEqualTo(mount(pod.getInitContainers().getFirst(), "/tmp").getName());
        assertThat(volume("database-ca").getSecret().getItems()).as("the Secret's other keys are nobody's business").singleElement()
                .satisfies(item -> assertThat(item.getKey()).isEqualTo("ca.pem"));
        assertThat(volume("connection").getEmptyDir().getMedium()).isEqualTo("Memory");
        assertThat(volume("connection").getEmptyDir().getSizeLimit()).hasToString("1Mi");
        assertThat(pod.getVolumes()).extracting(Volume::getName).doesNotHaveDuplicates()
                .containsAll(program.getVolumeMounts().stream().map(VolumeMount::getName).toList());
    }

    @Test
    void thePodIsRestrictedButTheProgramMayWriteInItsOwnImage() {
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(65532);
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(program.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(program.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(program.getSecurityContext().getReadOnlyRootFilesystem()).isNull();
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    }

    @Test
    void theTemplateAndTheTimeoutCountHereToo() {
        assertThat(pod.getServiceAccountName()).isEqualTo("writer");
        assertThat(pod.getNodeSelector()).containsOnly(Map.entry("disk", "ssd"));
        assertThat(pod.getTolerations()).containsExactly(toleration);
        assertThat(job.getMetadata().getLabels()).containsEntry("team", "stables").containsEntry(Labels.TASK, "migrations");
        assertThat(pod.getRestartPolicy()).isEqualTo("Never");
        assertThat(job.getSpec().getBackoffLimit()).isZero();
        assertThat(pod.getActiveDeadlineSeconds()).isBetween(1800L, 2000L);
    }

    private static VolumeMount mount(Container container, String path) {
        return container.getVolumeMounts().stream().filter(mount -> mount.getMountPath().equals(path)).findFirst().orElseThrow();
    }

    private Volume volume(String name) {
        return pod.getVolumes().stream().filter(volume -> volume.getName().equals(name)).findFirst().orElseThrow();
    }
}
