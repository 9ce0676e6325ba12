package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.ConditionBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Occasion;
import dev.remuda.api.Phase;
import dev.remuda.api.RestoreSpec;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.SecretRef;
import dev.remuda.api.TierSpec;
import dev.remuda.api.VerificationSpec;
import dev.remuda.job.JobView;
import dev.remuda.job.Labels;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.DrillTask;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.task.StorageClass;
import dev.remuda.task.Task;

import static org.assertj.core.api.Assertions.assertThat;

/** When stored backups are proved, and what becomes of it. */
class VerifyingTest {
    private static final TierSpec DAILY = new TierSpec("daily", "0 2 * * *", new RetentionSpec("30d", null, null), null);
    private static final VerificationSpec.Server SERVER = new VerificationSpec.Server("postgres:17", null, null, null, Map.of("work_mem", "64MB"));
    private static final VerificationSpec DRILLS = new VerificationSpec("0 3 * * *", SERVER, null, List.of(new RestoreSpec.Check("SELECT true")), null, null, null);
    private static final VerificationSpec READS = new VerificationSpec(null, null, null, null, null, null, new VerificationSpec.Integrity("0 4 * * *"));

    private final PolicyWorld world = new PolicyWorld();

    /** Nightly backups from the first to the third of March. */
    @BeforeEach
    void threeDays() {
        world.now = at("2026-03-01T01:00:00Z");
        world.policy.getMetadata().setCreationTimestamp(world.now.toString());
        world.spec(spec -> Samples.with(spec, DAILY));
        for (int day = 1; day <= 3; day++) {
            go("2026-03-0" + day + "T02:00:00Z");
            world.complete(backup(day));
            world.reconcileUntilItRests();
        }
        world.told.clear();
    }

    @Test
    void withoutAWordOfItNothingIsDone() {
        go("2026-03-03T12:00:00Z");
        assertThat(world.proved).isEmpty();
        assertThat(world.status().verification()).isNull();
        assertThat(world.status().conditions()).noneMatch(condition -> condition.getType().equals("Verified"));
    }

    @Test
    void aDrillIsHeldWithTheNewestWhenItIsTime() {
        verify(DRILLS);
        assertThat(world.proved).as("a schedule counts from now on").isEmpty();
        assertThat(world.condition("Verified").getStatus()).isEqualTo("Unknown");

        go("2026-03-03T03:00:01Z");
        assertThat(world.proved).containsExactly("drill " + backup(3));
        assertThat(world.condition(backup(3), "Verified")).isEqualTo("True Restored");
        assertThat(world.condition(backup(3), "Intact")).as("it was read for it").isEqualTo("True Read");
        assertThat(world.condition(backup(3), "Completed")).isEqualTo("True null");
        BackupStatus.Verification proof = world.backups.get(backup(3)).getStatus().verification();
        assertThat(proof.restoreSeconds()).isEqualTo(42);
        assertThat(proof.restoreDuration()).isEqualTo("42s");
        assertThat(proof.restoredAt()).isEqualTo(world.now);
        assertThat(world.status().verification().lastVerified().backup()).isEqualTo(backup(3));
        assertThat(world.condition("Verified").getMessage()).contains(backup(3), "42 s");
        assertThat(world.told).containsExactly(new Step.Tell(
                false, "Restored", "Backup " + backup(3) + " was restored in a drill within 42 s: 4 tables with 2000000 rows are what was backed up"));

        go("2026-03-03T23:00:00Z");
        assertThat(world.proved).as("once for each moment of the schedule").hasSize(1);
    }

    @Test
    void theNewestIsDrilledAgainWhenNoneIsNewer() {
        verify(DRILLS);
        go("2026-03-03T03:00:01Z");
        go("2026-03-04T03:00:01Z"); // the backup of this night is under way still
        assertThat(world.proved).as("disks do not stay as they were").containsExactly("drill " + backup(3), "drill " + backup(3));
        world.complete(backup(4));
        go("2026-03-05T03:00:01Z");
        assertThat(world.proved).hasSize(3).endsWith("drill " + backup(4));
    }

