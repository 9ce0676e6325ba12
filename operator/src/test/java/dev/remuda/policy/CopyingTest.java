package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.CopySpec;
import dev.remuda.api.ObjectLockSpec;
import dev.remuda.api.Phase;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.S3Spec;
import dev.remuda.api.StorageSpec;
import dev.remuda.api.Transitions;
import dev.remuda.api.VolumeSpec;
import dev.remuda.job.Labels;
import dev.remuda.job.Step;
import dev.remuda.support.Changes;
import dev.remuda.support.Samples;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.StorageClass;

import static dev.remuda.policy.ThreeNights.at;
import static dev.remuda.policy.ThreeNights.backup;
import static org.assertj.core.api.Assertions.assertThat;

/** Copies in further stores: made of what is stored, kept as long as they shall be, and never in the way of anything else. */
class CopyingTest {
    private static final CopySpec LOCAL = copy("local", new StorageSpec(null, new VolumeSpec("local-backups", null)), "2d");
    private static final CopySpec OFF_SITE = copy("off-site", bucket("elsewhere", "https://s3.example.com", null), null);

    private final ThreeNights nights = new ThreeNights();
    private final PolicyWorld world = nights.world;

    private static CopySpec copy(String name, StorageSpec storage, String maxAge) {
        return new CopySpec(name, storage, new RetentionSpec(maxAge, null, null));
    }

    private static StorageSpec bucket(String name, String endpoint, ObjectLockSpec lock) {
        return new StorageSpec(new S3Spec(name, null, null, endpoint, null, null, null, Transitions.None, null, lock), null);
    }

    private void copies(CopySpec... copies) {
        world.spec(spec -> Samples.copying(spec, List.of(copies)));
        go(world.now);
    }

    private void go(Instant moment) {
        nights.go(moment.toString());
    }

    @BeforeEach
    void both() {
        copies(LOCAL, OFF_SITE);
    }

    /** Names of the Backups whose whole copies are in that store. */
    private Set<String> in(String store) {
        return world.others.getOrDefault(store, Map.of()).entrySet().stream()
                .filter(entry -> entry.getValue().manifest())
                .map(entry -> entry.getKey().replaceFirst(".*/(.*)-[0-9a-f]{8}-[0-9a-f]{8}-1/$", "$1"))
                .collect(Collectors.toSet());
    }

    private List<String> copiesOf(String backup) {
        return world.backups.get(backup).getStatus().copies().stream().map(BackupStatus.Copy::name).toList();
    }

    private void night(int day) {
        nights.go("2026-03-0" + day + "T02:00:00Z");
        world.complete(backup(day));
        go(world.now);
    }

    @Test
    void allThatIsKeptIsCopiedAndWhatIsMadeLaterToo() {
        assertThat(in("elsewhere")).containsExactlyInAnyOrder(backup(1), backup(2), backup(3));
        assertThat(in("local-backups")).as("on the third, two nights are young enough").contains(backup(2), backup(3));
        night(4);
        world.onDemand("asked-for");
        world.complete("asked-for");
        go(world.now);
        assertThat(in("elsewhere")).contains(backup(4), "asked-for");
        BackupStatus.Copy copy = world.backups.get(backup(4)).getStatus().copy("off-site").orElseThrow();
        assertThat(copy.url()).isEqualTo("s3://elsewhere/" + copy.prefix());
        assertThat(copy.prefix()).startsWith("stable/horses/" + backup(4) + "-").as("as it is called in its own store").isEqualTo(
                world.backups.get(backup(4)).getStatus().location().prefix().substring("stables/".length()));
        assertThat(copy.copiedAt()).isEqualTo(world.now);
        assertThat(world.told).extracting(Step.Tell::message).contains("copied to off-site: " + backup(4));
        assertThat(world.condition("Copied").getMessage()).isEqualTo("local: 4 there; off-site: 5 there");
    }

    @Test
    void aCopyGoesWhenItsTimeIsOverAndTheBackupStays() {
        for (int day = 4; day <= 6; day++) {
            night(day);
        }
        assertThat(in("local-backups")).containsExactlyInAnyOrder(backup(4), backup(5), backup(6));
        assertThat(copiesOf(backup(1))).containsExactly("off-site");
        assertThat(in("elsewhere")).hasSize(6);
        assertThat(world.store).hasSize(6);
        assertThat(world.told).extracting(Step.Tell::message).contains("purged from copy local: " + backup(1));
    }

