package dev.remuda.restore;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.api.Phase;
import dev.remuda.api.SecretRef;
import dev.remuda.api.Target;
import dev.remuda.job.Refusal;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;

import static dev.remuda.restore.RestoreWorld.JOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** A Restore whose worker left no word, or whose Job cannot be had. */
class RestoreLossTest {
    private RestoreWorld world = new RestoreWorld();

    static Stream<Arguments> losses() {
        return Stream.of(
                loss("killed", "PodLost", w -> w.pod(job -> Pods.ended(job, 137, "Error", null))),
                loss("evicted", "Evicted", w -> w.pod(job -> Pods.because(Pods.of(job), "Evicted", "disk"))),
                loss("Pod deleted", "PodLost", w -> w.job(job -> Pods.with(job, "Failed", "BackoffLimitExceeded"))),
                loss("Job deleted", "JobMissing", w -> w.job = Optional.empty()),
                loss("foreign Job", "JobMissing", w -> w.job(job -> new JobBuilder(job).editMetadata().withOwnerReferences().endMetadata().build())),
                loss("wrong result", "InternalError", w -> w.pod(job -> Pods.reported(job, Samples.backedUp()))));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void afterALossTheUserIsToldToLookFirst(String reason, Consumer<RestoreWorld> loss) {
        world.reconcileUntilItRests();
        loss.accept(world);
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo(reason);
        assertThat(world.message()).contains("look at database horses before you trust it").contains("The backup is untouched");
        assertThat(world.created).isOne();
    }

    @Test
    void aDatabaseWhoseNameIsNotKnownIsNotCalledNull() {
        Target elsewhere = new Target("other.host", null, null, null, new SecretRef("other-db", null), null);
        world = new RestoreWorld(Samples.restore(RestoreStrategy.Create, elsewhere, null));
        world.reconcileUntilItRests();
        world.job = Optional.empty();
        world.reconcileUntilItRests();
        assertThat(world.message()).contains("look at the target database before").doesNotContain("null");
    }

    @Test
    void aPodThatDoesNotStartInTimeFailsTheRestoreWithItsCauseAndThenItsJobIsRemoved() {
        world.reconcileUntilItRests();
        world.pod(job -> Pods.unschedulable(job, "0/3 nodes are available"));
        assertThat(world.reconcile().again()).contains(Duration.ofSeconds(15));
        world.now = world.now.plus(RestoreWorld.START_DEADLINE);
        world.reconcile();
        assertThat(world.message())
                .isEqualTo("the Pod did not start within 600 s: Unschedulable: 0/3 nodes are available. Nothing was touched");
        assertThat(world.deleted).as("the status comes first").isEmpty();
        world.reconcileUntilItRests();
        assertThat(world.deleted).containsExactly(JOB);
    }

    @Test
    void aJobThatIsNotOursIsLeftAloneAndOneOfADeletedRestoreIsWaitedOut() {
        world.reconcile();
        world.act(world.plan());
        world.job(job -> new JobBuilder(job).editMetadata().editFirstOwnerReference().withUid("0a").endOwnerReference().endMetadata().build());
        assertThat(world.reconcile().again()).contains(Duration.ofSeconds(1));
        assertThat(world.message()).contains("earlier Restore of this name");

        world.job(job -> new JobBuilder(job).editMetadata().withOwnerReferences().endMetadata().build());
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("NameTaken");
        assertThat(world.deleted).isEmpty();
    }

    @Test
    void whatTheWorkerSaidOfTheTargetIsToldWhenTheClusterEndedIt() {
        world.reconcileUntilItRests();
        FailureResult word = new FailureResult(Reason.PodLost, "the worker was told to stop (SIGTERM): x. Database horses does not exist, as before", false);
        world.pod(job -> Pods.condition(Pods.reported(job, word), "DisruptionTarget", "True", "EvictionByEvictionAPI", "drained"));
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("Evicted");
        assertThat(world.message()).contains("drained", "Database horses does not exist, as before").doesNotContain("How far it came is not known");
    }

    @Test
    void aRefusedJobFailsTheRestoreAtOnceWhenItIsInvalidAndLaterWhenItIsForbidden() {
        world.reconcile();
        assertThat(refused(422).status().conditions().getFirst().getReason()).isEqualTo("InvalidSpec");
        assertThat(refused(403).status().phase()).isEqualTo(Phase.Pending);
        assertThat(refused(409).status()).isEqualTo(world.status());
        world.now = Samples.CREATED.plus(RestoreWorld.START_DEADLINE);
        assertThat(refused(403).status().conditions().getFirst().getReason()).isEqualTo("Unschedulable");
    }

    private RestorePlan refused(int code) {
        return RestorePlan.refused(world.seen(), new Refusal(code, "no"), RestoreWorld.START_DEADLINE);
    }

    private static Arguments loss(String name, String reason, Consumer<RestoreWorld> loss) {
        return arguments(reason, Named.of(name, loss));
    }
}