    @Test
    void aPolicyThatWantsNoDrillsAnyMoreGoesOnWithoutTheOneThatWasPlanned() {
        verify(DRILLS);
        world.now = at("2026-03-03T03:00:01Z");
        world.reconcile();
        assertThat(world.status().verification().job().toBeCreated()).isTrue();
        world.spec(spec -> Samples.verifying(spec, VerificationSpec.NONE));
        go("2026-03-03T03:00:05Z");
        assertThat(world.proved).isEmpty();
        assertThat(world.status().verification().job().underWay()).isFalse();
        go("2026-03-04T02:00:00Z");
        assertThat(world.created).as("and the schedule goes on").contains(backup(4));
    }

    @Test
    void whatIsToGoIsNotProvedFirst() {
        verify(READS);
        world.now = at("2026-04-02T04:00:01Z"); // the first is a month old, and all are to be read
        world.reconcileUntilItRests();
        world.underWay().forEach(world::complete);
        go("2026-04-02T04:01:00Z");
        go("2026-04-02T04:02:00Z");
        assertThat(world.purged).contains(backup(1), backup(2));
        assertThat(world.proved).doesNotContain("read " + backup(1), "read " + backup(2)).contains("read " + backup(3));
    }

    @Test
    void aDrillThatAlwaysFailsKeepsNobodyFromReading() {
        verify(new VerificationSpec("0 3 * * *", SERVER, null, null, null, null, READS.integrity()));
        world.refuted.put(backup(3), Reason.DecryptionFailed);
        go("2026-03-03T03:00:01Z");
        go("2026-03-03T04:00:01Z");
        for (int i = 0; i < 5; i++) {
            go(world.now.plusSeconds(3).toString());
        }
        assertThat(world.proved).contains("read " + backup(1), "read " + backup(2), "read " + backup(3));
    }

    @Test
    void aReadAnswersNobodyWhoAsksForADrillMeanwhile() {
        verify(new VerificationSpec(null, SERVER, null, null, null, null, READS.integrity()));
        world.now = at("2026-03-03T04:00:01Z");
        world.reconcile();
        world.reconcile();
        world.backups.get(backup(2)).getMetadata().setAnnotations(Map.of(Labels.VERIFY, "now"));
        go("2026-03-03T04:00:03Z");
        assertThat(world.proved).contains("read " + backup(2)).endsWith("drill " + backup(2));
        assertThat(world.backups.get(backup(2)).getStatus().verification().request()).isEqualTo("now");
    }

    @Test
    void anotherBackupOfTheNameIsNotProvedByTheDrillOfTheOneBefore() {
        verify(DRILLS);
        world.now = at("2026-03-03T03:00:01Z");
        world.reconcile();
        world.reconcile();
        Backup other = world.backups.get(backup(3));
        other.getMetadata().setUid("another");
        world.now = at("2026-03-03T03:00:05Z");
        world.reconcile();
        assertThat(world.condition(backup(3), "Verified")).isEmpty();
    }

    @Test
    void damageOfOneThatAPersonAcceptedIsCalledDamage() {
        Backup newest = world.backups.get(backup(3));
        newest.setStatus(newest.getStatus().in(Phase.Completed, List.of(
                new ConditionBuilder().withType("Completed").withStatus("True").build(), new ConditionBuilder().withType("Suspicious").withStatus("False").withReason("Accepted").withMessage("m").build())));
        verify(READS);
        world.damaged.put(backup(3), Reason.ChecksumMismatch);
        go("2026-03-03T04:00:01Z");
        go("2026-03-03T04:00:05Z");
        assertThat(world.condition("Verified").getReason()).isEqualTo("ChecksumMismatch");
    }

    @Test
    void aClockThatWasAheadStopsNothing() {
        verify(DRILLS);
        world.refuted.put(backup(3), Reason.StorageUnreachable);
        world.now = at("2026-04-20T03:00:01Z");
        Backup kept = world.backups.get(backup(3));
        world.reconcile();
        world.reconcile();
        world.reconcile();
        world.refuted.clear();
        world.backups.putIfAbsent(backup(3), kept);
        kept.getMetadata().setAnnotations(Map.of(Labels.VERIFY, "now"));
        go("2026-03-03T05:00:00Z");
        assertThat(world.proved).endsWith("drill " + backup(3));
        assertThat(world.condition(backup(3), "Verified")).isEqualTo("True Restored");
    }