    @Test
    void whatTheTiersLetGoLeavesItsCopiesFirst() {
        world.beforePurge = name -> assertThat(world.store.keySet().stream().filter(prefix -> prefix.contains("/" + name + "-")).count() - (world.backups.get(name).getStatus().copies().isEmpty() ? 1 : 0))
                .as("while it has copies it is whole").isIn(0L, 1L);
        world.now = at("2026-04-01T03:00:00Z");
        go(world.now);
        world.underWay().forEach(world::complete);
        go(world.now.plusSeconds(60));
        go(world.now.plusSeconds(60));
        assertThat(world.backups).doesNotContainKeys(backup(1));
        assertThat(in("elsewhere")).doesNotContain(backup(1)).contains(backup(3));
    }

    @Test
    void aStoreThatIsAwayKeepsItsBackupAndNothingElse() {
        world.away.add("elsewhere");
        night(4);
        assertThat(in("local-backups")).contains(backup(4));
        assertThat(copiesOf(backup(4))).containsExactly("local");
        Condition copied = world.condition("Copied");
        assertThat(copied.getStatus()).isEqualTo("False");
        assertThat(copied.getReason()).isEqualTo("StorageUnreachable");
        assertThat(copied.getMessage()).isEqualTo("copy off-site: the store at elsewhere does not answer");
        go(world.now.plus(Duration.ofHours(3)));
        assertThat(world.told).extracting(Step.Tell::reason).filteredOn("StorageUnreachable"::equals).as("told once").hasSize(1);
        assertThat(world.status().copies("off-site").behind()).isEqualTo(1);
        assertThat(world.status().copies("off-site").behindSince()).isEqualTo(world.backups.get(backup(4)).getStatus().completedAt());

        world.now = at("2026-04-01T03:00:00Z");
        go(world.now);
        world.underWay().forEach(world::complete);
        go(world.now.plusSeconds(60));
        assertThat(world.backups).as("it would be purged, but a copy is left").containsKey(backup(1));
        assertThat(world.backups.get(backup(1)).getStatus().retainedBy()).singleElement().asString().startsWith("its copies, which go first (daily: older than 30d");

        world.away.clear();
        go(world.now.plus(Duration.ofHours(2)));
        go(world.now.plusSeconds(60));
        assertThat(world.backups).doesNotContainKey(backup(1));
        assertThat(world.condition("Copied").getStatus()).isEqualTo("True");
    }

    /** A Restore tries them in that order. */
    @Test
    void copiesStandInTheOrderOfThePolicyWhicheverWasMadeFirst() {
        world.away.add("local-backups");
        night(4);
        assertThat(copiesOf(backup(4))).containsExactly("off-site");
        world.away.clear();
        go(world.now.plus(Duration.ofHours(2)));
        assertThat(copiesOf(backup(4))).containsExactly("local", "off-site");
    }

    @Test
    void aPolicyThatRestsCopiesNothing() {
        world.spec(spec -> Changes.in(spec, Map.of("suspend", true)));
        world.onDemand("asked-for");
        world.complete("asked-for");
        go(world.now.plusSeconds(60));
        assertThat(in("elsewhere")).doesNotContain("asked-for");
        world.spec(spec -> Changes.in(spec, Map.of("suspend", false)));
        go(world.now.plusSeconds(60));
        assertThat(in("elsewhere")).contains("asked-for");
    }

    @Test
    void aStoreThatThePolicyNamesNoMoreKeepsWhatItHasAndIsForgotten() {
        copies(LOCAL);
        assertThat(copiesOf(backup(3))).containsExactly("local");
        assertThat(in("elsewhere")).hasSize(3);
        world.now = at("2026-04-01T03:00:00Z");
        go(world.now);
        world.underWay().forEach(world::complete);
        go(world.now.plusSeconds(60));
        go(world.now.plusSeconds(60));
        assertThat(world.backups).as("nobody waits for it").doesNotContainKey(backup(1));
        assertThat(in("elsewhere")).hasSize(3);
        copies();
        assertThat(world.status().conditions()).extracting(Condition::getType).doesNotContain("Copied", "ThreeTwoOne");
        assertThat(world.status().copies()).isNull();
    }

    @Test
    void aCopyThatMovesToAnotherStoreIsMadeAnewThere() {
        copies(LOCAL, copy("off-site", bucket("farther", "https://s3.example.com", null), null));
        assertThat(in("farther")).containsExactlyInAnyOrder(backup(1), backup(2), backup(3));
        assertThat(in("elsewhere")).as("what was made stays").hasSize(3);
    }

