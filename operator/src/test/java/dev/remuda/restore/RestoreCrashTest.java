package dev.remuda.restore;

import java.time.Duration;
import java.util.List;
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

import static org.assertj.core.api.Assertions.assertThat;

/** An operator that is killed after it acted and before it wrote, at whichever look, neither restores twice nor ends otherwise. */
class RestoreCrashTest {
    private static final int LOOKS = 8;

    enum Life {
        COMPLETES(Phase.Completed, List.of(Pods::running, job -> Pods.reported(job, Samples.restored()))),
        FAILS(Phase.Failed, List.of(Pods::running, job -> Pods.reported(job, new FailureResult(Reason.CheckFailed, "m", false)))),
        IS_LOST(Phase.Failed, List.of(job -> Pods.ended(job, 137, "Error", null))),
        NEVER_STARTS(Phase.Failed, List.of(job -> Pods.waiting(job, "ErrImagePull", "not found")));

        private final Phase end;
        private final List<Function<Job, Pod>> stages;

        Life(Phase end, List<Function<Job, Pod>> stages) {
            this.end = end;
            this.stages = stages;
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOperatorKilledBetweenAnyTwoStepsContinues(Life life) {
        RestoreWorld undisturbed = live(life, -1, 1);
        assertThat(undisturbed.status().phase()).isEqualTo(life.end);

        IntStream.range(0, LOOKS).boxed().flatMap(crash -> Stream.of(1, 2).map(speed -> live(life, crash, speed))).forEach(disturbed -> {
            assertThat(disturbed.status().phase()).isEqualTo(undisturbed.status().phase());
            assertThat(disturbed.reason()).isEqualTo(undisturbed.reason());
            assertThat(disturbed.created).isOne();
            assertThat(disturbed.job.isPresent()).isEqualTo(undisturbed.job.isPresent());
            assertThat(disturbed.told).hasSameSizeAs(undisturbed.told);
        });
    }

    /** @param speed how many stages the Pod goes while the operator looks once */
    private static RestoreWorld live(Life life, int crash, int speed) {
        RestoreWorld world = new RestoreWorld();
        int stage = 0;
        for (int look = 0; look < LOOKS; look++) {
            RestorePlan plan = world.plan();
            assertThat(world.plan()).as("the same observation gives the same plan").isEqualTo(plan);
            world.act(plan);
            if (look != crash) {
                world.write(plan);
            }
            for (int i = 0; i < speed && stage < life.stages.size() && world.job.isPresent(); i++) {
                world.pod(life.stages.get(stage++));
            }
            world.now = world.now.plus(Duration.ofMillis(250_250));
        }
        return world;
    }
}
