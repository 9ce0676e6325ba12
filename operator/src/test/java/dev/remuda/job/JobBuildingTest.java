package dev.remuda.job;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.junit.jupiter.api.Test;

import dev.remuda.api.JobTemplateSpec;
import dev.remuda.support.Samples;
import dev.remuda.task.Json;
import dev.remuda.task.SettleTask;
import dev.remuda.task.Task;

import static org.assertj.core.api.Assertions.assertThat;

class JobBuildingTest {
    private static final Owner OWNER = new Owner("remuda.dev/v1beta1", "Backup", "stable", "monday", "6f1c2a34-5b6c-4d7e-8f90-123456789012");
    private static final Duration TIMEOUT = Duration.ofHours(2);

    private final Mounts mounts = new Mounts();
    private final Task task = new SettleTask(mounts.store(Samples.storage()), "p/");

    @Test
    void thePodMayDoNothingButItsWork() {
        PodSpec pod = pod(build(JobTemplateSpec.EMPTY));
        Container worker = pod.getContainers().getFirst();

        assertThat(pod.getContainers()).hasSize(1);
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(65532);
        assertThat(pod.getSecurityContext().getFsGroup()).isEqualTo(65532);
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(worker.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(worker.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(worker.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(worker.getSecurityContext().getCapabilities().getAdd()).isEmpty();
        assertThat(pod.getVolumes()).filteredOn(volume -> volume.getEmptyDir() != null).extracting(Volume::getName).containsExactly("tmp");
    }

    @Test
    void thePodHoldsNoTokenOfAServiceAccountWhicheverItHas() {
        JobTemplateSpec withAccount = new JobTemplateSpec(null, "backup-writer", null, null, null, null);

        assertThat(pod(build(JobTemplateSpec.EMPTY)).getAutomountServiceAccountToken()).isFalse();
        assertThat(pod(build(JobTemplateSpec.EMPTY)).getServiceAccountName()).isNull();
        assertThat(pod(build(withAccount)).getAutomountServiceAccountToken()).isFalse();
        assertThat(pod(build(withAccount)).getServiceAccountName()).isEqualTo("backup-writer");
        assertThat(pod(build(withAccount)).getEnableServiceLinks()).isFalse();
    }

    @Test
    void aJobIsOneTryOfOnePod() {
        Job job = build(JobTemplateSpec.EMPTY);
        assertThat(job.getSpec().getBackoffLimit()).isZero();
        assertThat(pod(job).getRestartPolicy()).isEqualTo("Never");
    }

    @Test
    void thePodEndsByItsOwnDeadlineAndTheJobOnlyWhenThatFailed() {
        Job job = build(JobTemplateSpec.EMPTY);
        assertThat(pod(job).getActiveDeadlineSeconds()).isEqualTo(TIMEOUT.toSeconds());
        assertThat(job.getSpec().getActiveDeadlineSeconds()).isGreaterThan(TIMEOUT.plus(Samples.CONFIG.startDeadline()).toSeconds());
    }

    @Test
    void aFinishedJobStaysADayForWhoWantsToSeeItsLog() {
        assertThat(build(JobTemplateSpec.EMPTY).getSpec().getTtlSecondsAfterFinished()).isEqualTo(86_400);
    }

    @Test
    void theWorkerIsGivenItsTaskAndNothingElse() {
        Container worker = pod(build(JobTemplateSpec.EMPTY)).getContainers().getFirst();

        assertThat(worker.getImage()).isEqualTo("remuda:test");
        assertThat(worker.getImagePullPolicy()).isEqualTo("IfNotPresent");
        assertThat(worker.getArgs()).containsExactly("worker");
        assertThat(worker.getEnv()).extracting(EnvVar::getName).containsExactly("REMUDA_TASK");
        assertThat(Json.read(worker.getEnv().getFirst().getValue(), Task.class)).isEqualTo(task);
        assertThat(worker.getEnvFrom()).isEmpty();
    }

    @Test
    void everyMountHasItsVolume() {
        PodSpec pod = pod(build(JobTemplateSpec.EMPTY));
        assertThat(pod.getContainers().getFirst().getVolumeMounts())
                .allSatisfy(mount -> assertThat(pod.getVolumes()).extracting(Volume::getName).contains(mount.getName()))
                .hasSameSizeAs(pod.getVolumes());
    }

    @Test
    void resourcesHaveADefaultThatThePolicyReplaces() {
        ResourceRequirements usual = resources(build(JobTemplateSpec.EMPTY));
        assertThat(usual.getRequests()).containsEntry("cpu", new Quantity("100m")).containsEntry("memory", new Quantity("256Mi"));
        assertThat(usual.getLimits()).containsOnly(Map.entry("memory", new Quantity("512Mi")));

        ResourceRequirements own = new ResourceRequirementsBuilder().addToLimits("memory", new Quantity("2Gi")).build();
        assertThat(resources(build(new JobTemplateSpec(own, null, null, null, null, null)))).isEqualTo(own);
    }

    @Test
    void thePolicySaysWhereThePodMayRun() {
        Toleration toleration = new TolerationBuilder().withKey("backup").withOperator("Exists").build();
        PodSpec pod = pod(build(new JobTemplateSpec(null, null, Map.of("disk", "ssd"), List.of(toleration), null, null)));
        assertThat(pod.getNodeSelector()).containsOnly(Map.entry("disk", "ssd"));
        assertThat(pod.getTolerations()).containsExactly(toleration);
    }

    @Test
    void labelsAndAnnotationsOfThePolicyStandOnJobAndPodButNeverInPlaceOfRemudasOwn() {
        Map<String, String> labels = Map.of("team", "stables", Labels.OWNER_UID, "x", Labels.OWNER_KIND, "x", Labels.TASK, "x", Labels.MANAGED_BY, "x");
        Job job = build(new JobTemplateSpec(null, null, null, null, labels, Map.of("note", "n", Labels.OWNER_NAME, "x")));

        for (var meta : List.of(job.getMetadata(), job.getSpec().getTemplate().getMetadata())) {
            assertThat(meta.getLabels()).containsOnly(
                    Map.entry("team", "stables"), Map.entry(Labels.OWNER_UID, OWNER.uid()), Map.entry(Labels.OWNER_KIND, "Backup"),
                    Map.entry(Labels.TASK, "settle"), Map.entry(Labels.MANAGED_BY, "remuda"));
            assertThat(meta.getAnnotations()).containsOnly(Map.entry("note", "n"), Map.entry(Labels.OWNER_NAME, "monday"));
        }
    }

    @Test
    void theSelectorOfAKindSelectsItsJobs() {
        Map<String, String> labels = build(JobTemplateSpec.EMPTY).getMetadata().getLabels();
        for (String term : Labels.selector("Backup").split(",")) {
            assertThat(labels).containsEntry(term.split("=")[0], term.split("=")[1]);
        }
    }

    @Test
    void theJobGoesWithItsOwner() {
        Job job = build(JobTemplateSpec.EMPTY);
        assertThat(job.getMetadata().getNamespace()).isEqualTo("stable");
        assertThat(job.getMetadata().getOwnerReferences()).singleElement().satisfies(reference -> {
            assertThat(reference.getKind()).isEqualTo("Backup");
            assertThat(reference.getName()).isEqualTo("monday");
            assertThat(reference.getUid()).isEqualTo(OWNER.uid());
            assertThat(reference.getController()).isTrue();
        });
    }

    @Test
    void scratchComesOnTopOfWhatThePolicySetsAside() {
        assertThat(mounts.scratch(null)).isZero();
        assertThat(resources(build(JobTemplateSpec.EMPTY)).getRequests()).doesNotContainKey("ephemeral-storage");
        assertThat(mounts.scratch("20Gi")).isEqualTo(20L << 30);
        PodSpec pod = pod(build(JobTemplateSpec.EMPTY));
        assertThat(pod.getContainers().getFirst().getResources().getRequests().get("ephemeral-storage")).isEqualTo(new Quantity("20Gi"));
        assertThat(pod.getContainers().getFirst().getResources().getLimits()).doesNotContainKey("ephemeral-storage");
        assertThat(pod.getContainers().getFirst().getVolumeMounts()).anySatisfy(mount -> assertThat(mount.getMountPath()).isEqualTo("/scratch"));

        ResourceRequirements own = new ResourceRequirementsBuilder()
                .addToRequests("ephemeral-storage", new Quantity("1Gi"))
                .addToLimits("ephemeral-storage", new Quantity("2Gi"))
                .build();
        ResourceRequirements both = resources(build(new JobTemplateSpec(own, null, null, null, null, null)));
        assertThat(both.getRequests().get("ephemeral-storage")).isEqualTo(new Quantity("21Gi"));
        assertThat(both.getLimits().get("ephemeral-storage")).as("else the API server refuses the Pod").isEqualTo(new Quantity("22Gi"));
    }

    @Test
    void everyQuantityThatTheSchemaAcceptsIsABytesCount() {
        Map<String, Long> bytes = Map.of("1000", 1000L, "20G", 20_000_000_000L, "1.5Gi", 3L << 29, "2e9", 2_000_000_000L, "5E9", 5_000_000_000L, "500000m", 500L);
        bytes.forEach((text, count) -> assertThat(new Mounts().scratch(text)).as(text).isEqualTo(count));
    }

    private Job build(JobTemplateSpec template) {
        return new JobBuilding(Samples.CONFIG).build(OWNER, "monday-1", "settle", task, mounts, template, TIMEOUT);
    }

    private static PodSpec pod(Job job) {
        return job.getSpec().getTemplate().getSpec();
    }

    private static ResourceRequirements resources(Job job) {
        return pod(job).getContainers().getFirst().getResources();
    }
}
