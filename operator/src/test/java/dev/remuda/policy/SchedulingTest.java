package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.ConcurrencyPolicy;
import dev.remuda.api.TierSpec;
import dev.remuda.job.Labels;
import dev.remuda.job.Step;
import dev.remuda.support.Changes;
import dev.remuda.support.Samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

/** When a policy makes backups. */
class SchedulingTest {
    private static final TierSpec DAILY = new TierSpec("daily", "0 2 * * *", null, null);
    private static final TierSpec WEEKLY = new TierSpec("weekly", "0 2 * * 0", null, null);

    private final PolicyWorld world = new PolicyWorld();

    /** The first of March 2026 is a Sunday. */
    @BeforeEach
    void start() {
        world.now = at("2026-03-01T01:00:00Z");
        world.policy.getMetadata().setCreationTimestamp(world.now.toString());
        tiers(DAILY, WEEKLY);
        world.reconcileUntilItRests();
    }

    @Test
    void tellsWhatComesNextAndMakesNothingBefore() {
        assertThat(world.created).isEmpty();
        assertThat(world.status().nextBackup()).isEqualTo(at("2026-03-01T02:00:00Z"));
        assertThat(world.status().tiers()).extracting(BackupPolicyStatus.Tier::name, BackupPolicyStatus.Tier::nextSlot, BackupPolicyStatus.Tier::lastSlot).containsExactly(
                tuple("daily", at("2026-03-01T02:00:00Z"), null),
                tuple("weekly", at("2026-03-01T02:00:00Z"), null));
        assertThat(world.status().tiers()).extracting(BackupPolicyStatus.Tier::interval).containsExactly("1d", "7d");
        assertThat(world.ready()).isEqualTo("Scheduled");
        assertThat(world.plan().again()).hasValueSatisfying(wait -> assertThat(wait).isBetween(Duration.ofMinutes(59), Duration.ofHours(1)));
    }

    @Test
    void slotsThatMeetAreOneBackup() {
        go("2026-03-01T02:00:00Z");
        assertThat(world.created).containsExactly("horses-20260301-0200");
        assertThat(world.backups.get("horses-20260301-0200").getSpec().tiers()).containsExactly("daily", "weekly");
        assertThat(world.backups.get("horses-20260301-0200").getSpec().slot()).isEqualTo(at("2026-03-01T02:00:00Z"));
        assertThat(world.status().tiers()).extracting(BackupPolicyStatus.Tier::lastSlot).containsOnly(at("2026-03-01T02:00:00Z"));
        assertThat(world.status().nextBackup()).isEqualTo(at("2026-03-02T02:00:00Z"));
    }

    @Test
    void oneBackupMakesUpForAllThatWereMissed() {
        go("2026-03-09T13:00:00Z");
        assertThat(world.created).containsExactly("horses-20260309-0200");
        assertThat(world.backups.get("horses-20260309-0200").getSpec().tiers()).as("Sunday's was missed too").containsExactly("daily", "weekly");
        world.complete("horses-20260309-0200");
        go("2026-03-10T02:00:00Z");
        assertThat(world.created).containsExactly("horses-20260309-0200", "horses-20260310-0200");
    }

    @Test
    void whatIsLaterThanTheDeadlineIsSkippedAndSaid() {
        world.spec(spec -> change(spec, "startingDeadline", "1h"));
        go("2026-03-01T03:00:01Z");
        assertThat(world.created).isEmpty();
        assertThat(world.told).extracting(Step.Tell::reason).containsOnly("BackupMissed").hasSize(2);
        assertThat(world.told.getFirst().message()).isEqualTo("the backup of tier daily for 2026-03-01T02:00:00Z could not start within startingDeadline 1h and is skipped");
        go("2026-03-01T09:00:00Z");
        assertThat(world.told).as("once").hasSize(2);
        go("2026-03-02T03:00:00Z");
        assertThat(world.created).containsExactly("horses-20260302-0200");
    }

