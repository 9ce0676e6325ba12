package dev.remuda.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.api.Attempt;
import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.support.Comeback;
import dev.remuda.support.FaultTable;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;
import dev.remuda.support.Victim;
import dev.remuda.task.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever happens to a Backup's Job and Pod: it ends in a phase with a reason, is tried again when that can help, leaves nothing behind, and
 * when it says Completed the database comes back from it. All faults are caused at the same time, most of them in mid-stream.
 */
class FaultsIT {
    private static final Stage STAGE = Stage.shared();
    private static final String MID_STREAM = "the dump is half stored";
    private static final String AT_START = "its Pod is to start";
    private static final String ONCE_MORE = "retry: {limit: 1, backoff: 1s}\n";
    private static final String A_MINUTE = "retry: {limit: 1, backoff: 30s}\ntimeout: 1m\n";

    /** More at once would only be slower: this machine has two cores. */
    private static final Semaphore STREAMS = new Semaphore(3);

    private static final Map<String, CompletableFuture<Ended>> ENDS = new ConcurrentHashMap<>();
    private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();
    private static String database;
    private static String crowded;

    /** What is done to a Backup in mid-stream. */
    private interface Act {
        void on(Victim victim) throws Exception;
    }

    private record Ended(Backup backup, Duration after) {}

    /**
     * @param spec lines of the policy
     * @param attempts the reason of the attempt that failed, or one of several that it may have; empty: none fails
     */
    private record Fault(String name, String words, String when, String spec, Act act, Phase phase, Set<Reason> attempts) {
        @Override
        public String toString() {
            return words;
        }
    }

    private static Stream<Fault> faults() {
        return Stream.of(
                new Fault("too-slow", "pg_dump hangs", MID_STREAM, "retry: {limit: 1, backoff: 1s}\ntimeout: 90s\n", victim -> {}, Phase.Failed, Set.of(Reason.TimedOut)),
                again("worker-killed", "the worker is killed (SIGKILL)", Reason.PodLost, victim -> {
                    Victim.signal("KILL", victim.worker());
                    victim.goOn();
                }),
                new Fault("pg-dump-killed", "pg_dump is killed (SIGKILL)", MID_STREAM, ONCE_MORE, victim -> Victim.signal("KILL", victim.pgDump()), Phase.Failed,
                        Set.of(Reason.DumpFailed)),
                again("pod-deleted", "the Pod is deleted by force", Reason.PodLost, victim -> STAGE.kubectl(
                        "delete", "pod", victim.pod().getMetadata().getName(), "--grace-period=0", "--force")),
                // The Pod says why it goes for a moment only; who looks later finds it gone.
                again("job-deleted", "the Job is deleted", Set.of(Reason.PodLost, Reason.JobMissing), victim -> STAGE.kubectl("delete", "job", victim.job())),
                again("evicted", "the Pod is evicted, as when its node is drained", Set.of(Reason.Evicted, Reason.PodLost),
                        victim -> STAGE.cluster().client().pods().inNamespace(STAGE.namespace()).withName(victim.pod().getMetadata().getName()).evict()),
                again("disk-full", "the Pod fills its disk", Reason.Evicted, victim -> Victim.asRoot(
                        "dd", "if=/dev/zero", "of=/proc/" + victim.worker().pid() + "/root/tmp/fill", "bs=1M", "count=80")),
                starting("no-node", "no node fits", "jobTemplate: {nodeSelector: {no: such}}", Reason.Unschedulable),
                starting("no-account", "the ServiceAccount does not exist", "jobTemplate: {serviceAccountName: nobody}", Reason.PodNotCreated),
                starting("no-image", "the image does not exist", "", Reason.ImagePullFailed));
    }

    /** They touch all Backups, so the other faults come after them. */
    private static Stream<Fault> operatorFaults() {
        return Stream.of(
                new Fault("operator-killed", "the operator is killed", MID_STREAM, ONCE_MORE, victim -> {
                    STAGE.cluster().killOperator();
                    victim.goOn();
                }, Phase.Completed, Set.of()),
                new Fault("result-lost", "the operator is away until the Job has ended and is collected", MID_STREAM, ONCE_MORE, FaultsIT::loseResult, Phase.Completed, Set.of()));
    }

