package dev.remuda.backup;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.api.Phase;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.SettleResult;

import static dev.remuda.backup.BackupWorld.JOB;
import static dev.remuda.backup.BackupWorld.SETTLE;
import static org.assertj.core.api.Assertions.assertThat;

/** An operator that is killed after it acted and before it wrote, at whichever look, changes nothing but the time it takes. */
class BackupCrashTest {
    private static final int LOOKS = 30;

    /** What becomes of the Jobs: their Pods, one stage a look. */
    enum Life {
        COMPLETES(Phase.Completed, Map.of(JOB, List.of(Pods::running, job -> Pods.reported(job, Samples.backedUp())))),
        FAILS(Phase.Failed, Map.of(JOB, List.of(Pods::running, job -> Pods.reported(job, new FailureResult(Reason.DumpFailed, "m", false))))),
        IS_LOST(Phase.Failed, Map.of(
                JOB, List.of(job -> Pods.ended(job, 137, "Error", null)), SETTLE, List.of(Pods::running, job -> Pods.reported(job, new SettleResult(null, 1, 0))))),
        IS_LOST_BUT_FOUND(Phase.Completed, Map.of(
                JOB, List.of(job -> Pods.ended(job, 137, "Error", null)), SETTLE, List.of(job -> Pods.reported(job, new SettleResult(Samples.backedUp(), 0, 0))))),
        NEVER_STARTS(Phase.Failed, Map.of(JOB, List.of(job -> Pods.waiting(job, "ErrImagePull", "not found")))),
        IS_LOST_AND_NEVER_SETTLED(Phase.Failed, Map.of(JOB, List.of(job -> Pods.ended(job, 137, "Error", null)), SETTLE, List.of())),
        IS_LOST_AND_MADE_AGAIN(Phase.Completed, Map.of(
                JOB, List.of(job -> Pods.ended(job, 137, "Error", null)), SETTLE, List.of(job -> Pods.reported(job, new SettleResult(null, 1, 0))),
                "monday-2", List.of(Pods::running, job -> Pods.reported(job, Samples.backedUp())))),
        FAILS_TWICE(Phase.Completed, Map.of(
                JOB, List.of(job -> Pods.reported(job, new FailureResult(Reason.StorageUnreachable, "m", false))),
                "monday-2", List.of(job -> Pods.reported(job, new FailureResult(Reason.StorageThrottled, "m", false))),
                "monday-3", List.of(Pods::running, job -> Pods.reported(job, Samples.backedUp()))));

        private final Phase end;
        private final Map<String, List<Function<Job, Pod>>> stages;

        Life(Phase end, Map<String, List<Function<Job, Pod>>> stages) {
            this.end = end;
            this.stages = stages;
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOperatorKilledBetweenAnyTwoStepsContinues(Life life) {
        BackupWorld undisturbed = live(life, -1, 1);
        assertThat(undisturbed.status().phase()).isEqualTo(life.end);

        IntStream.range(0, LOOKS).boxed().flatMap(crash -> Stream.of(1, 3).map(speed -> live(life, crash, speed))).forEach(disturbed -> {
            assertThat(disturbed.status().phase()).isEqualTo(undisturbed.status().phase());
            assertThat(disturbed.reason()).isEqualTo(undisturbed.reason());
            assertThat(disturbed.attempt().reason()).isEqualTo(undisturbed.attempt().reason());
            assertThat(disturbed.created).isEqualTo(undisturbed.created).doesNotHaveDuplicates();
            assertThat(disturbed.jobs.keySet()).isEqualTo(undisturbed.jobs.keySet());
            assertThat(disturbed.told).hasSameSizeAs(undisturbed.told);
        });
    }

    /** @param speed how many stages the Pods go while the operator looks once */
    private static BackupWorld live(Life life, int crash, int speed) {
        BackupWorld world = new BackupWorld();
        world.retry(2, "1m");
        for (int look = 0; look < LOOKS; look++) {
            BackupPlan plan = world.plan();
            assertThat(world.plan()).as("the same observation gives the same plan").isEqualTo(plan);
            world.act(plan);
            if (look != crash) {
                world.write(plan);
            }
            for (int stage = 0; stage < speed; stage++) {
                List.copyOf(world.jobs.keySet()).forEach(job -> advance(world, job, life.stages.getOrDefault(job, List.of())));
            }
            // Whole seconds would hide a status that differs by the time of its making only.
            world.now = world.now.plus(Duration.ofMillis(250_250));
        }
        return world;
    }

    /** A Job that no stage is told of never gets a Pod. */
    private static void advance(BackupWorld world, String job, List<Function<Job, Pod>> stages) {
        Optional<Pod> pod = world.jobs.get(job).pod();
        Job known = world.jobs.get(job).job().orElseThrow();
        int reached = pod.map(is -> stages.stream().map(stage -> stage.apply(known)).toList().indexOf(is)).orElse(-1);
        if (reached + 1 < stages.size()) {
            world.pod(job, stages.get(reached + 1));
        }
    }
}
