package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.NameRef;
import dev.remuda.api.Phase;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.TierSpec;
import dev.remuda.job.JobView;
import dev.remuda.job.Step;
import dev.remuda.support.Changes;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.StorageClass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** How what retention wants is brought about in the store. */
class MaintainingTest {
    private static final TierSpec DAILY = new TierSpec("daily", "0 2 * * *", new RetentionSpec("2d", null, null), StorageClass.STANDARD);
    private static final TierSpec MONTHLY = new TierSpec("monthly", "0 2 1 * *", new RetentionSpec("90d", null, null), StorageClass.GLACIER);

    private final PolicyWorld world = new PolicyWorld();

    /** Nightly backups from the first to the third of March; the first one is also monthly. */
    @BeforeEach
    void threeDays() {
        world.now = at("2026-03-01T01:00:00Z");
        world.policy.getMetadata().setCreationTimestamp(world.now.toString());
        world.spec(spec -> Samples.with(spec, DAILY, MONTHLY));
        for (int day = 1; day <= 3; day++) {
            go("2026-03-0" + day + "T02:00:00Z");
            world.complete(backup(day));
            world.reconcileUntilItRests();
        }
        world.tasks.clear();
    }

    @Test
    void eachBackupSaysWhatKeepsItAndUntilWhen() {
        assertThat(world.backups.get(backup(1)).getStatus().retainedBy()).containsExactly("daily: younger than 2d", "monthly: younger than 90d");
        assertThat(world.backups.get(backup(1)).getStatus().expiresAt()).isEqualTo(at("2026-05-30T02:00:00Z"));
        assertThat(world.backups.get(backup(3)).getStatus().retainedBy()).containsExactly("daily: younger than 2d");
        assertThat(world.backups.get(backup(3)).getStatus().expiresAt()).isEqualTo(at("2026-03-05T02:00:00Z"));
        BackupPolicyStatus.Retention retention = world.status().retention();
        assertThat(retention.kept()).isEqualTo(3);
        assertThat(retention.tiers()).extracting(BackupPolicyStatus.Count::name, BackupPolicyStatus.Count::kept)
                .containsExactly(tuple("daily", 3), tuple("monthly", 0));
        assertThat(retention.next()).extracting(BackupPolicyStatus.Expiry::backup).containsExactly(backup(2), backup(3), backup(1));
    }

    @Test
    void theNextTierTakesOverWithItsLabelAndClass() {
        go("2026-03-03T02:01:00Z");
        Backup first = world.backups.get(backup(1));
        assertThat(first.getStatus().tier()).isEqualTo("monthly");
        assertThat(first.getStatus().storageClass()).isEqualTo(StorageClass.GLACIER);
        assertThat(world.stored(first)).isEqualTo(new PolicyWorld.Stored(true, "monthly", StorageClass.GLACIER));
        assertThat(world.maintained()).isEqualTo("Maintained");
        assertThat(world.tasks).hasSize(1);
        assertThat(world.tasks.getFirst().root()).isEqualTo("stables/stable/horses/");
        assertThat(world.tasks.getFirst().kept()).extracting(MaintainTask.Kept::backup).containsExactly(backup(3), backup(2), backup(1));
    }

    @Test
    void whatNothingKeepsIsPurgedAndItsResourceGoes() {
        go("2026-03-04T02:00:00Z");
        world.complete(backup(4));
        go("2026-03-04T02:01:00Z");
        assertThat(world.backups).containsOnlyKeys(backup(1), backup(3), backup(4));
        assertThat(world.purged).containsExactly(backup(2));
        assertThat(world.told).contains(new Step.Tell(false, "Purged", "purged from the store: " + backup(2)));
        assertThat(world.store).hasSize(3);
    }