    @Test
    void aCrashBetweenCreateAndStatusMakesNoSecond() {
        world.now = at("2026-03-01T02:00:00Z");
        world.stepsLeft = 1;
        assertThatThrownBy(world::reconcileUntilItRests).isInstanceOf(PolicyWorld.Died.class);
        world.stepsLeft = Integer.MAX_VALUE;
        assertThat(world.created).hasSize(1);
        assertThat(world.status().tiers()).extracting(BackupPolicyStatus.Tier::lastSlot).containsOnlyNulls();

        world.complete("horses-20260301-0200");
        world.reconcileUntilItRests();
        assertThat(world.created).hasSize(1);
        assertThat(world.status().tiers()).extracting(BackupPolicyStatus.Tier::lastSlot).containsOnly(at("2026-03-01T02:00:00Z"));
    }

    @Test
    void aLostStatusMakesNoSecond() {
        go("2026-03-01T02:00:00Z");
        world.complete("horses-20260301-0200");
        world.policy.setStatus(null);
        world.reconcileUntilItRests();
        assertThat(world.created).hasSize(1);
    }

    @Test
    void aDeletedBackupIsNotMadeAgain() {
        go("2026-03-01T02:00:00Z");
        world.backups.clear();
        go("2026-03-01T02:30:00Z");
        assertThat(world.created).hasSize(1);
    }

    @Test
    void aClockThatGoesBackMakesNoSecond() {
        go("2026-03-01T02:00:00Z");
        world.complete("horses-20260301-0200");
        go("2026-03-01T01:00:00Z");
        go("2026-03-01T02:00:01Z");
        assertThat(world.created).hasSize(1);
    }

    @Test
    void aClockThatWasAYearAheadDoesNotStopTheSchedule() {
        go("2027-03-01T02:00:00Z");
        world.complete("horses-20270301-0200");
        go("2026-03-01T01:10:00Z");
        go("2026-03-01T02:00:01Z");
        assertThat(world.created).containsExactly("horses-20270301-0200", "horses-20260301-0200");
    }

    @Test
    void aTierThatCameUnderAClockThatWasAheadIsNotSilent() {
        world.now = at("2027-03-01T01:00:00Z");
        tiers(new TierSpec("hourly", "@hourly", null, null));
        world.reconcileUntilItRests();
        world.now = at("2026-03-01T01:30:00Z");
        world.reconcileUntilItRests();
        go("2026-03-01T02:00:00Z");
        assertThat(world.created).containsExactly("horses-20260301-0200");
    }

    @Test
    void aNewTierAndAChangedScheduleMakeUpForNothing() {
        go("2026-03-01T02:00:00Z");
        world.complete("horses-20260301-0200");
        world.now = at("2026-03-01T12:00:00Z");
        tiers(new TierSpec("daily", "0 3 * * *", null, null), WEEKLY, new TierSpec("hourly", "@hourly", null, null));
        world.reconcileUntilItRests();
        assertThat(world.created).hasSize(1);
        go("2026-03-01T13:00:00Z");
        assertThat(world.created).containsExactly("horses-20260301-0200", "horses-20260301-1300");
        assertThat(world.backups.get("horses-20260301-1300").getSpec().tiers()).containsExactly("hourly");
    }

    @Test
    void aChangedTimeZoneCountsFromTheChange() {
        go("2026-03-01T02:00:00Z");
        world.complete("horses-20260301-0200");
        world.changes.clear();
        world.spec(spec -> change(spec, "timeZone", "Australia/Sydney"));
        world.reconcileUntilItRests();
        assertThat(world.changes).containsExactly("generation " + world.policy.getMetadata().getGeneration() + " of the spec, by somebody of whom the API does not tell");
        assertThat(world.created).hasSize(1);
        assertThat(world.status().nextBackup()).isEqualTo(at("2026-03-01T15:00:00Z"));
    }

