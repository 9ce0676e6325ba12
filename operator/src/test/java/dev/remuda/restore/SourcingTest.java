package dev.remuda.restore;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.ConditionBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.NameRef;
import dev.remuda.api.Phase;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.Refusal;
import dev.remuda.support.Changes;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.PreflightResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreTask;

import static org.assertj.core.api.Assertions.assertThat;

/** Which Backup is the newest that fits; what must be there before anything is begun; a dump that lies in an archive. */
class SourcingTest {
    private static final Instant MONDAY = Instant.parse("2026-03-02T02:00:00Z");

    private RestoreWorld world = new RestoreWorld();

    @BeforeEach
    void backups() {
        latestOf(Map.of());
    }

    @Test
    void theNewestSnapshotIsChosenAndNotedAndStaysChosen() {
        world.reconcile();
        assertThat(world.status().backup()).isEqualTo("thursday");
        assertThat(world.status().snapshotAt()).isEqualTo(MONDAY.plus(Duration.ofDays(3)));
        world.completed("friday", MONDAY.plus(Duration.ofDays(4)));
        world.reconcileUntilItRests();
        assertThat(world.task(RestoreTask.class).source().prefix()).isEqualTo("stables/stable/horses/thursday/");
    }

    @Test
    void onlyAtOrBeforeTheMoment() {
        latestOf(Map.of("before", "2026-03-04T02:00:00Z"));
        assertThat(chosen()).isEqualTo("wednesday");
        latestOf(Map.of("before", "2026-03-04T01:59:59Z"));
        assertThat(chosen()).isEqualTo("tuesday");
    }

    @Test
    void onlyOfTheTier() {
        latestOf(Map.of("tier", "weekly"));
        assertThat(chosen()).isEqualTo("tuesday");
    }

    @Test
    void onlyVerifiedOnes() {
        latestOf(Map.of("verified", true));
        Backup tuesday = world.backups.get("tuesday");
        tuesday.setStatus(tuesday.getStatus().in(Phase.Completed, List.of(new ConditionBuilder().withType("Verified").withStatus("True").build())));
        assertThat(chosen()).isEqualTo("tuesday");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Intact", "Verified"})
    void aDamagedOneIsPassedOverAndThatIsSaid(String type) {
        Backup thursday = world.backups.get("thursday");
        thursday.setStatus(thursday.getStatus().in(
                Phase.Completed, List.of(new ConditionBuilder().withType(type).withStatus("False").withReason("ChecksumMismatch").build())));
        assertThat(chosen()).isEqualTo("wednesday");
        assertThat(world.begun).anyMatch(message -> message.endsWith("; newer, but known to be damaged, and so left out: thursday"));
    }

    @Test
    void oneThatOnlyFailedACheckIsStillTheNewest() {
        Backup thursday = world.backups.get("thursday");
        thursday.setStatus(thursday.getStatus().in(
                Phase.Completed, List.of(new ConditionBuilder().withType("Verified").withStatus("False").withReason("CheckFailed").build())));
        assertThat(chosen()).isEqualTo("thursday");
    }

    @Test
    void whatIsNoCandidateIsNeverChosen() {
        Backup safety = world.backups.get("thursday");
        safety.setSpec(new BackupSpec(new NameRef("horses"), null, null, null, new BackupSpec.Safety("r", Samples.database())));
        world.backups.get("wednesday").setStatus(world.backups.get("wednesday").getStatus().in(Phase.Deleting, List.of()));
        world.backups.get("tuesday").getMetadata().setDeletionTimestamp("2026-03-05T00:00:00Z");
        world.backups.get("mon").setSpec(new BackupSpec(new NameRef("other"), null, null, null));
        assertThat(chosen()).isEqualTo("monday");
        world = new RestoreWorld(world.restore);
        world.backups.put("monday", RestoreWorld.backup("monday", Phase.Failed));
        latest(Map.of());
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("NoBackupFound");
        assertThat(world.message()).isEqualTo("no Completed Backup of BackupPolicy horses in namespace stable; the policy has no Completed Backup at all. kubectl get backups lists "
                + "what there is");
    }

    @Test
    void whenNoneFitsItIsSaidWhatWasLookedForAndWhatThereIs() {
        latestOf(Map.of("before", "2026-01-01T00:00:00Z", "tier", "yearly", "verified", true));
        world.completed("extra", MONDAY.minusSeconds(5));
        world.completed("more", MONDAY.minusSeconds(6));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("NoBackupFound");
        assertThat(world.message()).isEqualTo("no Completed Backup of BackupPolicy horses in namespace stable with a snapshot at or before 2026-01-01T00:00:00Z that was made for "
                + "tier yearly with condition Verified; there are: thursday (2026-03-05T02:00:00Z), wednesday (2026-03-04T02:00:00Z, daily), tuesday (2026-03-03T02:00:00Z, "
                + "daily and weekly), mon (2026-03-02T02:00:00Z, weekly), extra (2026-03-02T01:59:55Z) and 2 more. Create another Restore that asks for one of these");
    }

    @Test
    void withoutThePolicyThatASafetyBackupNeedsNothingIsBegun() {
        world = new RestoreWorld();
        world.policies.clear();
        assertThat(world.reconcile().again()).as("it may come in the same breath").contains(Duration.ofSeconds(55));
        assertThat(world.reason()).isEqualTo("PolicyMissing");
        world.later(Duration.ofMinutes(1));
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.message()).isEqualTo("BackupPolicy horses does not exist in namespace stable; create it, or name another one in policyRef, or set safetyBackup: false");
        assertThat(world.created).isEmpty();

        world = new RestoreWorld(Map.of("safetyBackup", false));
        world.policies.clear();
        world.reconcileUntilItRests();
        assertThat(world.created).isNotEmpty();
    }

