package dev.remuda.backup;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.api.Attempt;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.api.RetrySpec;
import dev.remuda.job.JobView;
import dev.remuda.job.Labels;
import dev.remuda.job.Refusal;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.BackupTask;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.SettleResult;

import static dev.remuda.backup.BackupWorld.JOB;
import static dev.remuda.backup.BackupWorld.SETTLE;
import static org.assertj.core.api.Assertions.assertThat;

/** Attempts after the first: which causes have one, when it begins, where it writes, and what is said of them all. */
class RetryTest {
    private static final String SECOND = "monday-2";
    private static final FailureResult AWAY = new FailureResult(Reason.StorageUnreachable, "the store does not answer", false);

    private final BackupWorld world = new BackupWorld();

    @ParameterizedTest
    @EnumSource
    void onlyWhatCanPassByItselfIsTriedAgain(Reason reason) {
        fails(JOB, new FailureResult(reason, "m", false));

        assertThat(world.status().phase()).isEqualTo(reason.canPass() ? Phase.Pending : Phase.Failed);
        assertThat(world.status().attempts()).hasSize(reason.canPass() ? 2 : 1);
    }

    /** What a person has to change first is named here once more, so that a reason that changes sides is noticed. */
    @Test
    void whatCanPass() {
        Set<Reason> passing = EnumSet.noneOf(Reason.class);
        for (Reason reason : Reason.values()) {
            if (reason.canPass()) {
                passing.add(reason);
            }
        }
        assertThat(passing).containsExactlyInAnyOrder(
                Reason.DatabaseUnreachable, Reason.StorageUnreachable, Reason.StorageThrottled, Reason.TargetInUse, Reason.Evicted, Reason.ImagePullFailed, Reason.PodNotCreated,
                Reason.Unschedulable, Reason.ContainerNotStarted, Reason.PodLost, Reason.JobMissing);
    }