    /** Its worker knows nothing of that, and what it did is true of the store before. */
    @Test
    void aStoreThatIsChangedWhileAJobWorksForTheOneBeforeGetsItsOwnCopies() {
        world.onDemand("late");
        world.complete("late");
        while (!world.status().copies("off-site").underWay() || world.status().copies("off-site").job().toBeCreated()) {
            world.reconcile();
        }
        world.spec(spec -> Samples.copying(spec, List.of(LOCAL, copy("off-site", bucket("farther", "https://s3.example.com", null), null))));
        go(world.now);
        assertThat(in("elsewhere")).contains("late");
        assertThat(in("farther")).containsExactlyInAnyOrder(backup(1), backup(2), backup(3), "late");
        assertThat(world.backups.get("late").getStatus().copy("off-site").orElseThrow().url()).startsWith("s3://farther/");
    }

    @Test
    void aCopyThatComesBackWithAnotherStoreKnowsNothingOfTheJobsOfItsFormerLife() {
        copies(LOCAL);
        copies(LOCAL, copy("off-site", bucket("farther", "https://s3.example.com", null), null));
        assertThat(in("farther")).containsExactlyInAnyOrder(backup(1), backup(2), backup(3));
    }

    /** Two stores that are swapped: what lies in the copy's place is no copy. */
    @Test
    void aBackupIsNeverTakenForItsOwnCopy() {
        StorageSpec before = world.policy.getSpec().storage();
        world.spec(spec -> Samples.copying(Samples.storing(spec, bucket("new-home", null, null)), List.of(copy("old", before, "2d"))));
        go(world.now);
        assertThat(copiesOf(backup(3))).isEmpty();
        go(world.now.plus(Duration.ofDays(5)));
        assertThat(world.purged).isEmpty();
        assertThat(world.store.keySet()).anyMatch(prefix -> prefix.contains(backup(1)));
    }

    @Test
    void theLastCopyStaysUntilANewerOneIsThere() {
        copies(new CopySpec("one", bucket("single", null, null), new RetentionSpec(null, 1, null)));
        assertThat(in("single")).containsExactly(backup(3));
        world.onDemand("newer");
        world.complete("newer");
        world.store.remove(world.backups.get("newer").getStatus().location().prefix());
        go(world.now);
        go(world.now.plus(Duration.ofHours(3)));
        assertThat(in("single")).containsExactly(backup(3));
    }

    @Test
    void whatWasLostThereIsCopiedAnew() {
        world.others.get("elsewhere").keySet().removeIf(prefix -> prefix.contains(backup(2)));
        assertThat(in("elsewhere")).doesNotContain(backup(2));
        go(world.now.plus(Duration.ofHours(25)));
        assertThat(in("elsewhere")).contains(backup(2));
        assertThat(world.told).extracting(Step.Tell::message)
                .contains("copy off-site: these were not there as they should be, and are copied anew: " + backup(2));
        go(world.now.plus(Duration.ofHours(2)));
        assertThat(world.condition("Copied").getStatus()).isEqualTo("True");
    }

    @Test
    void aWorkerThatIsKilledIsFollowedByOneThatFinishes() {
        world.copiesLeft = 1;
        world.onDemand("one");
        world.complete("one");
        world.onDemand("two");
        world.complete("two");
        go(world.now);
        assertThat(world.condition("Copied").getStatus()).isEqualTo("False");
        go(world.now.plusSeconds(90));
        assertThat(in("elsewhere")).contains("one", "two");
        assertThat(in("local-backups")).contains("one", "two");
        assertThat(world.condition("Copied").getStatus()).isEqualTo("True");
    }

    /** After each single step that the operator takes. */
    @Test
    void anOperatorThatDiesAnywhereEndsWithTheSame() {
        for (int steps = 0; steps < 40; steps++) {
            CopyingTest run = new CopyingTest();
            run.both();
            run.night(4);
            run.world.now = at("2026-03-05T02:00:00Z");
            run.world.stepsLeft = steps;
            try {
                run.go(run.world.now);
                run.world.underWay().forEach(run.world::complete);
                run.go(run.world.now);
            } catch (PolicyWorld.Died died) {
                assertThat(run.world.stepsLeft).isNegative();
            }
            run.world.stepsLeft = Integer.MAX_VALUE;
            run.go(run.world.now);
            run.world.underWay().forEach(run.world::complete);
            run.go(run.world.now.plusSeconds(60));
            run.go(run.world.now.plusSeconds(60));
            assertThat(run.in("elsewhere")).as("after " + steps).containsExactlyInAnyOrder(backup(1), backup(2), backup(3), backup(4), backup(5));
            assertThat(run.in("local-backups")).as("after " + steps).containsExactlyInAnyOrder(backup(4), backup(5));
            assertThat(run.world.condition("Copied").getStatus()).isEqualTo("True");
        }
    }