    @Test
    void forbidWaitsForTheOther() {
        world.onDemand("by-hand");
        world.run("by-hand");
        go("2026-03-01T02:00:00Z");
        assertThat(world.created).isEmpty();
        assertThat(world.ready()).isEqualTo("Waiting");
        assertThat(world.status().overdueSince()).isEqualTo(at("2026-03-01T02:00:00Z"));
        go("2026-03-02T03:00:00Z");
        assertThat(world.status().overdueSince()).as("though another moment has come").isEqualTo(at("2026-03-01T02:00:00Z"));
        world.now = at("2026-03-02T05:00:00Z");
        world.complete("by-hand");
        world.reconcileUntilItRests();
        assertThat(world.created).containsExactly("horses-20260302-0200");
        assertThat(world.ready()).isEqualTo("Scheduled");
        assertThat(world.status().overdueSince()).isNull();
    }

    @Test
    void replaceStopsAScheduledOneButNotAPersons() {
        world.spec(spec -> change(spec, "concurrencyPolicy", "Replace"));
        assertThat(world.policy.getSpec().concurrencyPolicy()).isEqualTo(ConcurrencyPolicy.Replace);
        go("2026-03-01T02:00:00Z");
        go("2026-03-02T02:00:00Z");
        assertThat(world.created).containsExactly("horses-20260301-0200", "horses-20260302-0200");
        assertThat(world.backups.get("horses-20260301-0200").getMetadata().getAnnotations()).containsEntry(Labels.REPLACED_BY, "horses-20260302-0200");
        world.complete("horses-20260302-0200");
        world.fail("horses-20260301-0200");
        world.onDemand("by-hand");
        go("2026-03-03T02:00:00Z");
        assertThat(world.created).hasSize(2);
        assertThat(world.backups.get("by-hand").getMetadata().getAnnotations()).isNullOrEmpty();
        assertThat(world.ready()).isEqualTo("Waiting");
    }

    @Test
    void aSuspendedPolicyPassesItsSlotsOver() {
        world.spec(spec -> change(spec, "suspend", true));
        go("2026-03-05T12:00:00Z");
        assertThat(world.created).isEmpty();
        assertThat(world.ready()).isEqualTo("Suspended");
        assertThat(world.status().nextBackup()).isNull();
        world.spec(spec -> change(spec, "suspend", false));
        world.reconcileUntilItRests();
        assertThat(world.created).isEmpty();
        go("2026-03-06T02:00:00Z");
        assertThat(world.created).containsExactly("horses-20260306-0200");
    }

    @Test
    void jitterDelaysTheStartAndNotTheName() {
        world.spec(spec -> change(spec, "jitter", "2h"));
        world.reconcileUntilItRests();
        Instant start = world.status().nextBackup();
        assertThat(start).isBetween(at("2026-03-01T02:00:00Z"), at("2026-03-01T04:00:00Z")).isNotEqualTo(at("2026-03-01T02:00:00Z"));
        world.now = start.minusSeconds(1);
        world.reconcileUntilItRests();
        assertThat(world.created).isEmpty();
        world.now = start;
        world.reconcileUntilItRests();
        assertThat(world.created).containsExactly("horses-20260301-0200");
    }

    @Test
    void aScheduleThatCannotBeReadStopsItsTierAlone() {
        tiers(new TierSpec("daily", "0 25 * * *", null, null), WEEKLY);
        go("2026-03-01T02:00:00Z");
        assertThat(world.ready()).isEqualTo("InvalidSchedule");
        assertThat(world.status().conditions().getFirst().getStatus()).isEqualTo("False");
        assertThat(world.status().conditions().getFirst().getMessage()).startsWith("tier daily makes no backups: ");
        assertThat(world.backups.get("horses-20260301-0200").getSpec().tiers()).containsExactly("weekly");
        assertThat(world.told).singleElement().satisfies(words -> {
            assertThat(words.warning()).isTrue();
            assertThat(words.reason()).isEqualTo("InvalidSchedule");
            assertThat(words.message()).startsWith("tier daily makes no backups: ");
        });
    }