    @Test
    void theNextAttemptRestsThenWritesUnderAKeyOfItsOwn() {
        fails(JOB, AWAY);

        assertThat(world.status().phase()).isEqualTo(Phase.Pending);
        assertThat(world.reason()).isEqualTo("StorageUnreachable");
        assertThat(world.message()).isEqualTo("attempt 1 of 4 failed and the next begins in 1m: the store does not answer");
        assertThat(world.told).singleElement().satisfies(tell -> {
            assertThat(tell.warning()).isTrue();
            assertThat(tell.reason()).isEqualTo("StorageUnreachable");
            assertThat(tell.occasion()).as("nobody is woken while it is tried again").isNull();
        });
        assertThat(world.status().attempts()).extracting(Attempt::reason).containsExactly(Reason.StorageUnreachable, null);
        assertThat(world.status().attempts().getFirst().finishedAt()).isEqualTo(world.now);
        world.now = world.now.plusSeconds(59);
        assertThat(world.reconcile().again()).contains(Duration.ofSeconds(1));
        assertThat(world.created).containsExactly(JOB);

        world.now = world.now.plusSeconds(1);
        world.reconcileUntilItRests();
        assertThat(world.created).containsExactly(JOB, SECOND);
        BackupTask task = (BackupTask) world.task(SECOND);
        assertThat(task.attempt()).isEqualTo(2);
        assertThat(task.prefix()).isEqualTo("stables/stable/horses/monday-6f1c2a34-6f1c2a34-2/").isEqualTo(world.status().location().prefix());
        assertThat(world.status().location().url()).isEqualTo("s3://backups/" + task.prefix());

        world.pod(SECOND, job -> Pods.reported(job, Samples.backedUp()));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.status().attempts()).extracting(Attempt::reason).containsExactly(Reason.StorageUnreachable, null);
        assertThat(world.status().duration()).as("of all attempts and rests").isEqualTo("37s");
    }

    @Test
    void whatALostWorkerLeftIsSettledBeforeTheNextAttempt() {
        world.reconcileUntilItRests();
        world.pod(JOB, job -> Pods.ended(job, 137, "Error", null));
        world.reconcileUntilItRests();
        assertThat(world.created).containsExactly(JOB, SETTLE);
        world.pod(SETTLE, job -> Pods.reported(job, new SettleResult(null, 0, 1)));
        world.reconcileUntilItRests();

        assertThat(world.status().attempts()).hasSize(2);
        assertThat(world.message()).contains("attempt 1 of 4 failed", "Nothing of it is left in the store (0 objects and 1 unfinished uploads removed)");
    }

    @Test
    void theRestsDoubleAndTheLastAttemptSaysHowManyThereWere() {
        List<Duration> rests = List.of(Duration.ofMinutes(1), Duration.ofMinutes(2), Duration.ofMinutes(4));
        for (int attempt = 1; attempt <= 3; attempt++) {
            fails("monday-" + attempt, AWAY);
            world.now = world.now.plus(rests.get(attempt - 1)).minusSeconds(1);
            assertThat(world.reconcile().again()).contains(Duration.ofSeconds(1));
            world.now = world.now.plusSeconds(1);
        }
        fails("monday-4", AWAY);

        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.message()).isEqualTo("the store does not answer. It was the last of 4 attempts");
        assertThat(world.status().attempts()).hasSize(4).allSatisfy(attempt -> {
            assertThat(attempt.reason()).isEqualTo(Reason.StorageUnreachable);
            assertThat(attempt.message()).isEqualTo("the store does not answer");
        });
        assertThat(world.told).hasSize(4);
    }

    /** To see that another takes its place, and that the clock was set. */
    @Test
    void aLongRestIsLookedAtEachMinute() {
        world.retry(3, "30m");
        fails(JOB, AWAY);
        assertThat(world.plan().again()).contains(Duration.ofMinutes(1));
    }

    @Test
    void aClockThatWasSetBackProlongsNoRest() {
        fails(JOB, AWAY);
        world.now = world.now.minus(Duration.ofDays(2));
        world.reconcileUntilItRests();
        assertThat(world.created).containsExactly(JOB, SECOND);
    }

    /** The rest began with the loss. */
    @Test
    void aRestThatIsOverWhenTheLookEndsIsNotSaidToBegin() {
        world.reconcileUntilItRests();
        world.pod(JOB, job -> Pods.ended(job, 137, "Error", null));
        world.reconcileUntilItRests();
        world.now = world.now.plusSeconds(300);
        world.pod(SETTLE, job -> Pods.reported(job, new SettleResult(null, 0, 0)));
        BackupPlan failed = world.reconcile();
        assertThat(world.message()).startsWith("attempt 1 of 4 failed and the next begins now");
        assertThat(failed.again()).contains(Duration.ZERO);
        world.reconcileUntilItRests();
        assertThat(world.created).containsExactly(JOB, SETTLE, SECOND);
    }

    /** As the kubelet was seen to write: it ends a Pod whose image never came. */
    @Test
    void aContainerThatNeverWasIsNotSettledButTriedAgain() {
        stopsForItsImage();
        world.pod(JOB, job -> Pods.ended(job, 137, "ContainerStatusUnknown", "The container could not be located when the pod was terminated"));
        world.reconcileUntilItRests();
        assertThat(world.status().attempts()).hasSize(2);
        assertThat(world.status().attempts().getFirst().reason()).isEqualTo(Reason.ImagePullFailed);
        assertThat(world.status().attempts().getFirst().settledBy()).isNull();
    }

    @Test
    void aContainerThatIsGoneWasOne() {
        stopsForItsImage();
        world.pod(JOB, job -> Pods.ended(job, 137, "ContainerStatusUnknown", "The container could not be located when the pod was deleted.  The container used to be Running"));
        world.reconcileUntilItRests();
        assertThat(world.created).containsExactly(JOB, SETTLE);
    }

    @Test
    void thePodsOwnDeadlineHidesNotWhatItWaitedFor() {
        world.reconcileUntilItRests();
        world.pod(JOB, job -> Pods.waiting(job, "ErrImagePull", "no such image"));
        world.reconcileUntilItRests();
        world.pod(JOB, job -> Pods.because(Pods.ended(job, 137, "ContainerStatusUnknown", "The container could not be located when the pod was terminated"), "DeadlineExceeded", "m"));
        world.reconcileUntilItRests();
        assertThat(world.status().attempts().getFirst().reason()).isEqualTo(Reason.ImagePullFailed);
        assertThat(world.status().attempts().getFirst().message()).contains("before its container could start", "ErrImagePull: no such image");
        assertThat(world.status().attempts()).hasSize(2);
    }

    /** The operator was away while the Job went, and with it a Pod that may have begun at the last moment. */
    @Test
    void theNextWorkerIsToldWhereTheOnesBeforeWrote() {
        stopsForItsImage();
        world.lose(JOB);
        world.reconcileUntilItRests();
        world.now = world.now.plusSeconds(60);
        world.reconcileUntilItRests();
        BackupTask task = (BackupTask) world.task(SECOND);
        assertThat(task.earlier()).containsExactly("stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/");

        world.pod(SECOND, job -> Pods.reported(job, Samples.backedUp()));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Completed);
        assertThat(world.status().location()).as("where the dump is, which is removed with the Backup")
                .isEqualTo(new BackupStatus.Location("s3://backups/" + task.earlier().getFirst(), task.earlier().getFirst(), Samples.backedUp().dataKey()));
    }

    /** {@code kubectl delete job --cascade=orphan}: no other attempt while that Pod may still begin, and no wait without end. */
    @Test
    void aPodWithoutItsJobThatNeverBeginsIsNamed() {
        world.reconcileUntilItRests();
        world.job(JOB, job -> Pods.createdAt(job, world.now));
        world.pod(JOB, job -> Pods.createdAt(Pods.unschedulable(job, "0/3 nodes"), world.now));
        world.jobs.put(JOB, new JobView(JOB, Optional.empty(), world.jobs.get(JOB).pod()));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Pending);
        world.now = world.now.plus(BackupWorld.START_DEADLINE);
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("Unschedulable");
        assertThat(world.message()).contains("kubectl delete pod monday-1-x7k2p");
    }

    /** A Pod is collected a moment after its Job. */
    @Test
    void aPodThatIsStillToBeCollectedIsWaitedFor() {
        stopsForItsImage();
        Job job = world.jobs.get(JOB).job().orElseThrow();
        Pod left = Pods.owned(new JobBuilder(job).editMetadata().withUid("0b").endMetadata().build(), Pods.createdAt(Pods.waiting(job, "ImagePullBackOff", "x"), Samples.CREATED));
        world.jobs.put(JOB, new JobView(JOB, Optional.empty(), Optional.of(left)));
        assertThat(world.reconcile().again()).contains(BackupPlan.SOON);
        assertThat(world.status().phase()).isEqualTo(Phase.Pending);
        world.lose(JOB);
        world.reconcileUntilItRests();
        assertThat(world.status().attempts()).hasSize(2);
    }

    @Test
    void aJobThatSomebodyKeepsFromGoingIsNotWaitedForWithoutEnd() {
        world.reconcileUntilItRests();
        world.job(JOB, job -> new JobBuilder(job).editMetadata().withDeletionTimestamp(world.now.toString()).endMetadata().build());
        world.now = world.now.plusSeconds(60);
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("JobMissing");
        assertThat(world.created).containsExactly(JOB, SETTLE);
    }

    private void stopsForItsImage() {
        world.reconcileUntilItRests();
        world.pod(JOB, job -> Pods.waiting(job, "ImagePullBackOff", "x"));
        world.reconcileUntilItRests();
        world.now = world.now.plus(BackupWorld.START_DEADLINE);
        world.reconcile();
        assertThat(world.message()).endsWith("Job monday-1 is being stopped");
    }

    @ParameterizedTest
    @CsvSource({"1m,1,60", "1m,2,120", "1m,6,1920", "1m,7,3600", "1m,40,3600", "1s,3,4", "1h,2,3600"})
    void noRestIsLongerThanAnHour(String backoff, int failures, int seconds) {
        assertThat(Trying.rest(new RetrySpec(null, backoff), failures)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void aPolicyWithoutRetriesHasOneAttempt() {
        world.retry(0, "1m");
        fails(JOB, AWAY);
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.message()).isEqualTo("the store does not answer");
    }

    @Test
    void aPermanentCauseEndsTheAttemptsAtOnce() {
        fails(JOB, AWAY);
        world.now = world.now.plusSeconds(60);
        fails(SECOND, new FailureResult(Reason.StorageAccessDenied, "the key is wrong", false));
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("StorageAccessDenied");
        assertThat(world.message()).isEqualTo("the key is wrong");
    }

    @Test
    void theTimeoutIsForAllAttemptsTogether() {
        world.reconcileUntilItRests();
        world.now = world.now.plusSeconds(3600);
        fails(JOB, AWAY);
        world.now = world.now.plusSeconds(60);
        world.reconcileUntilItRests();

        assertThat(world.jobs.get(SECOND).job().orElseThrow().getSpec().getTemplate().getSpec().getActiveDeadlineSeconds())
                .as("two hours, less an hour and the minute of rest").isEqualTo(7200 - 3600 - 60);
    }

    @Test
    void noAttemptIsPlannedThatCouldNotBeginInTime() {
        world.reconcileUntilItRests();
        world.now = world.now.plusSeconds(7200 - 30);
        fails(JOB, AWAY);
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.message()).isEqualTo("the store does not answer. No time is left for another attempt: spec.timeout of the policy is 2h");
    }

    @Test
    void anOperatorThatWasAwayForLongDoesNotBeginWhatIsTooLate() {
        fails(JOB, AWAY);
        world.now = world.now.plusSeconds(7200);
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("TimedOut");
        assertThat(world.message())
                .isEqualTo("attempt 2 could not begin within spec.timeout of the policy (2h); the one before failed: the store does not answer");
        assertThat(world.created).containsExactly(JOB);
    }

    @Test
    void aWorkerThatOutlivesTheTimeoutIsStoppedByTheOperator() {
        world.reconcileUntilItRests();
        world.pod(JOB, Pods::running);
        world.now = world.status().startedAt().plusSeconds(7200 + 59);
        world.reconcile();
        assertThat(world.reason()).as("its Pod's own deadline comes first").isEqualTo("Running");

        world.now = world.now.plusSeconds(2);
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("TimedOut");
        assertThat(world.deleted).containsExactly(JOB);
        world.reconcileUntilItRests();
        world.pod(SETTLE, job -> Pods.reported(job, new SettleResult(null, 0, 1)));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.message()).startsWith("it took longer than spec.timeout of the policy (2h); raise that").contains("Nothing of it is left");
        assertThat(world.status().attempts()).hasSize(1);
    }

    @Test
    void aPodThatHasNotStartedWhenTheTimeIsOverSaysWhatItWaitedFor() {
        world.retry(0, "1m");
        world.policy.orElseThrow().setSpec(Samples.within(world.policy.get().getSpec(), "5m"));
        world.reconcileUntilItRests();
        world.pod(JOB, job -> Pods.unschedulable(job, "0/3 nodes are available"));
        world.now = world.status().startedAt().plusSeconds(300);
        world.reconcileUntilItRests();
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("Unschedulable");
        assertThat(world.message()).startsWith("the Pod did not start within spec.timeout of the policy (5m): Unschedulable: 0/3 nodes are available");
    }

    @Test
    void aJobThatIsRefusedTooLongIsTriedAgainUnderTheNextNumber() {
        world.reconcile();
        world.now = world.now.plus(BackupWorld.START_DEADLINE);
        world.write(BackupPlan.refused(world.seen(), new Refusal(403, "exceeded quota"), BackupWorld.START_DEADLINE));
        assertThat(world.status().phase()).isEqualTo(Phase.Pending);
        assertThat(world.reason()).isEqualTo("PodNotCreated");
        assertThat(world.status().attempts()).hasSize(2);
        world.now = world.now.plusSeconds(61);
        world.write(BackupPlan.refused(world.seen(), new Refusal(403, "exceeded quota"), BackupWorld.START_DEADLINE));
        assertThat(world.status().attempts()).as("its own time to start begins after the rest").hasSize(2);
    }

    @Test
    void aReplacedBackupIsNotTriedAgain() {
        fails(JOB, AWAY);
        world.backup.getMetadata().setAnnotations(Map.of(Labels.REPLACED_BY, "tuesday"));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("Replaced");
        assertThat(world.created).containsExactly(JOB);
    }

    @Test
    void withoutItsPolicyABackupIsNotTriedAgain() {
        world.reconcileUntilItRests();
        world.policy = Optional.empty();
        fails(JOB, AWAY);
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.message()).isEqualTo("the store does not answer");
    }

    private void fails(String job, FailureResult failure) {
        if (!world.jobs.containsKey(job)) {
            world.reconcileUntilItRests();
        }
        world.pod(job, known -> Pods.reported(known, failure));
        world.reconcileUntilItRests();
    }
}