    @Test
    void aSafetyBackupForWhichNoPolicyIsNamedHasNoPlace() {
        Map<String, Object> object = Map.of("key", "old.dump", "storage", Map.of("s3", Map.of("bucket", "other", "secretRef", Map.of("name", "s3"))));
        Map<String, Object> source = Map.of("source", Map.of("object", object), "target", Map.of("secretRef", Map.of("name", "db"), "name", "horses"));
        world = new RestoreWorld(source);
        world.reconcile();
        world.later(Duration.ofMinutes(1));
        world.reconcileUntilItRests();
        assertThat(world.reason()).isEqualTo("PolicyMissing");
        assertThat(world.message()).isEqualTo("the safety backup needs a place: name a BackupPolicy in policyRef, or set safetyBackup: false");

        world = new RestoreWorld(source);
        world.restore.setSpec(Changes.in(world.restore.getSpec(), Map.of("policyRef", Map.of("name", "horses"))));
        world.reconcileUntilItRests();
        Map<String, Object> nobody = new HashMap<>();
        nobody.put("policyRef", null);
        world.restore.setSpec(Changes.in(world.restore.getSpec(), nobody));
        world.says(Samples.looked(true));
        assertThat(world.reason()).isEqualTo("PolicyMissing");
        assertThat(world.message()).isEqualTo("the safety backup needs a place: name a BackupPolicy in policyRef. Nothing was touched; set safetyBackup: false if the target's present "
                + "data is not worth keeping");
        assertThat(world.created).doesNotContain(RestoreWorld.SAFETY);
    }

    @Test
    void aDumpInAnArchiveIsWaitedForWithoutEndAndTheListDoesNotGrow() {
        world = new RestoreWorld();
        world.reconcileUntilItRests();
        for (int attempt = 1; attempt <= 200; attempt++) {
            assertThat(world.step().attempt()).isEqualTo(attempt);
            RestorePlan plan = world.says(archived("asked back 3 h ago"));
            assertThat(plan.again()).contains(Duration.ofMinutes(10));
            assertThat(world.status().steps()).hasSize(1);
            assertThat(world.status().phase()).isEqualTo(Phase.Pending);
            assertThat(available()).isEqualTo("False ObjectArchived asked back 3 h ago");
            assertThat(world.reason()).isEqualTo("ObjectArchived");
            world.later(Duration.ofMinutes(9));
            assertThat(world.reconcileUntilItRests().again()).contains(Duration.ofMinutes(1));
            world.later(Duration.ofMinutes(1));
            world.reconcileUntilItRests();
        }
        world.says(Samples.looked(true));
        assertThat(available()).isEqualTo("True Available the dump can be read");
        assertThat(world.status().steps()).hasSize(3);
        assertThat(world.step().name()).isEqualTo(StepName.SafetyBackup);
    }

    @Test
    void whatHasWaitedForHoursDoesNotFailBecauseTheApiServerRefusesOnce() {
        world = new RestoreWorld();
        world.reconcileUntilItRests();
        world.says(archived("on its way"));
        world.later(Duration.ofMinutes(10));
        world.reconcile();
        world.later(Duration.ofHours(1));
        RestorePlan plan = RestorePlan.refused(world.seen(), new Refusal(403, "quota"), RestoreWorld.LIMITS);
        assertThat(plan.status().phase()).isEqualTo(Phase.Pending);
        assertThat(plan.status().conditions().getFirst().getReason()).isEqualTo("PodNotCreated");
    }

    @Test
    void aFailureWhileItIsWaitedForIsCountedAnew() {
        world = new RestoreWorld();
        world.reconcileUntilItRests();
        for (int i = 0; i < 5; i++) {
            world.says(new FailureResult(Reason.StorageUnreachable, "no answer", false));
            world.later(Duration.ofSeconds(10));
            world.reconcileUntilItRests();
            world.says(archived("on its way"));
            world.later(Duration.ofMinutes(10));
            world.reconcileUntilItRests();
        }
        assertThat(world.step().attempt()).isEqualTo(11);
        assertThat(world.status().phase()).isEqualTo(Phase.Pending);
    }

    private static PreflightResult archived(String words) {
        return new PreflightResult("horses", Samples.TARGET_OID, "17.5", null, words, null, Samples.CREATED);
    }

    private String available() {
        return world.status().conditions().stream()
                .filter(condition -> condition.getType().equals("SourceAvailable"))
                .map(condition -> condition.getStatus() + " " + condition.getReason() + " " + condition.getMessage())
                .findFirst()
                .orElseThrow();
    }

    private String chosen() {
        world.reconcile();
        return world.status().backup();
    }

    private void latestOf(Map<String, Object> more) {
        world = new RestoreWorld();
        latest(more);
        world.completed("mon", MONDAY, "weekly");
        world.completed("tuesday", MONDAY.plus(Duration.ofDays(1)), "daily", "weekly");
        world.completed("wednesday", MONDAY.plus(Duration.ofDays(2)), "daily");
        world.completed("thursday", MONDAY.plus(Duration.ofDays(3)));
    }

    private void latest(Map<String, Object> more) {
        Map<String, Object> latest = new HashMap<>(more);
        latest.put("policy", "horses");
        world.restore.setStatus(null);
        world.restore.setSpec(Changes.in(world.restore.getSpec(), Map.of("source", Map.of("latestOf", latest))));
    }
}