    private static Stream<Fault> all() {
        return Stream.concat(operatorFaults(), faults());
    }

    private static Fault again(String name, String words, Reason reason, Act act) {
        return again(name, words, Set.of(reason), act);
    }

    private static Fault again(String name, String words, Set<Reason> reasons, Act act) {
        return new Fault(name, words, MID_STREAM, ONCE_MORE, act, Phase.Completed, reasons);
    }

    private static Fault starting(String name, String words, String spec, Reason reason) {
        return new Fault(name, words, AT_START, A_MINUTE + spec, null, Phase.Failed, Set.of(reason));
    }

    @BeforeAll
    static void allAtOnce() {
        database = Racing.padded(STAGE.postgres(), 50);
        crowded = STAGE.another();
        all().forEach(fault -> STAGE.apply(Stage.plainPolicyYaml("fault-" + fault.name(), database, Map.of(), fault.spec())));
        withoutAnImage();
        noRoomForPods();
        operatorFaults().forEach(fault -> ENDS.put(fault.name(), CompletableFuture.completedFuture(live(fault))));
        faults().forEach(fault -> ENDS.computeIfAbsent(fault.name(), name -> CompletableFuture.supplyAsync(() -> live(fault), THREADS)));
    }

    @AfterAll
    static void nothingGoesOn() {
        THREADS.close();
    }

    @ParameterizedTest
    @MethodSource("all")
    void endsInAPhaseWithAReasonAndLeavesNothing(Fault fault) {
        Ended ended = ENDS.get(fault.name()).join();
        Backup backup = ended.backup();
        Condition condition = backup.getStatus().conditions().getFirst();
        List<String> bucket = STAGE.bucket().keys(root(fault));
        int uploads = STAGE.bucket().unfinished(root(fault)).size();
        List<Job> jobs = STAGE.jobs(backup);
        List<String> left = STAGE.busyJobs(backup);
        List<Attempt> attempts = backup.getStatus().attempts();
        FaultTable.row(
                fault.words(), fault.when(), backup.getStatus().phase() + " " + condition.getReason(), String.join(", ", Stage.ends(backup)),
                bucket.isEmpty() && uploads == 0 ? "nothing" : bucket.size() + " objects, " + uploads + " uploads", left.isEmpty() ? "nothing" : left.toString(), ended.after());

        assertThat(backup.getStatus().phase()).as(condition.getMessage() + attempts).isEqualTo(fault.phase());
        List<Reason> failures = attempts.stream().map(Attempt::reason).filter(Objects::nonNull).toList();
        assertThat(failures).as(attempts.toString()).hasSize(fault.attempts().isEmpty() ? 0 : 1).allMatch(fault.attempts()::contains);
        assertThat(attempts).hasSize(failures.size() + (fault.phase() == Phase.Completed ? 1 : 0));
        if (fault.phase() == Phase.Failed) {
            assertThat(condition.getReason()).isEqualTo(failures.getLast().name());
        }
        if (fault.when().equals(AT_START)) {
            assertThat(attempts).as("nothing began, so nothing is looked for").allMatch(attempt -> attempt.settledBy() == null);
        }
        assertThat(uploads).isZero();
        assertThat(left).isEmpty();
        assertThat(jobs).hasSizeLessThanOrEqualTo(attempts.stream().mapToInt(attempt -> attempt.settledBy() == null ? 1 : 1 + attempt.looked()).sum());
        assertThat(bucket).hasSize(fault.phase() == Phase.Completed ? 2 : 0);
        if (fault.phase() == Phase.Completed) {
            Comeback.assertSame(STAGE, backup, database);
        }
    }