    @Test
    void aCopyNeverLiesOnTheBackupItself() {
        copies(copy("same", Samples.storage(), null));
        assertThat(world.condition("Copied").getReason()).isEqualTo("InvalidSpec");
        assertThat(world.condition("Copied").getMessage()).isEqualTo("copy same lies where the backups themselves lie; name another store, or another prefix of it");
        assertThat(world.condition("ThreeTwoOne").getStatus()).isEqualTo("False");
        assertThat(copiesOf(backup(3))).isEmpty();
        copies(OFF_SITE, copy("twin", OFF_SITE.storage(), null));
        assertThat(world.condition("Copied").getMessage()).isEqualTo("copies off-site and twin lie in the same place; change one of them");
        copies(OFF_SITE, copy("off-site", bucket("farther", null, null), null));
        assertThat(world.condition("Copied").getMessage()).isEqualTo("copies off-site and off-site have one name; change one of them");
    }

    @Test
    void whatIsDamagedIsNotCopiedAndKeepsTheCopyThatItHas() {
        world.onDemand("bad");
        world.complete("bad");
        damage("bad");
        damage(backup(3));
        go(world.now);
        go(world.now.plus(Duration.ofHours(25)));
        assertThat(in("elsewhere")).doesNotContain("bad").contains(backup(3));
        assertThat(world.condition("Copied").getStatus()).as("nobody waits for what cannot be had").isEqualTo("True");
    }

    private void damage(String name) {
        Backup backup = world.backups.get(name);
        backup.setStatus(backup.getStatus().in(Phase.Completed, List.of(new ConditionBuilder().withType("Intact").withStatus("False").withReason("ChecksumMismatch").build())));
    }

    @Test
    void whatLiesInAnArchiveIsNotCopied() {
        world.onDemand("cold");
        world.complete("cold");
        Backup cold = world.backups.get("cold");
        cold.setStatus(cold.getStatus().moved(null, StorageClass.GLACIER));
        go(world.now);
        assertThat(in("elsewhere")).doesNotContain("cold");
        assertThat(world.status().copies("off-site").behind()).isZero();
    }

    @Test
    void whatTheOtherStoreLocksStaysUntilItDoesNotAndTheBackupWithIt() {
        copies(copy("vault", bucket("vault", null, new ObjectLockSpec(ObjectLockSpec.Mode.COMPLIANCE)), "40d"));
        Instant until = at("2026-03-03T02:00:00Z").plus(Duration.ofDays(40));
        assertThat(world.backups.get(backup(1)).getStatus().copy("vault").orElseThrow().lockedUntil()).isBetween(until, until.plusSeconds(120));
        world.now = at("2026-04-03T03:00:00Z");
        go(world.now);
        world.underWay().forEach(world::complete);
        go(world.now.plusSeconds(60));
        assertThat(world.backups).as("30 days are over, but not the lock").containsKey(backup(1));
        assertThat(in("vault")).contains(backup(1));
        world.now = until.plus(Duration.ofMinutes(10));
        go(world.now);
        world.underWay().forEach(world::complete);
        go(world.now.plusSeconds(60));
        go(world.now.plusSeconds(60));
        assertThat(world.backups).doesNotContainKey(backup(1));
        assertThat(in("vault")).doesNotContain(backup(1));
    }

    @Test
    void aCopyThatARestoreReadsStays() {
        var restore = Samples.restore(RestoreStrategy.Create, null, null);
        restore.setSpec(Samples.restoring(backup(2), null, RestoreStrategy.Create, null));
        world.restores.add(restore);
        for (int day = 4; day <= 6; day++) {
            night(day);
        }
        assertThat(in("local-backups")).contains(backup(2)).doesNotContain(backup(1));
        world.restores.clear();
        go(world.now.plusSeconds(60));
        assertThat(in("local-backups")).doesNotContain(backup(2));
    }

    @Test
    void aPinnedBackupKeepsItsCopies() {
        world.pin(backup(1), true);
        for (int day = 4; day <= 6; day++) {
            night(day);
        }
        assertThat(in("local-backups")).contains(backup(1)).doesNotContain(backup(2));
    }

    /** It would be changed under the worker's eyes. */
    @Test
    void whatIsBeingCopiedIsNotMoved() {
        world.onDemand("moving");
        world.complete("moving");
        while (world.status().copies("off-site").backups().stream().noneMatch("moving"::equals) || !world.status().copies("off-site").underWay()) {
            world.reconcile();
        }
        assertThat(world.seen().reader(world.backups.get("moving"))).hasValueSatisfying(reader -> assertThat(reader).matches("Job horses-copy-(local|off-site)-\\d+-\\d+, which copies it"));
    }

