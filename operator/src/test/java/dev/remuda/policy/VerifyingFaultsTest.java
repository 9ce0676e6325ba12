package dev.remuda.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.ConditionBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.api.Backup;
import dev.remuda.api.Occasion;
import dev.remuda.api.Phase;
import dev.remuda.api.VerificationSpec;
import dev.remuda.job.JobView;
import dev.remuda.job.Labels;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.Reason;

import static dev.remuda.policy.ThreeNights.DRILLS;
import static dev.remuda.policy.ThreeNights.READS;
import static dev.remuda.policy.ThreeNights.SERVER;
import static dev.remuda.policy.ThreeNights.at;
import static dev.remuda.policy.ThreeNights.backup;
import static org.assertj.core.api.Assertions.assertThat;

/** What happens to proofs when backups are bad, others are at fault, or something comes between. */
class VerifyingFaultsTest {
    private final ThreeNights nights = new ThreeNights();
    private final PolicyWorld world = nights.world;

    @Test
    void aPolicyThatWantsNoDrillsAnyMoreGoesOnWithoutTheOneThatWasPlanned() {
        nights.verify(DRILLS);
        world.now = at("2026-03-03T03:00:01Z");
        world.reconcile();
        assertThat(world.status().verification().job().toBeCreated()).isTrue();
        world.spec(spec -> Samples.verifying(spec, VerificationSpec.NONE));
        nights.go("2026-03-03T03:00:05Z");
        assertThat(world.proved).isEmpty();
        assertThat(world.status().verification().job().underWay()).isFalse();
        nights.go("2026-03-04T02:00:00Z");
        assertThat(world.created).as("and the schedule goes on").contains(backup(4));
    }

    /** Each kind has a turn while the other rests, but not for ever. */
    @Test
    void aStoreThatIsAwayIsNotAskedByReadsAndDrillsInTurnWithoutARest() {
        nights.verify(new VerificationSpec("0 3 * * *", SERVER, null, null, null, null, new VerificationSpec.Integrity("0 3 * * *")));
        for (int day = 1; day <= 3; day++) {
            world.damaged.put(backup(day), Reason.StorageUnreachable);
        }
        nights.go("2026-03-04T03:00:01Z");
        world.underWay().forEach(world::complete);
        nights.go("2026-03-04T03:30:00Z");
        assertThat(world.status().verification().job().number()).isBetween(3, 12);
    }

    @Test
    void whatIsToGoIsNotProvedFirst() {
        nights.verify(READS);
        world.now = at("2026-04-02T04:00:01Z"); // the first is a month old, and all are to be read
        world.reconcileUntilItRests();
        world.underWay().forEach(world::complete);
        nights.go("2026-04-02T04:01:00Z");
        nights.go("2026-04-02T04:02:00Z");
        assertThat(world.purged).contains(backup(1), backup(2));
        assertThat(world.proved).doesNotContain("read " + backup(1), "read " + backup(2)).contains("read " + backup(3));
    }

    @Test
    void aDrillThatAlwaysFailsKeepsNobodyFromReading() {
        nights.verify(new VerificationSpec("0 3 * * *", SERVER, null, null, null, null, READS.integrity()));
        world.refuted.put(backup(3), Reason.DecryptionFailed);
        nights.go("2026-03-03T03:00:01Z");
        nights.go("2026-03-03T04:00:01Z");
        for (int i = 0; i < 5; i++) {
            nights.go(world.now.plusSeconds(60).toString());
        }
        assertThat(world.proved).contains("read " + backup(1), "read " + backup(2), "read " + backup(3));
    }

    @Test
    void aReadAnswersNobodyWhoAsksForADrillMeanwhile() {
        nights.verify(new VerificationSpec(null, SERVER, null, null, null, null, READS.integrity()));
        world.now = at("2026-03-03T04:00:01Z");
        world.reconcile();
        world.reconcile();
        world.backups.get(backup(2)).getMetadata().setAnnotations(Map.of(Labels.VERIFY, "now"));
        nights.go("2026-03-03T04:00:03Z");
        assertThat(world.proved).contains("read " + backup(2)).endsWith("drill " + backup(2));
        assertThat(world.backups.get(backup(2)).getStatus().verification().request()).isEqualTo("now");
    }

    @Test
    void anotherBackupOfTheNameIsNotProvedByTheDrillOfTheOneBefore() {
        nights.verify(DRILLS);
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
        nights.verify(READS);
        world.damaged.put(backup(3), Reason.ChecksumMismatch);
        nights.go("2026-03-03T04:00:01Z");
        nights.go("2026-03-03T04:00:05Z");
        assertThat(world.condition("Verified").getReason()).isEqualTo("ChecksumMismatch");
    }

    @Test
    void aClockThatWasAheadStopsNothing() {
        nights.verify(DRILLS);
        world.refuted.put(backup(3), Reason.StorageUnreachable);
        world.now = at("2026-04-20T03:00:01Z");
        Backup kept = world.backups.get(backup(3));
        world.reconcile();
        world.reconcile();
        world.reconcile();
        world.refuted.clear();
        world.backups.putIfAbsent(backup(3), kept);
        kept.getMetadata().setAnnotations(Map.of(Labels.VERIFY, "now"));
        nights.go("2026-03-03T05:00:00Z");
        assertThat(world.proved).endsWith("drill " + backup(3));
        assertThat(world.condition(backup(3), "Verified")).isEqualTo("True Restored");
    }

