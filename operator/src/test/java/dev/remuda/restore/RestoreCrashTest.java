package dev.remuda.restore;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.api.Phase;
import dev.remuda.job.JobView;
import dev.remuda.job.Labels;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.CleanUpResult;
import dev.remuda.task.DropResult;
import dev.remuda.task.FailureResult;
import dev.remuda.task.PreflightResult;
import dev.remuda.task.Reason;
import dev.remuda.task.ReportResult;

import static org.assertj.core.api.Assertions.assertThat;

/** An operator that dies after any of its writes, and its successor, make together what one that lives makes, and no Job twice. */
class RestoreCrashTest {
    private static final int MOST_LOOKS = 200;

    enum Life {
        COMPLETES(Phase.Completed, Map.of(), Map.of()),
        IS_TRIED_AGAIN(Phase.Completed, Map.of(), Map.of(
                "back-preflight-1", job -> Pods.reported(job, new FailureResult(Reason.StorageUnreachable, "m", false)),
                "back-restore-1", job -> Pods.ended(job, 137, "Error", null),
                "back-restore-2", job -> Pods.because(Pods.of(job), "Evicted", "m"),
                "back-switch-1", job -> Pods.reported(job, new FailureResult(Reason.TargetInUse, "m", false)),
                "back-drop-1", job -> Pods.reported(job, new FailureResult(Reason.DatabaseUnreachable, "m", false)))),
        COMES_FROM_AN_ARCHIVE(Phase.Completed, Map.of(), Map.of(
                "back-preflight-1", job -> Pods.reported(job, new PreflightResult("horses", Samples.TARGET_OID, "17.5", null, "on its way", null, Samples.CREATED)))),
        MIGRATES(Phase.Completed, Map.of("migrations", Map.of("image", "i", "command", List.of("m"))), Map.of("back-migrations-1", job -> Pods.program(job, 0))),
        CANNOT_MIGRATE(Phase.Failed, Map.of("migrations", Map.of("image", "i", "command", List.of("m"))), Map.of("back-migrations-1", job -> Pods.program(job, 1))),
        FAILS_AT_ONCE(Phase.Failed, Map.of(), Map.of("back-preflight-1", job -> Pods.reported(job, new FailureResult(Reason.RoleMissing, "m", false)))),
        IS_CLEANED_UP(Phase.Failed, Map.of(), Map.of(
                "back-restore-1", job -> Pods.reported(job, new FailureResult(Reason.CheckFailed, "m", false)),
                "back-cleanup-1", job -> Pods.ended(job, 137, "Error", null))),
        STARTS_LATE(Phase.Completed, Map.of(), Map.of("back-restore-1", job -> Pods.waiting(job, "ErrImagePull", "not found"))),
        NEVER_STARTS(Phase.Failed, Map.of(), IntStream.rangeClosed(1, 5).boxed().collect(Collectors.toMap(
                attempt -> "back-restore-" + attempt, attempt -> job -> Pods.waiting(job, "ErrImagePull", "not found"))));

        private final Phase end;
        private final Map<String, Object> fields;
        private final Map<String, Function<Job, Pod>> pods;

        Life(Phase end, Map<String, Object> fields, Map<String, Function<Job, Pod>> pods) {
            this.end = end;
            this.fields = fields;
            this.pods = pods;
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOperatorThatDiesBetweenAnyTwoWritesIsContinued(Life life) {
        RestoreWorld undisturbed = live(life, Integer.MAX_VALUE);
        assertThat(undisturbed.status().phase()).isEqualTo(life.end);
        assertThat(undisturbed.created).doesNotHaveDuplicates();
        int writes = Integer.MAX_VALUE - undisturbed.writesLeft;

        for (int last = 0; last < writes; last++) {
            RestoreWorld disturbed = live(life, last);
            assertThat(disturbed.status().phase()).as("write %s is the last", last).isEqualTo(life.end);
            assertThat(disturbed.reason()).isEqualTo(undisturbed.reason());
            assertThat(disturbed.steps()).isEqualTo(undisturbed.steps());
            assertThat(disturbed.created).isEqualTo(undisturbed.created);
            assertThat(disturbed.deleted.stream().distinct()).isEqualTo(undisturbed.deleted.stream().distinct().toList());
            assertThat(disturbed.told.stream().map(Step.Tell::reason).distinct()).containsExactlyElementsOf(undisturbed.told.stream().map(Step.Tell::reason).distinct().toList());
            assertThat(Labels.isUnderWay(disturbed.restore)).isFalse();
            assertThat(disturbed.restore.getMetadata().getFinalizers()).isEmpty();
        }
    }

    /** @param lastWrite after which the operator dies and another begins */
    private static RestoreWorld live(Life life, int lastWrite) {
        RestoreWorld world = new RestoreWorld(life.fields);
        world.reportsAside = false;
        world.writesLeft = lastWrite;
        for (int look = 0; look < MOST_LOOKS; look++) {
            RestorePlan plan = world.plan();
            assertThat(world.plan()).as("the same observation gives the same plan").isEqualTo(plan);
            boolean rests = plan.again().isEmpty();
            try {
                world.act(plan.steps());
                world.write(plan.status());
            } catch (RestoreWorld.Died death) {
                world.writesLeft = Integer.MAX_VALUE;
                rests = false;
            } catch (Refusal refusal) {
                world.write(RestorePlan.refused(world.seen(), refusal, RestoreWorld.LIMITS).status());
            }
            if (rests) {
                break;
            }
            work(life, world);
            boolean kept = world.status().replaced() != null && world.status().replaced().droppedAt() == null;
            world.later(kept ? Duration.ofHours(2) : Duration.ofSeconds(30));
        }
        return world;
    }

    /** What the cluster does between two looks. */
    private static void work(Life life, RestoreWorld world) {
        world.backups.computeIfPresent(RestoreWorld.SAFETY, (name, backup) -> {
            backup.setStatus(Samples.completed(world.now, "stables/safety/", null, null));
            return backup;
        });
        world.jobs.replaceAll((name, view) -> {
            Job job = view.job().orElseThrow();
            return new JobView(name, view.job(), Optional.of(life.pods.getOrDefault(name, RestoreCrashTest::well).apply(job)));
        });
    }

    private static Pod well(Job job) {
        String name = job.getMetadata().getName();
        return Pods.reported(job, switch (name.split("-")[1]) {
            case "preflight" -> Samples.looked(true);
            case "restore" -> Samples.restored();
            case "switch" -> Samples.switched(5L);
            case "cleanup" -> new CleanUpResult(false, Samples.TARGET_OID, List.of(), null);
            case "report" -> new ReportResult("s3://backups/r.json");
            case "drop" -> new DropResult(true);
            default -> throw new AssertionError(name);
        });
    }
}