    @Test
    void theRuleOfThreeCopiesTwoMediaAndOneOffSite() {
        Condition rule = world.condition("ThreeTwoOne");
        assertThat(rule.getStatus()).isEqualTo("True");
        assertThat(rule.getMessage()).isEqualTo("4 copies with the database itself (database, s3://backups/, volume://local-backups/, s3://elsewhere/), 3 kinds of media (the database's disk, an object store, a volume), "
                + "2 off-site, 0 immutable");
        world.away.addAll(Set.of("elsewhere", "local-backups"));
        night(4);
        assertThat(world.condition("ThreeTwoOne").getStatus()).as("a copy takes its time").isEqualTo("True");
        go(world.now.plus(Duration.ofMinutes(70)));
        assertThat(world.condition("ThreeTwoOne").getStatus()).isEqualTo("False");
        assertThat(world.condition("ThreeTwoOne").getReason()).isEqualTo("TooFewCopies");
        assertThat(world.condition("ThreeTwoOne").getMessage()).startsWith("2 copies with the database itself (database, s3://backups/)");
    }

    @ParameterizedTest
    @CsvSource({
        ", true", "https://s3.example.com, true", "https://1234.r2.cloudflarestorage.com, true", "http://seaweedfs.storage.svc:8333, false", "http://weed.storage.svc.cluster.local, false",
        "http://weed:8333, false", "http://127.0.0.1:9000, false", "http://10.1.2.3, false", "http://192.168.0.7:9000, false", "http://172.20.0.1, false", "http://172.32.0.1, true", "https://nas.lan, false",
        "'http://[::1]:80', false", "https://203.0.113.7, true",
    })
    void offSiteIsWhatLiesOutsideOfTheClusterAsFarAsAnAddressTells(String endpoint, boolean expected) {
        assertThat(CopyConditions.isOffSite(bucket("b", endpoint, null))).isEqualTo(expected);
        assertThat(CopyConditions.isOffSite(LOCAL.storage())).isFalse();
    }

    @Test
    void nothingOffSiteIsSaid() {
        world.spec(spec -> Samples.storing(spec, bucket("backups", "http://weed.storage.svc", null)));
        copies(LOCAL);
        assertThat(world.condition("ThreeTwoOne").getReason()).isEqualTo("NothingOffSite");
    }

    /** After a disaster the copies' places belong to the cluster that is gone, as the policy's own does. */
    @Test
    void aStoreThatIsTakenOverIsTakenOverWithItsCopies() {
        world.policy.getMetadata().setAnnotations(Map.of(Labels.TAKE_OVER, "uid-of-old"));
        world.onDemand("first");
        world.complete("first");
        go(world.now);
        assertThat(world.copied.getLast().claimant().takeOverFrom()).isEqualTo("uid-of-old");
        go(world.now.plus(Duration.ofHours(25)));
        assertThat(world.tasks.stream().filter(task -> task.store().bucket().equals("elsewhere")).toList().getLast().claimant().takeOverFrom()).isEqualTo("uid-of-old");
    }

    /** What is under way elsewhere under the root, or may become a copy, is none of the leftovers. */
    @Test
    void leftoversAreSweptWithoutTouchingWhatMayBecomeACopy() {
        go(world.now.plus(Duration.ofHours(25)));
        MaintainTask upkeep = world.tasks.stream().filter(task -> task.store().bucket().equals("elsewhere")).reduce((one, other) -> other).orElseThrow();
        assertThat(upkeep.root()).isEqualTo("stable/horses/");
        assertThat(upkeep.kept()).extracting(MaintainTask.Kept::backup).contains(backup(1), backup(2), backup(3));
        assertThat(upkeep.kept()).extracting(MaintainTask.Kept::dataKey).allMatch(key -> key.endsWith("/data.dump.zst"));
        assertThat(upkeep.sweep()).isNotNull();
    }

    @Test
    void aFailureOfOneBackupKeepsNoOtherFromBeingCopied() {
        world.onDemand("lost");
        world.complete("lost");
        world.store.remove(world.backups.get("lost").getStatus().location().prefix());
        world.onDemand("fine");
        world.complete("fine");
        go(world.now);
        assertThat(in("elsewhere")).contains("fine").doesNotContain("lost");
        assertThat(world.condition("Copied").getReason()).isEqualTo(Reason.ObjectMissing.name());
        assertThat(world.condition("Copied").getMessage()).contains("Backup lost: ");
        assertThat(new TreeMap<>(Map.of("behind", world.status().copies("off-site").behind()))).containsEntry("behind", 1);
    }
}