    @Test
    void whatKeepsAPolicyFromBeingReadyIsToldOnceForEachReason() {
        tiers(new TierSpec("daily", "0 25 * * *", null, null), WEEKLY);
        go("2026-03-01T01:10:00Z");
        go("2026-03-01T01:20:00Z");
        assertThat(world.told).extracting(Step.Tell::reason).containsExactly("InvalidSchedule");
        world.spec(spec -> change(spec, "timeZone", "Europe/Atlantis"));
        go("2026-03-01T01:30:00Z");
        go("2026-03-01T01:40:00Z");
        assertThat(world.told).extracting(Step.Tell::reason).containsExactly("InvalidSchedule", "InvalidTimeZone");
        world.spec(spec -> change(spec, "timeZone", "Etc/UTC"));
        tiers(DAILY);
        go("2026-03-01T01:45:00Z");
        assertThat(world.ready()).isEqualTo("Scheduled");
        tiers(new TierSpec("daily", "0 26 * * *", null, null));
        go("2026-03-01T01:50:00Z");
        assertThat(world.told).as("it was well in between").extracting(Step.Tell::reason).containsExactly("InvalidSchedule", "InvalidTimeZone", "InvalidSchedule");
    }

    @Test
    void aRefusalIsToldOnceThoughItIsTriedAgain() {
        world.refused = "exceeded quota: backups";
        go("2026-03-01T02:00:00Z");
        go("2026-03-01T02:05:00Z");
        assertThat(world.ready()).isEqualTo("Refused");
        assertThat(world.status().overdueSince()).isEqualTo(at("2026-03-01T02:00:00Z"));
        assertThat(world.told).containsExactly(new Step.Tell(true, "Refused", "the API server refuses: exceeded quota: backups"));
        world.refused = null;
        go("2026-03-01T02:10:00Z");
        assertThat(world.created).containsExactly("horses-20260301-0200");
        assertThat(world.status().overdueSince()).isNull();
    }

    @Test
    void waitingAndSuspendedAreNoWarning() {
        world.onDemand("by-hand");
        world.run("by-hand");
        go("2026-03-01T02:00:00Z");
        world.spec(spec -> change(spec, "suspend", true));
        go("2026-03-01T02:10:00Z");
        assertThat(world.told).isEmpty();
    }

    @Test
    void aTimeZoneThatDoesNotExistIsSaid() {
        world.spec(spec -> change(spec, "timeZone", "Europe/Atlantis"));
        go("2026-03-01T02:00:00Z");
        assertThat(world.ready()).isEqualTo("InvalidTimeZone");
        assertThat(world.created).isEmpty();
    }

    @Test
    void aPolicyWithoutTiersMakesNone() {
        tiers();
        go("2026-03-01T02:00:00Z");
        assertThat(world.created).isEmpty();
        assertThat(world.ready()).isEqualTo("OnDemand");
    }

    @Test
    void aForeignBackupOfTheSlotsNameIsNamed() {
        world.now = at("2026-03-01T02:00:00Z");
        Observed seen = world.seen().withTaken("horses-20260301-0200");
        PolicyPlan plan = PolicyPlan.of(seen, Retaining.of(seen), new PolicyJobs(null), new CopyJobs(null), PolicyWorld.START_DEADLINE);
        assertThat(plan.steps()).singleElement().isInstanceOfSatisfying(Step.Tell.class, words -> assertThat(words.reason()).isEqualTo("NameTaken"));
        assertThat(plan.status().conditions().getFirst().getReason()).isEqualTo("NameTaken");
        assertThat(plan.status().tiers()).as("it stays due").extracting(BackupPolicyStatus.Tier::lastSlot).containsOnlyNulls();
    }

    private void go(String moment) {
        world.now = at(moment);
        world.reconcileUntilItRests();
    }

    private void tiers(TierSpec... tiers) {
        world.spec(spec -> Samples.with(spec, tiers));
    }

    private static BackupPolicySpec change(BackupPolicySpec spec, String field, Object value) {
        return Changes.in(spec, Map.of(field, value));
    }

    private static Instant at(String moment) {
        return Instant.parse(moment);
    }
}
