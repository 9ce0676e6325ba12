package dev.remuda.job;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.remuda.api.JobTemplateSpec;
import dev.remuda.job.Outcome.Lost;
import dev.remuda.job.Outcome.Reported;
import dev.remuda.job.Outcome.Running;
import dev.remuda.job.Outcome.Waiting;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.task.SettleTask;

import static org.assertj.core.api.Assertions.assertThat;

/** Every row of what a real kubelet, scheduler and Job controller were seen to write. */
class OutcomesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T03:00:00Z");
    private static final FailureResult FAILURE = new FailureResult(Reason.DumpFailed, "pg_dump failed", false);

    private final Mounts mounts = new Mounts();
    private final Job job = new JobBuilding(Samples.CONFIG).build(
            Owner.of(Samples.backup()), "monday-1", "backup", new SettleTask(mounts.store(Samples.storage()), "p/"), mounts,
            JobTemplateSpec.EMPTY, Duration.ofHours(1));

    @Test
    void aWorkersWordIsItsOutcomeAlsoBeforeTheJobHasEnded() {
        assertThat(of(Pods.reported(job, Samples.backedUp()))).isEqualTo(new Reported(Samples.backedUp()));
        assertThat(of(Pods.reported(job, FAILURE))).isEqualTo(new Reported(FAILURE));
        assertThat(of(Pods.with(job, "Failed", "BackoffLimitExceeded"), Pods.reported(job, FAILURE))).isEqualTo(new Reported(FAILURE));
    }

    @Test
    void aBareExitCodeIsALoss() {
        assertLost(of(Pods.ended(job, 4, "Error", null)), Reason.PodLost, "exit code 4");
        assertLost(of(Pods.ended(job, 0, "Completed", "")), Reason.PodLost, "exit code 0");
        assertLost(of(Pods.ended(job, 137, "Error", null)), Reason.PodLost, "SIGKILL");
    }

    @Test
    void aCutOffOrForeignTerminationMessageIsALoss() {
        String word = Json.writeResult(Samples.backedUp());
        assertLost(of(Pods.ended(job, 0, "Completed", word.substring(0, 40))), Reason.PodLost, "exit code 0");
        assertLost(of(Pods.ended(job, 0, "Completed", word.substring(1))), Reason.PodLost, "exit code 0");
        assertLost(of(Pods.ended(job, 1, "Error", "{\"kind\":\"other\"}")), Reason.PodLost, "exit code 1");
    }

    @Test
    void outOfMemoryIsToldAlsoWhenOnlyAChildWasKilledAndTheWorkerReported() {
        assertLost(of(Pods.ended(job, 137, "OOMKilled", null)), Reason.OutOfMemory, "limits.memory");
        assertLost(of(Pods.ended(job, 1, "OOMKilled", Json.writeResult(FAILURE))), Reason.OutOfMemory, "limits.memory");
    }

    @Test
    void aJvmWhoseHeapIsUsedUpEndsWithThree() {
        assertLost(of(Pods.ended(job, 3, "Error", null)), Reason.OutOfMemory, "limits.memory");
    }

    @Test
    void whatTheWorkerSaidOfItsEndGoesWithTheLoss() {
        Lost evicted = (Lost) of(Pods.condition(Pods.reported(job, FAILURE), "DisruptionTarget", "True", "r", null));
        assertThat(evicted.account()).contains("pg_dump failed");
        assertThat(((Lost) of(Pods.because(Pods.of(job), "Evicted", "disk"))).account()).isEmpty();
    }

    /** Since Kubernetes 1.31 a Job waits with its last condition for Pods that are being deleted, which on a dead node is for ever. */
    @Test
    void aPodOnADeadNodeIsLostThoughItsJobNeverEnds() {
        Pod stopping = Pods.deletedAt(Pods.running(job), NOW);
        Job waiting = Pods.with(job, "FailureTarget", "BackoffLimitExceeded");
        assertThat(view(waiting, stopping).outcome(NOW.plusSeconds(59))).isEqualTo(new Running());
        assertLost(view(waiting, stopping).outcome(NOW.plusSeconds(60)), Reason.PodLost, "node is down or cut off");
        assertLost(view(job, stopping).outcome(NOW.plusSeconds(60)), Reason.PodLost, "node is down or cut off");
    }

    @Test
    void anEvictedPodIsTold() {
        assertLost(of(Pods.because(Pods.of(job), "Evicted", "ephemeral local storage usage exceeds")), Reason.Evicted, "ephemeral local storage");
        assertLost(of(Pods.because(Pods.ended(job, 137, "Error", null), "Evicted", null)), Reason.Evicted, "no cause was given");
        Pod drained = Pods.condition(Pods.ended(job, 143, "Error", null), "DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting");
        assertLost(of(drained), Reason.Evicted, "EvictionByEvictionAPI: Eviction API: evicting");
        assertLost(of(Pods.condition(Pods.reported(job, FAILURE), "DisruptionTarget", "True", "r", null)), Reason.Evicted, "evicted");
        assertThat(of(Pods.condition(Pods.reported(job, FAILURE), "DisruptionTarget", "False", "r", null))).isEqualTo(new Reported(FAILURE));
    }

    @Test
    void aDeadlineIsToldWhetherThePodsOrTheJobs() {
        assertLost(of(Pods.because(Pods.ended(job, 143, "Error", null), "DeadlineExceeded", "Pod was active")), Reason.TimedOut, "longer than its");
        assertLost(of(Pods.with(job, "Failed", "DeadlineExceeded"), null), Reason.TimedOut, "longer than its");
        assertLost(of(Pods.with(job, "FailureTarget", "DeadlineExceeded"), Pods.ended(job, 143, "Error", null)), Reason.TimedOut, "longer than its");
        assertThat(of(Pods.with(job, "FailureTarget", "DeadlineExceeded"), Pods.running(job))).isEqualTo(new Running());
    }

    /** As it was seen: the image could not be pulled, and the kubelet's last words on the container do not tell. */
    @Test
    void aPodThatNeverStartedHasNotRunTooLong() {
        Pod never = Pods.because(Pods.ended(job, 137, "ContainerStatusUnknown", "The container could not be located when the pod was terminated"), "DeadlineExceeded", "m");
        assertLost(of(never), Reason.ContainerNotStarted, "before its container could start");
        Pod waiting = Pods.because(Pods.waiting(job, "ImagePullBackOff", "no such image"), "DeadlineExceeded", "m");
        assertLost(of(waiting), Reason.ContainerNotStarted, "before its container could start");
        assertThat(began(waiting)).isFalse();
    }

    /** What the kubelet writes of a container that is not there. Only of one that never was it knows no id. */
    @Test
    void onlyAContainerThatNeverWasIsKnownNotToHaveBegun() {
        Pod never = Pods.ended(job, 137, "ContainerStatusUnknown", "The container could not be located when the pod was terminated");
        Pod was = Pods.ended(job, 137, "ContainerStatusUnknown", "The container could not be located when the pod was deleted.  The container used to be Running");
        Pod known = new PodBuilder(never).editStatus().editFirstContainerStatus().withContainerID("containerd://0a").endContainerStatus().endStatus().build();
        assertThat(began(never)).isFalse();
        assertThat(began(Pods.because(never, "Evicted", "disk"))).isFalse();
        assertThat(began(Pods.ended(job, 128, "StartError", "exec: no such file"))).isFalse();
        assertThat(List.of(was, known, Pods.ended(job, 137, "Error", null), Pods.because(Pods.of(job), "Evicted", "disk"))).allMatch(this::began);
    }

    private boolean began(Pod pod) {
        return ((Lost) of(pod)).began();
    }

    @Test
    void aProvedSuccessIsNeverLostWhateverCameOverThePodAfterwards() {
        Pod done = Pods.reported(job, Samples.backedUp());
        Reported success = new Reported(Samples.backedUp());
        assertThat(of(Pods.because(done, "Evicted", "node pressure"))).isEqualTo(success);
        assertThat(of(Pods.because(done, "DeadlineExceeded", ""))).isEqualTo(success);
        assertThat(of(Pods.condition(done, "DisruptionTarget", "True", "r", "m"))).isEqualTo(success);
        assertThat(of(Pods.ended(job, 0, "OOMKilled", Json.writeResult(Samples.backedUp())))).isEqualTo(success);
        assertThat(of(Pods.with(job, "Failed", "DeadlineExceeded"), done)).isEqualTo(success);
        assertThat(view(null, done).outcome(NOW)).isEqualTo(success);
    }

    @Test
    void aSuccessThatEndsWithAnotherExitCodeIsReportedOnlyWhenTheClusterDidNotEndIt() {
        assertLost(of(Pods.ended(job, 137, "OOMKilled", Json.writeResult(Samples.backedUp()))), Reason.OutOfMemory, "limits.memory");
    }

    @Test
    void aBinaryThatCannotBeStartedIsToldInTheRuntimesWords() {
        assertLost(of(Pods.ended(job, 128, "StartError", "exec: \"java\": not found")), Reason.ContainerNotStarted, "could not be started: exec: \"java\": not found");
    }

    @ParameterizedTest
    @CsvSource({
        "ErrImagePull,not found,ImagePullFailed", "ImagePullBackOff,Back-off pulling image,ImagePullFailed",
        "ErrImageNeverPull,not present with pull policy of Never,ImagePullFailed", "InvalidImageName,couldn't parse,ImagePullFailed",
        "CreateContainerConfigError,secret \"x\" not found,SecretMissing", "CreateContainerConfigError,couldn't find key a in Secret n/x,SecretMissing",
        "CreateContainerConfigError,container has runAsNonRoot and image will run as root,ContainerNotStarted", "ContainerCreating,slow,ContainerNotStarted", "CreateContainerError,no such runtime,ContainerNotStarted"
    })
    void aContainerThatWaitsSaysWhyAndWhatThatWillBeCalled(String word, String message, Reason cause) {
        Outcome outcome = of(Pods.waiting(job, word, message));
        assertThat(outcome).isEqualTo(new Waiting(word, message));
        assertThat(((Waiting) outcome).cause()).isEqualTo(cause);
    }

    @Test
    void whoGivesNoCauseIsNotQuotedAsNull() {
        List<Outcome> outcomes = List.of(
                of(Pods.waiting(job, "ContainerCreating", null)), of(Pods.unschedulable(job, null)), of(Pods.because(Pods.of(job), "NodeLost", null)),
                of(Pods.because(Pods.of(job), null, null)), of(Pods.ended(job, 128, "StartError", null)),
                of(Pods.condition(Pods.ended(job, 1, "Error", null), "DisruptionTarget", "True", null, null)),
                of(Pods.condition(Pods.of(job), "PodScheduled", "False", null, null)));
        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome.toString()).doesNotContain("null"));
    }

    @Test
    void aPodWithoutANodeSaysWhatTheSchedulerSaid() {
        Outcome outcome = of(Pods.unschedulable(job, "0/3 nodes are available"));
        assertThat(outcome).isEqualTo(new Waiting("Unschedulable", "0/3 nodes are available"));
        assertThat(((Waiting) outcome).cause()).isEqualTo(Reason.Unschedulable);
    }

    @Test
    void whatEveryPodWaitsForIsNoTrouble() {
        assertThat(List.of("Pending", "ContainerCreating", "PodInitializing")).allSatisfy(word -> assertThat(new Waiting(word, "m").trouble()).isEmpty());
        assertThat(new Waiting("ErrImagePull", "m").trouble()).contains(Reason.ImagePullFailed);
    }

    @Test
    void aJobWithoutAPodWaits() {
        assertThat(of(job, null)).isEqualTo(new Waiting("Pending", "no Pod yet; kubectl describe job monday-1 says why"));
        assertThat(of(new PodBuilder().withNewMetadata().endMetadata().build())).isEqualTo(new Waiting("Pending", "the Pod is being started"));
    }

    @Test
    void aJobThatCanGetNoPodSaysWhatTheJobControllerWasAnswered() {
        Outcome outcome = new JobView("monday-1", Optional.of(job), Optional.empty(), Optional.of(new Waiting("FailedCreate", "service account writer not found"))).outcome(NOW);
        assertThat(outcome).isEqualTo(new Waiting("FailedCreate", "service account writer not found"));
        assertThat(((Waiting) outcome).trouble()).contains(Reason.PodNotCreated);
    }

    @Test
    void aPodThatIsStartedAsUsualAndWillNotStartSaysWhatItsEventsSay() {
        Waiting mount = new Waiting("FailedMount", "MountVolume.SetUp failed for volume \"db-ca\" : configmap \"ca\" not found");
        Pod creating = Pods.waiting(job, "ContainerCreating", null);
        assertThat(new JobView("monday-1", Optional.of(job), Optional.of(creating), Optional.of(mount)).outcome(NOW)).isEqualTo(mount);
        assertThat(mount.cause()).isEqualTo(Reason.ContainerNotStarted);
        assertThat(new Waiting("FailedMount", "failed to sync secret cache: timed out waiting for the condition").cause()).isEqualTo(Reason.ContainerNotStarted);
        Pod pulling = Pods.waiting(job, "ErrImagePull", "not found");
        assertThat(new JobView("monday-1", Optional.of(job), Optional.of(pulling), Optional.of(mount)).outcome(NOW)).isEqualTo(new Waiting("ErrImagePull", "not found"));
        assertThat(new JobView("monday-1", Optional.of(job), Optional.of(Pods.running(job)), Optional.of(mount)).outcome(NOW)).isEqualTo(new Running());
    }

    @Test
    void aRunningWorkerRunsWhateverOtherContainersDo() {
        Pod pod = new PodBuilder(Pods.running(job))
                .editStatus()
                .addToContainerStatuses(0, new ContainerStatusBuilder().withName("sidecar").withNewState().withNewTerminated().endTerminated().endState().build())
                .endStatus()
                .build();
        assertThat(of(pod)).isEqualTo(new Running());
    }

    @Test
    void aJobThatEndedAndWhosePodIsGoneIsALossEvenWhenItIsComplete() {
        assertLost(of(Pods.with(job, "Failed", "BackoffLimitExceeded"), null), Reason.PodLost, "Pod is gone");
        assertLost(of(Pods.with(job, "Complete", null), null), Reason.PodLost, "Pod is gone");
    }

    @Test
    void aPodThatEndedWithoutItsContainerSaysWhatKubernetesSaid() {
        assertLost(of(Pods.because(Pods.of(job), "NodeShutdown", "node is shutting down")), Reason.PodLost, "without a word: NodeShutdown: node is shutting down");
    }

    @Test
    void aConditionThatIsNotTrueMeansNothing() {
        Job suspended = Pods.with(job, "Failed", "DeadlineExceeded");
        suspended.getStatus().getConditions().getFirst().setStatus("False");
        assertThat(of(suspended, null)).isInstanceOf(Waiting.class);
        assertThat(of(Pods.condition(Pods.of(job), "PodScheduled", "True", "Unschedulable", "m"))).isEqualTo(new Waiting("Pending", "the Pod is being started"));
        assertThat(of(Pods.condition(Pods.of(job), "Ready", "False", "Unschedulable", "m"))).isEqualTo(new Waiting("Pending", "the Pod is being started"));
    }

    @Test
    void theFirstOfAJobsTwoLastConditionsIsNotItsEnd() {
        assertThat(of(Pods.with(job, "FailureTarget", "BackoffLimitExceeded"), null)).isInstanceOf(Waiting.class);
        assertThat(of(Pods.with(job, "SuccessCriteriaMet", "CompletionsReached"), null)).isInstanceOf(Waiting.class);
    }

    @Test
    void aPodThatIsStoppingStillWorksUntilItsNodeMustBeThoughtLost() {
        Job failed = Pods.with(job, "Failed", "BackoffLimitExceeded");
        Pod stopping = Pods.deletedAt(Pods.running(job), NOW);
        assertThat(view(failed, stopping).outcome(NOW.minusSeconds(20))).isEqualTo(new Running());
        assertThat(view(failed, stopping).outcome(NOW.plusSeconds(59))).isEqualTo(new Running());
        assertLost(view(failed, stopping).outcome(NOW.plusSeconds(60)), Reason.PodLost, "node was lost");
        assertThat(view(null, stopping).outcome(NOW)).isEqualTo(new Running());
        assertLost(view(null, stopping).outcome(NOW.plusSeconds(60)), Reason.JobMissing, "Job monday-1 was deleted");
    }

    @Test
    void aPodWhoseJobWasDeletedButThatWasLeftAloneWorksOn() {
        assertThat(view(null, Pods.running(job)).outcome(NOW)).isEqualTo(new Running());
        assertLost(view(null, Pods.ended(job, 1, "Error", null)).outcome(NOW), Reason.PodLost, "exit code 1");
    }

    /** The Job's watch was quicker than the Pod's: who asks the API server itself finds the Pod's end. */
    @Test
    void aJobThatEndedBesideAPodThatSeemsToRunIsALoss() {
        assertLost(of(Pods.with(job, "Complete", null), Pods.running(job)), Reason.PodLost, "gone");
    }

    @Test
    void aProgramOfTheUsersHasAnExitCodeAndNoWordIsBelieved() {
        assertThat(of(Pods.program(job, 0))).isEqualTo(new Outcome.Exited(0));
        assertThat(of(Pods.program(job, 137))).isEqualTo(new Outcome.Exited(137));
        assertThat(of(Pods.program(job, ended(1, "Error", Json.writeResult(Samples.backedUp()))))).isEqualTo(new Outcome.Exited(1));
        assertThat(of(Pods.because(Pods.program(job, 0), "Evicted", "disk"))).as("it had succeeded").isEqualTo(new Outcome.Exited(0));
        assertLost(of(Pods.program(job, ended(1, "OOMKilled", null))), Reason.OutOfMemory, "limits.memory");
        assertLost(of(Pods.program(job, ended(128, "StartError", "no /bin/sh"))), Reason.ContainerNotStarted, "could not be started: no /bin/sh");
        assertLost(of(Pods.because(Pods.program(job, ended(143, "Error", null)), "DeadlineExceeded", null)), Reason.TimedOut, "longer than its timeout");
    }

    @Test
    void theWorkerBeforeAProgramHasItsWord() {
        ContainerState running = new ContainerStateBuilder().withNewRunning().endRunning().build();
        assertThat(of(Pods.connection(job, ended(1, "Error", Json.writeResult(FAILURE))))).isEqualTo(new Reported(FAILURE));
        assertLost(of(Pods.connection(job, ended(137, "Error", null))), Reason.PodLost, "SIGKILL");
        assertThat(of(Pods.connection(job, running))).isEqualTo(new Running());
        assertThat(of(Pods.connection(job, waiting("ErrImagePull")))).isEqualTo(new Waiting("ErrImagePull", "the Pod is being started"));
        assertThat(of(Pods.program(job, waiting("ErrImagePull")))).isEqualTo(new Waiting("ErrImagePull", "the Pod is being started"));
        assertThat(of(Pods.program(job, running))).isEqualTo(new Running());
        assertLost(of(Pods.because(Pods.connection(job, running), "Evicted", "disk")), Reason.Evicted, "disk");
    }

    private static ContainerState ended(int code, String reason, String message) {
        return new ContainerStateBuilder().withNewTerminated().withExitCode(code).withReason(reason).withMessage(message).endTerminated().build();
    }

    private static ContainerState waiting(String reason) {
        return new ContainerStateBuilder().withNewWaiting().withReason(reason).endWaiting().build();
    }

    @Test
    void onlyAWordAnExitOrALossIsTheEnd() {
        assertThat(new Outcome.Exited(1).isOver()).isTrue();
        assertThat(new Reported(FAILURE).isOver()).isTrue();
        assertThat(new Lost(Reason.PodLost, "m").isOver()).isTrue();
        assertThat(new Running().isOver()).isFalse();
        assertThat(new Waiting("r", "m").isOver()).isFalse();
    }

    private Outcome of(Pod pod) {
        return of(job, pod);
    }

    private static Outcome of(Job job, Pod pod) {
        return view(job, pod).outcome(NOW);
    }

    private static JobView view(Job job, Pod pod) {
        return new JobView("monday-1", Optional.ofNullable(job), Optional.ofNullable(pod));
    }

    private static void assertLost(Outcome outcome, Reason reason, String words) {
        assertThat(outcome).isInstanceOfSatisfying(Lost.class, lost -> {
            assertThat(lost.reason()).isEqualTo(reason);
            assertThat(lost.message()).contains(words);
        });
    }
}