    @Test
    void theNewestIsNeverPutIntoAnArchive() {
        world.spec(spec -> Samples.with(spec, MONTHLY));
        go("2026-04-01T02:00:00Z");
        world.complete("horses-20260401-0200");
        go("2026-04-01T03:00:00Z");
        assertThat(world.backups.get("horses-20260401-0200").getStatus().storageClass()).isEqualTo(StorageClass.STANDARD);
        go("2026-05-01T02:00:00Z");
        world.complete("horses-20260501-0200");
        go("2026-05-01T02:01:00Z");
        assertThat(world.backups.get("horses-20260401-0200").getStatus().storageClass()).isEqualTo(StorageClass.GLACIER);
        assertThat(world.backups.get("horses-20260501-0200").getStatus().storageClass()).isEqualTo(StorageClass.STANDARD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Lifecycle", "None"})
    void othersMoveItOrNobody(String transitions) {
        world.spec(spec -> Changes.in(spec, Map.of("storage", Map.of("s3", Map.of(
                "bucket", "backups", "prefix", "stables", "transitions", transitions, "secretRef", Map.of("name", "backup-s3"))))));
        go("2026-03-03T02:01:00Z");
        assertThat(world.tasks.getFirst().moves()).extracting(MaintainTask.Move::tier, MaintainTask.Move::storageClass)
                .containsExactly(tuple("monthly", null));
        assertThat(world.backups.get(backup(1)).getStatus().tier()).isEqualTo("monthly");
        if (transitions.equals("None")) {
            assertThat(world.status().lifecycleRules()).isNull();
        } else {
            assertThat(world.status().lifecycleRules()).isEqualTo("{\"Rules\":[{\"ID\":\"remuda-stable-horses-monthly\",\"Status\":\"Enabled\",\"Filter\":{\"And\":"
                    + "{\"Prefix\":\"stables/stable/horses/\",\"Tags\":[{\"Key\":\"tier\",\"Value\":\"monthly\"}]}},"
                    + "\"Transitions\":[{\"Days\":30,\"StorageClass\":\"GLACIER\"}]}]}");
        }
    }

    @Test
    void whenTheStoreIsEmptyNothingIsPurged() {
        go("2026-03-04T02:00:00Z");
        world.complete(backup(4));
        world.store.clear();
        go("2026-03-04T02:01:00Z");
        assertThat(world.backups).hasSize(4);
        assertThat(world.backups.values()).extracting(backup -> backup.getStatus().phase()).containsOnly(Phase.Completed);
        assertThat(world.maintained()).isEqualTo("ObjectMissing");
        assertThat(world.status().conditions().getLast().getMessage()).contains(backup(4), backup(3), backup(1), "Nothing was purged or swept");
        assertThat(world.told).extracting(Step.Tell::reason).contains("ObjectMissing");
    }

    @Test
    void afterAFailureEachTryWaitsLonger() {
        world.store.clear();
        Instant start = at("2026-03-04T02:01:00Z");
        world.now = start;
        world.reconcileUntilItRests();
        List<Long> minutes = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            int before = world.tasks.size();
            Instant last = world.now;
            while (world.tasks.size() == before) {
                world.now = world.now.plusSeconds(60);
                world.reconcileUntilItRests();
                world.underWay().forEach(world::fail);
            }
            minutes.add(Duration.between(last, world.now).toMinutes());
        }
        assertThat(minutes).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
        assertThat(world.status().maintenance().job().failures()).isEqualTo(10);
        assertThat(world.told).as("said once").filteredOn(words -> words.reason().equals("ObjectMissing")).hasSize(1);
    }

    @Test
    void anotherReasonOfTheSameTroubleIsToldToo() {
        world.now = at("2026-03-04T02:01:00Z");
        until(() -> world.status().maintenance().job().underWay() && world.status().maintenance().job().startedAt() != null);
        String name = world.status().maintenance().job().name();
        var job = world.jobs.get(name).job().orElseThrow();
        world.jobs.put(name, new JobView(name, Optional.of(job), Optional.of(Pods.reported(job, new FailureResult(Reason.StorageUnreachable, "the store is away", false)))));
        world.reconcile();
        world.store.clear();
        world.now = world.now.plus(Duration.ofMinutes(2));
        world.reconcileUntilItRests();
        assertThat(world.told).extracting(Step.Tell::reason).containsExactly("StorageUnreachable", "ObjectMissing");
    }

    @Test
    void whatARestoreReadsWaits() {
        var restore = Samples.restore(RestoreStrategy.Create, null, null);
        world.onDemand("monday");
        world.backups.get("monday").setSpec(new BackupSpec(new NameRef("horses"), List.of("daily"), null, null));
        world.complete("monday", at("2026-03-02T12:00:00Z"));
        world.restores.add(restore);
        go("2026-03-04T13:00:00Z");
        world.complete(backup(4));
        go("2026-03-04T13:01:00Z");
        assertThat(world.backups.get("monday").getStatus().retainedBy()).containsExactly("needed by Restore back");
        world.restores.clear();
        go("2026-03-04T14:01:00Z");
        assertThat(world.backups).doesNotContainKey("monday");
    }

    @Test
    void aPinnedOneStays() {
        world.pin(backup(2), true);
        go("2026-06-04T13:00:00Z");
        world.complete("horses-20260604-0200");
        go("2026-06-04T13:01:00Z");
        assertThat(world.backups).containsOnlyKeys(backup(2), "horses-20260604-0200");
        assertThat(world.backups.get(backup(2)).getStatus().retainedBy()).containsExactly("pinned");
        world.pin(backup(2), false);
        go("2026-06-04T14:01:00Z");
        assertThat(world.backups).containsOnlyKeys("horses-20260604-0200");
    }

    @Test
    void aRemovedTierKeepsItsBackupsForAWeek() {
        world.spec(spec -> Samples.with(spec, DAILY));
        go("2026-03-03T03:00:00Z");
        assertThat(world.status().retention().removedTiers()).containsExactly(new BackupPolicyStatus.RemovedTier("monthly", at("2026-03-10T03:00:00Z")));
        assertThat(world.backups.get(backup(1)).getStatus().retainedBy()).containsExactly("tier monthly was removed from the policy and lets go on 2026-03-10T03:00:00Z");
        go("2026-03-10T02:59:00Z");
        world.underWay().forEach(world::complete);
        assertThat(world.backups).containsKey(backup(1));
        go("2026-03-10T03:01:00Z");
        assertThat(world.backups).doesNotContainKey(backup(1));
    }

    @Test
    void aTierThatComesBackInTimeHasLostNothing() {
        world.spec(spec -> Samples.with(spec, DAILY));
        go("2026-03-03T03:00:00Z");
        world.spec(spec -> Samples.with(spec, DAILY, MONTHLY));
        go("2026-03-20T03:00:00Z");
        world.underWay().forEach(world::complete);
        go("2026-03-20T03:01:00Z");
        assertThat(world.status().retention().removedTiers()).isNull();
        assertThat(world.backups).containsKey(backup(1));
    }

    @Test
    void failedOnesAreKeptForALookUpToTheLimit() {
        for (int day = 4; day <= 9; day++) {
            go("2026-03-0" + day + "T02:00:00Z");
            world.fail(backup(day));
        }
        go("2026-03-09T03:00:00Z");
        assertThat(world.backups.values()).filteredOn(backup -> backup.getStatus().phase() == Phase.Failed).extracting(backup -> backup.getMetadata().getName())
                .containsExactly(backup(7), backup(8), backup(9));
        assertThat(world.backups).as("the last good one").containsKey(backup(3));
    }

    @Test
    void aSuspendedPolicyPurgesNothingAndSaysWhatItWould() {
        world.spec(spec -> Changes.in(spec, Map.of("suspend", true)));
        go("2026-03-20T02:00:00Z");
        assertThat(world.tasks).isEmpty();
        assertThat(world.status().retention().due()).isEqualTo(1);
        assertThat(world.backups.get(backup(2)).getStatus().retainedBy()).containsExactly("the policy is suspended; else it would be purged (daily: older than 2d)");
    }

    @Test
    void aLookIsTakenEachDayThoughNothingIsToBeDone() {
        world.spec(spec -> Samples.with(spec, new TierSpec("daily", "0 2 * * *", null, null), new TierSpec("monthly", "0 2 1 * *", null, null)));
        world.reconcileUntilItRests();
        go("2026-03-04T01:59:00Z");
        assertThat(world.tasks).isEmpty();
        go("2026-03-04T02:00:00Z");
        assertThat(world.tasks).hasSize(1);
        assertThat(world.tasks.getLast().sweep().owner()).isEqualTo("6f1c2a34");
        assertThat(world.tasks.getLast().sweep().before()).isEqualTo(at("2026-03-03T02:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource({"gone, JobMissing", "failed, StorageUnreachable", "killed, PodLost", "stuck, Unschedulable"})
    void aJobThatFailsIsSaidAndTriedAgain(String how, Reason reason) {
        world.now = at("2026-03-04T02:01:00Z");
        until(() -> world.status().maintenance().job().underWay() && world.status().maintenance().job().startedAt() != null);
        String name = world.status().maintenance().job().name();
        var job = world.jobs.get(name).job().orElseThrow();
        switch (how) {
            case "gone" -> world.jobs.remove(name);
            case "failed" -> world.jobs.put(name, new JobView(name, Optional.of(job), Optional.of(
                    Pods.reported(job, new FailureResult(Reason.StorageUnreachable, "the store is away", false)))));
            case "killed" -> world.jobs.put(name, new JobView(name, Optional.of(job), Optional.of(Pods.ended(job, 137, "Error", null))));
            default -> {
                world.jobs.put(name, new JobView(name, Optional.of(job), Optional.of(Pods.unschedulable(job, "0/1 nodes"))));
                world.now = world.now.plus(PolicyWorld.START_DEADLINE);
            }
        }
        world.reconcile();
        assertThat(world.failure()).isEqualTo(reason);
        assertThat(world.maintained()).isEqualTo(reason.name());
        assertThat(world.told).extracting(Step.Tell::reason).contains(reason.name());
        world.now = world.now.plus(Duration.ofMinutes(2));
        world.reconcileUntilItRests();
        assertThat(world.maintained()).isEqualTo("Maintained");
        assertThat(world.backups).doesNotContainKey(backup(2));
    }

    @Test
    void aForeignJobOfTheNameIsLeftAlone() {
        var foreign = new JobBuilder().withNewMetadata().withName("horses-maintain-1").endMetadata().build();
        world.jobs.put("horses-maintain-1", new JobView("horses-maintain-1", Optional.of(foreign), Optional.empty()));
        go("2026-03-03T02:01:00Z");
        assertThat(world.jobs).containsKeys("horses-maintain-1", "horses-maintain-2");
        assertThat(world.maintained()).isEqualTo("Maintained");
    }

    @Test
    void backupsOfTheBucketBeforeAreMaintainedThere() {
        world.spec(spec -> Changes.in(spec, Map.of("storage", Map.of("s3", Map.of("bucket", "new-bucket", "secretRef", Map.of("name", "new"))))));
        go("2026-03-04T02:00:00Z");
        world.complete(backup(4));
        go("2026-03-04T02:01:00Z");
        go("2026-03-04T02:02:00Z");
        assertThat(world.tasks).filteredOn(task -> task.store().bucket().equals("backups")).isNotEmpty()
                .allSatisfy(task -> assertThat(task.store().secret().name()).isEqualTo("backup-s3"));
        assertThat(world.tasks).as("each store has its turn").anyMatch(task -> task.store().bucket().equals("new-bucket"));
        assertThat(world.backups).doesNotContainKey(backup(2));
    }

    @Test
    void aMarkIsTakenBackWhileNoJobHasHadIt() {
        world.now = at("2026-03-04T02:00:00Z");
        world.reconcile();
        world.complete(backup(4));
        until(() -> world.backups.get(backup(2)).getStatus().phase() == Phase.Deleting);
        world.pin(backup(2), true);
        world.reconcileUntilItRests();
        assertThat(world.backups.get(backup(2)).getStatus().phase()).isEqualTo(Phase.Completed);
        assertThat(world.backups.get(backup(2)).getStatus().conditions().getFirst().getMessage()).isEqualTo("it was to be purged, and stays whole: pinned");
        assertThat(world.purged).isEmpty();
    }

    @Test
    void theNewestOfThoseLeftIsKeptThoughItWasMarked() {
        world.spec(spec -> Samples.with(spec, DAILY));
        world.now = at("2026-03-20T02:00:00Z");
        until(() -> world.seen().in(Phase.Deleting).findAny().isPresent());
        List<String> marked = world.seen().in(Phase.Deleting).map(backup -> backup.getMetadata().getName()).toList();
        world.backups.keySet().removeIf(name -> !marked.contains(name)); // somebody deletes all others
        world.reconcileUntilItRests();
        assertThat(world.completed()).extracting(backup -> backup.getMetadata().getName()).containsExactly(marked.getLast());
    }

    @Test
    void aPlanThatWasMadeBeforeASuspensionRests() {
        world.now = at("2026-03-04T02:01:00Z");
        until(() -> world.status().maintenance().job().underWay());
        world.spec(spec -> Changes.in(spec, Map.of("suspend", true)));
        world.reconcileUntilItRests();
        assertThat(world.tasks).isEmpty();
        world.spec(spec -> Changes.in(spec, Map.of("suspend", false)));
        world.reconcileUntilItRests();
        assertThat(world.tasks).isNotEmpty();
    }

    @Test
    void whatARestoreReadsIsNotMoved() {
        var restore = Samples.restore(RestoreStrategy.Create, null, null);
        restore.setSpec(Samples.restoring(backup(1), null, RestoreStrategy.Create, null));
        world.restores.add(restore);
        go("2026-03-03T02:01:00Z");
        assertThat(world.backups.get(backup(1)).getStatus().tier()).isEqualTo("daily");
        world.restores.clear();
        go("2026-03-03T02:03:00Z");
        assertThat(world.backups.get(backup(1)).getStatus().tier()).isEqualTo("monthly");
    }

    @Test
    void onePersonsDeletionDuringALookIsNoAlarm() {
        world.now = at("2026-03-04T02:01:00Z");
        until(() -> world.status().maintenance().job().underWay() && world.status().maintenance().job().startedAt() != null);
        String name = world.status().maintenance().job().name();
        var job = world.jobs.get(name).job().orElseThrow();
        world.backups.remove(backup(3));
        world.jobs.put(name, new JobView(name, Optional.of(job), Optional.of(Pods.reported(
                job, new MaintainResult(2, List.of(backup(3)), null, null, null, null, 0, 0)))));
        world.reconcile();
        assertThat(world.maintained()).isEqualTo("Maintained");
    }

    @Test
    void aTaskFitsItsVariableHoweverLongTheNamesAre() {
        for (int i = 0; i < 400; i++) {
            String name = ("b" + i + "-" + "x".repeat(250)).substring(0, 253);
            world.onDemand(name);
            world.complete(name);
        }
        go("2026-03-04T02:01:00Z");
        assertThat(world.tasks).isNotEmpty().allSatisfy(task -> assertThat(Json.write(task).length()).isLessThan(128 * 1024));
        assertThat(world.tasks.getLast().sweep()).as("too many to name them all").isNull();
    }

    /** One reconcile after another, half a minute apart. */
    private void until(BooleanSupplier wish) {
        for (int i = 0; !wish.getAsBoolean(); i++) {
            assertThat(i).as("it never comes").isLessThan(100);
            world.now = world.now.plusSeconds(31);
            world.reconcile();
            world.underWay().forEach(world::complete);
        }
    }

    private void go(String moment) {
        world.now = at(moment);
        world.reconcileUntilItRests();
    }

    private static String backup(int day) {
        return "horses-2026030" + day + "-0200";
    }

    private static Instant at(String moment) {
        return Instant.parse(moment);
    }
}