    @Test
    void oneThatIsBadIsToldAndFollowedByTheOneBefore() {
        verify(DRILLS);
        world.refuted.put(backup(3), Reason.CheckFailed);
        go("2026-03-03T03:00:01Z");

        assertThat(world.proved).containsExactly("drill " + backup(3), "drill " + backup(2));
        assertThat(world.condition(backup(3), "Verified")).isEqualTo("False CheckFailed");
        assertThat(world.condition(backup(3), "Intact")).as("which is another question").isEmpty();
        assertThat(world.condition(backup(2), "Verified")).isEqualTo("True Restored");
        assertThat(world.condition("Verified").getReason()).as("the newest is still bad").isEqualTo("CheckFailed");
        assertThat(world.condition("Verified").getMessage()).contains(backup(3), "it went wrong", backup(2));
        assertThat(world.told).extracting(Step.Tell::warning, Step.Tell::reason, Step.Tell::occasion).contains(
                org.assertj.core.api.Assertions.tuple(true, "CheckFailed", Occasion.VerificationFailed));
        assertThat(world.status().lastBackup().name()).as("it can be read, and may be all that there is").isEqualTo(backup(3));
    }

    @Test
    void aCauseThatSpoilsEachDrillDoesNotMakeAllBackupsLookBad() {
        for (int day = 1; day <= 3; day++) {
            world.refuted.put(backup(day), Reason.CheckFailed);
        }
        go("2026-03-04T02:00:00Z");
        world.complete(backup(4));
        world.refuted.put(backup(4), Reason.CheckFailed);
        verify(DRILLS);
        go("2026-03-04T03:00:01Z");

        assertThat(world.proved).containsExactly("drill " + backup(4), "drill " + backup(3), "drill " + backup(2));
        assertThat(world.condition(backup(1), "Verified")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = Reason.class, names = {"ExtensionMismatch", "DatabaseUnreachable", "StorageUnreachable", "InvalidSpec", "DatabasePermissionDenied"})
    void whatIsNotTheBackupsFaultIsTriedAgainAndToldOnce(Reason reason) {
        verify(DRILLS);
        world.refuted.put(backup(3), reason);
        go("2026-03-03T03:00:01Z");
        assertThat(world.condition("Verified").getReason()).isEqualTo(reason.name());
        assertThat(world.condition(backup(3), "Verified")).isEmpty();

        go("2026-03-03T03:01:30Z");
        assertThat(world.proved).containsExactly("drill " + backup(3), "drill " + backup(3));
        assertThat(world.told).extracting(Step.Tell::reason).containsExactly(reason.name());

        world.refuted.clear();
        go("2026-03-03T03:10:00Z");
        assertThat(world.condition("Verified").getStatus()).isEqualTo("True");
        assertThat(world.status().verification().job().failures()).isZero();
    }

    @Test
    void aPersonMayAskForOne() {
        world.backups.get(backup(1)).getMetadata().setAnnotations(Map.of(Labels.VERIFY, "now"));
        world.reconcileUntilItRests();
        assertThat(world.proved).as("there is nowhere to restore to").containsExactly("read " + backup(1));
        assertThat(world.condition(backup(1), "Intact")).isEqualTo("True Read");
        assertThat(world.backups.get(backup(1)).getStatus().verification().request()).isEqualTo("now");

        verify(new VerificationSpec(null, SERVER, null, null, null, null, null));
        world.reconcileUntilItRests();
        assertThat(world.proved).as("it is answered").hasSize(1);
        world.backups.get(backup(1)).getMetadata().setAnnotations(Map.of(Labels.VERIFY, "once more"));
        world.reconcileUntilItRests();
        assertThat(world.proved).containsExactly("read " + backup(1), "drill " + backup(1));
        assertThat(world.condition(backup(1), "Verified")).isEqualTo("True Restored");
    }

    @Test
    void anOlderOneThatAPersonAskedForDoesNotStandForTheNewest() {
        verify(DRILLS);
        world.now = at("2026-03-03T03:00:01Z");
        world.backups.get(backup(1)).getMetadata().setAnnotations(Map.of(Labels.VERIFY, "now"));
        world.reconcileUntilItRests();
        go("2026-03-03T03:00:03Z");
        assertThat(world.proved).containsExactly("drill " + backup(1), "drill " + backup(3));
    }

    @Test
    void eachThatWasThereIsReadOnceForEachMoment() {
        verify(READS);
        go("2026-03-03T04:00:01Z");
        assertThat(world.proved).containsExactlyInAnyOrder("read " + backup(1), "read " + backup(2), "read " + backup(3));
        assertThat(world.jobs.keySet().stream().filter(name -> name.contains("verify"))).as("in one Job").containsExactly("horses-verify-1");
        go("2026-03-03T23:00:00Z");
        assertThat(world.proved).hasSize(3);

        go("2026-03-04T02:00:00Z");
        world.complete(backup(4));
        go("2026-03-04T04:00:01Z");
        assertThat(world.proved.subList(3, 7)).containsExactlyInAnyOrder("read " + backup(1), "read " + backup(2), "read " + backup(3), "read " + backup(4));
    }

    @Test
    void manyAreReadInSeveralJobs() {
        for (int i = 0; i < 23; i++) {
            world.onDemand("more-" + i);
            world.complete("more-" + i);
        }
        verify(READS);
        go("2026-03-03T04:00:01Z");
        for (int i = 0; i < 5; i++) {
            go(world.now.plusSeconds(2).toString());
        }
        assertThat(world.proved).hasSize(26).doesNotHaveDuplicates();
        assertThat(world.status().verification().job().number()).isEqualTo(3);
    }

    @Test
    void aDamagedOneIsToldAndNoLongerTheLastBackup() {
        verify(READS);
        world.damaged.put(backup(3), Reason.ChecksumMismatch);
        go("2026-03-03T04:00:01Z");
        go("2026-03-03T04:00:05Z");

        assertThat(world.condition(backup(3), "Intact")).isEqualTo("False ChecksumMismatch");
        assertThat(world.condition(backup(2), "Intact")).isEqualTo("True Read");
        assertThat(world.status().lastBackup().name()).isEqualTo(backup(2));
        assertThat(world.condition("Verified").getReason()).isEqualTo("ChecksumMismatch");
        assertThat(world.told).filteredOn(Step.Tell::warning).containsExactly(
                new Step.Tell(true, "ChecksumMismatch", "Backup " + backup(3) + " is damaged: it is not what it was", Occasion.VerificationFailed));

        world.damaged.clear();
        world.backups.get(backup(3)).getMetadata().setAnnotations(Map.of(Labels.VERIFY, "look again"));
        world.reconcileUntilItRests();
        assertThat(world.condition(backup(3), "Intact")).isEqualTo("True Read");
        go("2026-03-03T04:10:00Z");
        assertThat(world.status().lastBackup().name()).isEqualTo(backup(3));
    }

    @Test
    void damageThatADrillMetIsForgottenWhenAllIsReadWell() {
        verify(DRILLS);
        world.damaged.put(backup(3), Reason.ChecksumMismatch);
        go("2026-03-03T03:00:01Z");
        assertThat(world.condition(backup(3), "Verified")).isEqualTo("False ChecksumMismatch");
        assertThat(world.condition(backup(3), "Intact")).isEqualTo("False ChecksumMismatch");

        world.damaged.clear();
        verify(READS);
        go("2026-03-04T04:00:01Z");
        assertThat(world.condition(backup(3), "Intact")).isEqualTo("True Read");
        assertThat(world.condition(backup(3), "Verified")).isEmpty();
    }

    @Test
    void whatWasReadBeforeTheStoreWentAwayIsKnown() {
        verify(READS);
        world.damaged.put(backup(2), Reason.StorageUnreachable);
        go("2026-03-03T04:00:01Z");
        assertThat(world.condition("Verified").getReason()).isEqualTo("StorageUnreachable");
        world.damaged.clear();
        go("2026-03-03T04:01:30Z");
        go("2026-03-03T04:01:40Z");
        assertThat(world.proved).as("only the rest was read again").hasSize(4);
        assertThat(world.backups.values()).allSatisfy(backup -> assertThat(world.condition(backup.getMetadata().getName(), "Intact")).isEqualTo("True Read"));
    }

    @Test
    void whatLiesInAnArchiveIsNotReadAndNotRestored() {
        Backup newest = world.backups.get(backup(3));
        newest.setStatus(newest.getStatus().moved("daily", StorageClass.GLACIER));
        verify(new VerificationSpec("0 3 * * *", SERVER, null, null, null, null, READS.integrity()));
        go("2026-03-03T03:00:01Z");
        go("2026-03-03T04:00:01Z");
        assertThat(world.proved).startsWith("drill " + backup(2)).doesNotContain("drill " + backup(3), "read " + backup(3));
    }

    @Test
    void whatIsVerifiedIsNotPurgedMeanwhile() {
        verify(READS);
        world.now = at("2026-03-03T04:00:01Z");
        world.reconcile(); // planned
        assertThat(world.status().verification().underWay()).isTrue();
        world.now = at("2026-04-03T02:00:00Z");
        PolicyPlan plan = world.plan();
        assertThat(plan.steps()).noneMatch(step -> step instanceof Step.CreateJob(var job) && job.getMetadata().getName().contains("maintain"));
        assertThat(world.seen().reader(world.backups.get(backup(1)))).contains("Job horses-verify-1, which verifies it");
    }

    @Test
    void aSuspendedPolicyRestsButAnswers() {
        verify(new VerificationSpec("0 3 * * *", SERVER, null, null, null, null, READS.integrity()));
        world.spec(spec -> Json.read(Json.write(spec).replace("\"suspend\":false", "\"suspend\":true"), dev.remuda.api.BackupPolicySpec.class));
        go("2026-03-03T05:00:00Z");
        assertThat(world.proved).isEmpty();
        world.backups.get(backup(1)).getMetadata().setAnnotations(Map.of(Labels.VERIFY, "now"));
        world.reconcileUntilItRests();
        assertThat(world.proved).containsExactly("drill " + backup(1));
    }

    @Test
    void aScheduleThatNeverComesIsNamed() {
        verify(new VerificationSpec("0 3 31 2 *", SERVER, null, null, null, null, null));
        assertThat(world.condition("Verified").getReason()).isEqualTo("InvalidSchedule");
        assertThat(world.condition("Verified").getMessage()).startsWith("verification.schedule is not followed: ").contains("0 3 31 2 *");
    }

    @Test
    void anOperatorThatDiesAnywhereLosesNothingAndDoesNothingTwice() {
        verify(new VerificationSpec("0 3 * * *", SERVER, null, null, null, null, READS.integrity()));
        for (int steps = 0; steps < 40; steps++) {
            world.stepsLeft = steps;
            world.now = at("2026-03-0" + (4 + steps / 8) + "T0" + (3 + steps % 2) + ":00:0" + steps % 8 + "Z");
            try {
                world.reconcileUntilItRests();
            } catch (PolicyWorld.Died expected) {
                // the next one goes on
            }
            world.stepsLeft = Integer.MAX_VALUE;
            world.reconcileUntilItRests();
        }
        assertThat(world.proved.stream().filter(one -> one.startsWith("drill")).toList()).as("one for each day").hasSize(5);
        assertThat(world.status().verification().job().underWay()).isFalse();
        assertThat(world.condition(backup(3), "Intact")).isEqualTo("True Read");
    }

    @Test
    void aJobThatWasDeletedIsMadeAgain() {
        verify(DRILLS);
        world.now = at("2026-03-03T03:00:01Z");
        world.reconcile();
        world.reconcile();
        world.jobs.remove("horses-verify-1");
        world.reconcile();
        assertThat(world.condition("Verified").getReason()).isEqualTo("JobMissing");
        go("2026-03-03T03:02:00Z");
        assertThat(world.condition("Verified").getStatus()).isEqualTo("True");
        assertThat(world.status().verification().job().name()).isEqualTo("horses-verify-2");
    }

    @Test
    void somebodyElsesJobIsLeftAlone() {
        var foreign = Pods.createdAt(world.jobs.values().stream().flatMap(view -> view.job().stream()).findFirst().orElseThrow(), world.now);
        foreign = foreign.toBuilder().editMetadata().withName("horses-verify-1").withOwnerReferences().endMetadata().build();
        world.jobs.put("horses-verify-1", new JobView("horses-verify-1", Optional.of(foreign), Optional.empty()));
        verify(DRILLS);
        go("2026-03-03T03:00:01Z");
        assertThat(world.status().verification().job().name()).isEqualTo("horses-verify-2");
        assertThat(world.condition("Verified").getStatus()).isEqualTo("True");
    }

    @Test
    void theJobHasWhatItNeedsAndAServerBesideIt() {
        verify(DRILLS);
        go("2026-03-03T03:00:01Z");
        var pod = world.jobs.get("horses-verify-1").job().orElseThrow().getSpec().getTemplate();
        DrillTask task = (DrillTask) Json.read(pod.getSpec().getContainers().getFirst().getEnv().getFirst().getValue(), Task.class);
        assertThat(task.target()).isNull();
        assertThat(task.checks()).containsExactly("SELECT true");
        assertThat(task.checksum()).isEqualTo("sha256:00");
        var server = pod.getSpec().getInitContainers().getFirst();
        assertThat(server.getImage()).isEqualTo("postgres:17");
        assertThat(server.getRestartPolicy()).isEqualTo("Always");
        assertThat(server.getArgs()).contains("work_mem=64MB", "listen_addresses=127.0.0.1").doesNotContain("shared_preload_libraries=timescaledb");
        assertThat(server.getVolumeMounts()).extracting(mount -> mount.getMountPath()).as("none of the Secrets").containsExactlyInAnyOrder("/remuda/drill", "/etc/passwd");
        assertThat(pod.getMetadata().getAnnotations()).containsEntry("remuda.dev/passwd", "postgres:x:65532:65532::/remuda/drill:/bin/sh");
    }

    @Test
    void aServerThatThereIsNeedsNoneBeside() {
        verify(new VerificationSpec("0 3 * * *", null, new VerificationSpec.Elsewhere("drills.svc", null, null, new SecretRef("drills-db", null), null), null, "6h", null, null));
        go("2026-03-03T03:00:01Z");
        var pod = world.jobs.get("horses-verify-1").job().orElseThrow().getSpec().getTemplate().getSpec();
        DrillTask task = (DrillTask) Json.read(pod.getContainers().getFirst().getEnv().getFirst().getValue(), Task.class);
        assertThat(task.target().host()).isEqualTo("drills.svc");
        assertThat(task.target().secret().name()).isEqualTo("drills-db");
        assertThat(pod.getInitContainers()).isEmpty();
        assertThat(pod.getActiveDeadlineSeconds()).isEqualTo(Duration.ofHours(6).toSeconds());
    }

    @Test
    void whatTheStoreLocksIsNotTriedToPurge() {
        BackupStatus status = world.backups.get(backup(1)).getStatus();
        BackupStatus.Location free = status.location();
        world.backups.get(backup(1)).setStatus(status.movedTo(new BackupStatus.Location(free.url(), free.prefix(), free.dataKey(), at("2026-04-10T00:00:00Z"))));
        go("2026-04-05T02:00:00Z");
        world.underWay().forEach(world::complete);
        go("2026-04-05T03:00:00Z");
        assertThat(world.backups).containsKey(backup(1)).doesNotContainKey(backup(2));
        assertThat(world.backups.get(backup(1)).getStatus().retainedBy()).containsExactly("locked in the store until 2026-04-10T00:00:00Z");
        go("2026-04-11T03:00:00Z");
        assertThat(world.purged).contains(backup(1));
    }

    @Test
    void aSuspiciousOneIsNothingToCompareWithUntilAPersonTakesItForANormalOne() {
        assertThat(world.status().baseline().backup()).isEqualTo(backup(3));
        Backup newest = world.backups.get(backup(3));
        newest.setStatus(newest.getStatus().in(Phase.Completed, List.of(
                new ConditionBuilder().withType("Completed").withStatus("True").build(), new ConditionBuilder().withType("Suspicious").withStatus("True").build())));
        world.reconcileUntilItRests();
        assertThat(world.status().baseline().backup()).isEqualTo(backup(2));
        assertThat(world.status().lastBackup().name()).as("it is whole").isEqualTo(backup(3));

        newest.getMetadata().setAnnotations(Map.of(Labels.ACCEPT, "yes"));
        world.reconcileUntilItRests();
        assertThat(world.condition(backup(3), "Suspicious")).isEqualTo("False Accepted");
        assertThat(world.condition(backup(3), "Completed")).startsWith("True");
        assertThat(world.status().baseline().backup()).isEqualTo(backup(3));
    }

    private void verify(VerificationSpec verification) {
        world.spec(spec -> Samples.verifying(spec, verification));
        world.reconcileUntilItRests();
    }

    /** To that moment, and on while something is to be done within seconds. */
    private void go(String to) {
        world.now = at(to);
        Optional<Duration> again = world.reconcileUntilItRests().again();
        while (again.filter(wait -> wait.compareTo(Duration.ofSeconds(2)) <= 0).isPresent()) {
            world.now = world.now.plus(again.get());
            again = world.reconcileUntilItRests().again();
        }
    }

    private static String backup(int day) {
        return "horses-2026030" + day + "-0200";
    }

    private static Instant at(String text) {
        return Instant.parse(text);
    }
}
