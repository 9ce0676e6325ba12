package dev.remuda.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import org.junit.jupiter.api.Test;

import dev.remuda.api.JobTemplateSpec;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.SettleTask;

import static org.assertj.core.api.Assertions.assertThat;

class JobViewTest {
    private static final Owner OWNER = Owner.of(Samples.backup());
    private static final Owner ANEW = new Owner(OWNER.apiVersion(), OWNER.kind(), OWNER.namespace(), OWNER.name(), "0a0a0a0a-0000-4000-8000-000000000000");

    private final Mounts mounts = new Mounts();
    private final Job job = new JobBuilding(Samples.CONFIG).build(
            OWNER, "monday-1", "backup", new SettleTask(mounts.store(Samples.storage()), "p/"), mounts, JobTemplateSpec.EMPTY, Duration.ofHours(1));

    @Test
    void aJobBelongsToTheOneResourceThatMadeIt() {
        assertThat(view(job).belongsTo(OWNER)).isTrue();
        assertThat(view(job).belongsTo(ANEW)).isFalse();
    }

    @Test
    void aPodThatIsLeftOfAJobBelongsToItToo() {
        JobView left = new JobView("monday-1", Optional.empty(), Optional.of(Pods.running(job)));
        assertThat(left.belongsTo(OWNER)).isTrue();
        assertThat(left.belongsTo(ANEW)).isFalse();
        assertThat(left.belongsToEarlier(ANEW)).isFalse();
    }

    @Test
    void aJobOfADeletedResourceIsKnownByItsNameToTheNewResourceOfThatName() {
        assertThat(view(job).belongsToEarlier(ANEW)).isTrue();
        assertThat(view(job).belongsToEarlier(OWNER)).isFalse();
        assertThat(view(job).belongsToEarlier(new Owner(OWNER.apiVersion(), "Restore", OWNER.namespace(), OWNER.name(), ANEW.uid()))).isFalse();
    }

    @Test
    void aJobOfNobodyBelongsToNobody() {
        JobView nobodys = view(new JobBuilder(job).editMetadata().withOwnerReferences().endMetadata().build());
        assertThat(nobodys.belongsTo(OWNER)).isFalse();
        assertThat(nobodys.belongsToEarlier(ANEW)).isFalse();
    }

    @Test
    void aJobWithoutAnOwnerIsKnownByItsLabel() {
        JobView purge = view(new JobBuilder(job).editMetadata().withOwnerReferences().endMetadata().build());
        assertThat(purge.belongsTo(OWNER)).isFalse();
        assertThat(purge.worksFor(OWNER)).isTrue();
        assertThat(purge.worksFor(ANEW)).isFalse();
        assertThat(view(job).worksFor(OWNER)).as("it belongs").isFalse();
    }

    @Test
    void aJobIsOverdueFromTheStartDeadlineOn() {
        Instant created = Instant.parse("2026-03-01T02:00:00Z");
        Duration deadline = Duration.ofMinutes(10);
        JobView view = view(Pods.createdAt(job, created));
        assertThat(view.overdue(deadline, created.plusSeconds(599))).isFalse();
        assertThat(view.left(deadline, created.plusSeconds(599))).hasSeconds(1);
        assertThat(view.overdue(deadline, created.plusSeconds(600))).isTrue();
        assertThat(view(job).overdue(deadline, created)).as("a Job that was not created yet").isFalse();
    }

    @Test
    void aWaitIsUnexplainedWhenItLastsTenSecondsAndIsTheUsualOne() {
        Instant created = Instant.parse("2026-03-01T02:00:00Z");
        JobView known = view(Pods.createdAt(job, created));
        Outcome.Waiting usual = new Outcome.Waiting("ContainerCreating", "m");
        assertThat(known.isUnexplained(usual, created.plusSeconds(9))).isFalse();
        assertThat(known.isUnexplained(usual, created.plusSeconds(10))).isTrue();
        assertThat(known.isUnexplained(new Outcome.Waiting("ErrImagePull", "m"), created.plusSeconds(10))).isFalse();
    }

    @Test
    void thePodOfAnEarlierJobOfThatNameIsNotItsOwn() {
        Job known = new JobBuilder(job).editMetadata().withUid("here").endMetadata().build();
        Pod own = Pods.owned(known, Pods.of(job));
        Pod left = Pods.owned(new JobBuilder(job).editMetadata().withUid("earlier").endMetadata().build(), Pods.of(job));
        assertThat(JobView.owns(Optional.of(known), own)).isTrue();
        assertThat(JobView.owns(Optional.of(known), left)).isFalse();
        assertThat(JobView.owns(Optional.empty(), left)).as("what is left of the Job itself").isTrue();
    }

    private static JobView view(Job job) {
        return new JobView("monday-1", Optional.of(job), Optional.empty());
    }
}