    @Test
    void oneThatIsBadIsToldAndFollowedByTheOneBefore() {
        nights.verify(DRILLS);
        world.refuted.put(backup(3), Reason.CheckFailed);
        nights.go("2026-03-03T03:00:01Z");

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
        nights.go("2026-03-04T02:00:00Z");
        world.complete(backup(4));
        world.refuted.put(backup(4), Reason.CheckFailed);
        nights.verify(DRILLS);
        nights.go("2026-03-04T03:00:01Z");

        assertThat(world.proved).containsExactly("drill " + backup(4), "drill " + backup(3), "drill " + backup(2));
        assertThat(world.condition(backup(1), "Verified")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = Reason.class, names = {"ExtensionMismatch", "DatabaseUnreachable", "StorageUnreachable", "InvalidSpec", "DatabasePermissionDenied"})
    void whatIsNotTheBackupsFaultIsTriedAgainAndToldOnce(Reason reason) {
        nights.verify(DRILLS);
        world.refuted.put(backup(3), reason);
        nights.go("2026-03-03T03:00:01Z");
        assertThat(world.condition("Verified").getReason()).isEqualTo(reason.name());
        assertThat(world.condition(backup(3), "Verified")).isEmpty();

        nights.go("2026-03-03T03:01:30Z");
        assertThat(world.proved).containsExactly("drill " + backup(3), "drill " + backup(3));
        assertThat(world.told).extracting(Step.Tell::reason).containsExactly(reason.name());

        world.refuted.clear();
        nights.go("2026-03-03T03:10:00Z");
        assertThat(world.condition("Verified").getStatus()).isEqualTo("True");
        assertThat(world.status().verification().job().failures()).isZero();
    }

    @Test
    void aDamagedOneIsToldAndNoLongerTheLastBackup() {
        nights.verify(READS);
        world.damaged.put(backup(3), Reason.ChecksumMismatch);
        nights.go("2026-03-03T04:00:01Z");
        nights.go("2026-03-03T04:00:05Z");

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
        nights.go("2026-03-03T04:10:00Z");
        assertThat(world.status().lastBackup().name()).isEqualTo(backup(3));
    }

    @Test
    void damageThatADrillMetIsForgottenWhenAllIsReadWell() {
        nights.verify(DRILLS);
        world.damaged.put(backup(3), Reason.ChecksumMismatch);
        nights.go("2026-03-03T03:00:01Z");
        assertThat(world.condition(backup(3), "Verified")).isEqualTo("False ChecksumMismatch");
        assertThat(world.condition(backup(3), "Intact")).isEqualTo("False ChecksumMismatch");

        world.damaged.clear();
        nights.verify(READS);
        nights.go("2026-03-04T04:00:01Z");
        assertThat(world.condition(backup(3), "Intact")).isEqualTo("True Read");
        assertThat(world.condition(backup(3), "Verified")).isEmpty();
    }

    @Test
    void whatWasReadBeforeTheStoreWentAwayIsKnown() {
        nights.verify(READS);
        world.damaged.put(backup(2), Reason.StorageUnreachable);
        nights.go("2026-03-03T04:00:01Z");
        assertThat(world.condition("Verified").getReason()).isEqualTo("StorageUnreachable");
        world.damaged.clear();
        nights.go("2026-03-03T04:01:30Z");
        nights.go("2026-03-03T04:01:40Z");
        assertThat(world.proved).as("only the rest was read again").hasSize(4);
        assertThat(world.backups.values()).allSatisfy(backup -> assertThat(world.condition(backup.getMetadata().getName(), "Intact")).isEqualTo("True Read"));
    }

    @Test
    void whatIsVerifiedIsNotPurgedMeanwhile() {
        nights.verify(READS);
        world.now = at("2026-03-03T04:00:01Z");
        world.reconcile(); // planned
        assertThat(world.status().verification().underWay()).isTrue();
        world.now = at("2026-04-03T02:00:00Z");
        PolicyPlan plan = world.plan();
        assertThat(plan.steps()).noneMatch(step -> step instanceof Step.CreateJob(var job) && job.getMetadata().getName().contains("maintain"));
        assertThat(world.seen().reader(world.backups.get(backup(1)))).contains("Job horses-verify-1, which verifies it");
    }

    @Test
    void anOperatorThatDiesAnywhereLosesNothingAndDoesNothingTwice() {
        nights.verify(new VerificationSpec("0 3 * * *", SERVER, null, null, null, null, READS.integrity()));
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
        nights.verify(DRILLS);
        world.now = at("2026-03-03T03:00:01Z");
        world.reconcile();
        world.reconcile();
        world.jobs.remove("horses-verify-1");
        world.reconcile();
        assertThat(world.condition("Verified").getReason()).isEqualTo("JobMissing");
        nights.go("2026-03-03T03:02:00Z");
        assertThat(world.condition("Verified").getStatus()).isEqualTo("True");
        assertThat(world.status().verification().job().name()).isEqualTo("horses-verify-2");
    }

    @Test
    void somebodyElsesJobIsLeftAlone() {
        var foreign = Pods.createdAt(world.jobs.values().stream().flatMap(view -> view.job().stream()).findFirst().orElseThrow(), world.now);
        foreign = foreign.toBuilder().editMetadata().withName("horses-verify-1").withOwnerReferences().endMetadata().build();
        world.jobs.put("horses-verify-1", new JobView("horses-verify-1", Optional.of(foreign), Optional.empty()));
        nights.verify(DRILLS);
        nights.go("2026-03-03T03:00:01Z");
        assertThat(world.status().verification().job().name()).isEqualTo("horses-verify-2");
        assertThat(world.condition("Verified").getStatus()).isEqualTo("True");
    }
}