    @Test
    void aNamespaceWithoutRoomForPods() {
        Backup backup = STAGE.cluster().client().resources(Backup.class).inNamespace(crowded).withName("fault-quota")
                .waitUntilCondition(seen -> seen != null && seen.getStatus() != null && seen.getStatus().hasEnded(), 3, TimeUnit.MINUTES);
        Condition condition = backup.getStatus().conditions().getFirst();
        FaultTable.row(
                "a quota allows no Pod", AT_START, backup.getStatus().phase() + " " + condition.getReason(), String.join(", ", Stage.ends(backup)),
                "nothing", "nothing", Duration.between(backup.getStatus().startedAt(), backup.getStatus().completedAt()));
        assertThat(condition.getReason()).isEqualTo("PodNotCreated");
        assertThat(condition.getMessage()).contains("exceeded quota: no-pods");
    }

    @Test
    void theServerIsLeftAsItWas() {
        ENDS.values().forEach(CompletableFuture::join);
        Awaitility.await().untilAsserted(() -> assertThat(STAGE.postgres().ask(
                "postgres", "SELECT application_name FROM pg_stat_activity WHERE datname = '" + database + "' AND pid <> pg_backend_pid()")).isEmpty());
        assertThat(STAGE.postgres().ask("postgres", "SELECT slot_name FROM pg_replication_slots")).isEmpty();
    }

    private static Ended live(Fault fault) {
        String backup = "fault-" + fault.name();
        try {
            if (fault.act() == null) {
                if (STAGE.backup(backup) == null) {
                    STAGE.backup(backup, backup);
                }
                return ended(backup, STAGE.await(backup, seen -> seen.getStatus() != null && seen.getStatus().startedAt() != null).getStatus().startedAt());
            }
            STREAMS.acquire();
            Victim victim = Victim.of(STAGE, backup, backup);
            STREAMS.release(); // it does nothing any more
            Instant fell = Instant.now();
            fault.act().on(victim);
            return ended(backup, fell);
        } catch (Exception e) {
            throw new IllegalStateException(fault + " could not be caused: " + e.getMessage(), e);
        }
    }

    private static Ended ended(String backup, Instant since) {
        return new Ended(STAGE.ended(backup), Duration.between(since, Instant.now()));
    }

    /** The Job and its Pod are gone with the worker's word; what it stored tells all. */
    private static void loseResult(Victim victim) throws Exception {
        STAGE.cluster().scaleOperator(0);
        STAGE.kubectl("patch", "job", victim.job(), "--type=merge", "--patch", "{\"spec\":{\"ttlSecondsAfterFinished\":0}}");
        String job = victim.job();
        victim.goOn();
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(
                () -> STAGE.cluster().client().batch().v1().jobs().inNamespace(STAGE.namespace()).withName(job).get() == null);
        STAGE.cluster().scaleOperator(1);
    }

    /** The image is the operator's to choose, so it is another one for the moment in which one Job is made. */
    private static void withoutAnImage() {
        STAGE.cluster().workerImage("localhost/no-such-image:1");
        STAGE.backup("fault-no-image", "fault-no-image");
        STAGE.await("fault-no-image", seen -> seen.getStatus() != null && seen.getStatus().attempts().stream().anyMatch(attempt -> attempt.startedAt() != null));
        STAGE.cluster().workerImage(null);
    }

    private static void noRoomForPods() {
        STAGE.cluster().client().resource(new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withName("no-pods")
                        .withNamespace(crowded)
                        .endMetadata()
                        .withNewSpec()
                        .withHard(Map.of("pods", new Quantity("0")))
                        .endSpec()
                        .build())
                .create();
        STAGE.cluster().kubectlWith(Stage.plainPolicyYaml("fault-quota", database, Map.of(), A_MINUTE), "-n", crowded, "apply", "-f", "-");
        STAGE.cluster().kubectlWith(
                "{apiVersion: remuda.dev/v1beta1, kind: Backup, metadata: {name: fault-quota}, spec: {policyRef: {name: fault-quota}}}", "-n", crowded, "apply", "-f", "-");
    }

    private static String root(Fault fault) {
        return "demo/" + STAGE.namespace() + "/fault-" + fault.name() + "/";
    }
}
