package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.BackupPolicyStatus.Catalogue;
import dev.remuda.api.BackupPolicyStatus.Maintenance;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.StoreJob;
import dev.remuda.api.TierSpec;
import dev.remuda.job.Labels;
import dev.remuda.job.Step;
import dev.remuda.support.Pods;
import dev.remuda.support.Samples;
import dev.remuda.task.Catalogued;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;

import static org.assertj.core.api.Assertions.assertThat;

class CataloguingTest {
    private PolicyWorld world = new PolicyWorld();

    private void stored(String... names) {
        for (String name : names) {
            world.onDemand(name);
            world.complete(name);
            world.now = world.now.plusSeconds(60);
        }
    }

    private Catalogue catalogue() {
        return world.status().catalogue();
    }

    private Catalogued found(String name) {
        return Catalogued.read(world.backups.get(name).getMetadata().getAnnotations().get(Labels.FOUND)).orElseThrow();
    }

    @Test
    void aNewPolicyBringsBackWhatLiesInItsStore() {
        stored("a", "b", "c");
        world.pins.add("b");
        world.forget();

        world.reconcileUntilItRests();

        assertThat(world.backups.keySet()).containsExactly("a", "b", "c");
        assertThat(found("b").result().snapshotAt()).isEqualTo(world.made.get("b").snapshotAt());
        assertThat(world.backups.values()).extracting(backup -> backup.getSpec().hasPin()).containsExactly(false, true, false);
        assertThat(world.told).containsExactly(new Step.Tell(false, "Imported", "found in the store: a, b, c"));
        assertThat(catalogue().completedAt()).isEqualTo(world.now);
        assertThat(catalogue().imported()).isEqualTo(3);
        assertThat(catalogue().job().message()).isEqualTo("3 Backups were brought back; all others in the store are known");
    }

    @Test
    void ofAnEmptyStoreNothingIsSaid() {
        world.forget();
        world.reconcileUntilItRests();

        assertThat(world.told).isEmpty();
        assertThat(world.backups).isEmpty();
        assertThat(catalogue().completedAt()).isNotNull();
    }

    @Test
    void whatIsKnownIsLeftAlone() {
        stored("a", "b");
        world.policy.setStatus(null);
        Map<String, Backup> before = Map.copyOf(world.backups);

        world.reconcileUntilItRests();

        assertThat(world.backups).isEqualTo(before);
        assertThat(world.told).isEmpty();
    }

    @Test
    void aBackupThatWasDeletedByMistakeComesBackWhenAskedFor() {
        stored("a", "b");
        world.backups.remove("a");
        world.reconcileUntilItRests();
        assertThat(world.backups).doesNotContainKey("a");

        ask("please");
        world.reconcileUntilItRests();
        assertThat(world.backups).containsKey("a");
        world.backups.remove("a");
        world.reconcileUntilItRests();
        assertThat(world.backups).as("asked once, answered once").doesNotContainKey("a");
        ask("again");
        world.reconcileUntilItRests();
        assertThat(world.backups).containsKey("a");
    }

    private void ask(String text) {
        world.policy.getMetadata().setAnnotations(Map.of(Labels.CATALOGUE, text));
    }

    @Test
    void aNameThatIsTakenDoesNotKeepOneOut() {
        stored("a");
        String prefix = world.backups.get("a").getStatus().location().prefix();
        world.forget();
        world.now = world.now.plusSeconds(60);
        world.onDemand("a");
        world.fail("a");

        world.reconcileUntilItRests();

        assertThat(world.backups).hasSize(2).allSatisfy((name, backup) -> assertThat(name).startsWith("a"));
        assertThat(world.backups.keySet().stream().filter(name -> !name.equals("a")).map(this::found)).singleElement().satisfies(found -> {
            assertThat(found.backup()).isEqualTo("a");
            assertThat(found.prefix()).isEqualTo(prefix);
        });
    }

    @Test
    void manyComeBackJobByJob() {
        int many = 2 * Cataloguing.AT_ONCE + 1;
        IntStream.range(0, many).forEach(i -> stored("b%04d".formatted(i)));
        world.forget();

        world.reconcileUntilItRests();

        assertThat(world.backups).hasSize(many);
        assertThat(catalogue().job().number()).isEqualTo(3);
        assertThat(catalogue().imported()).isEqualTo(many);
        assertThat(catalogue().after()).isNull();
    }

    @Property(tries = 60)
    void whereverTheOperatorDiesAllComeBackOnce(@ForAll @IntRange(max = 40) int steps) {
        world = new PolicyWorld();
        IntStream.range(0, 9).forEach(i -> stored("b" + i));
        world.forget();
        world.stepsLeft = steps;
        try {
            world.reconcileUntilItRests();
        } catch (PolicyWorld.Died e) {
            world.stepsLeft = Integer.MAX_VALUE;
        }
        world.now = world.now.plusSeconds(60);
        world.reconcileUntilItRests();

        assertThat(world.backups).hasSize(9).allSatisfy((name, backup) -> assertThat(found(name).backup()).isEqualTo(name));
    }

    @Test
    void nothingIsPurgedBeforeAllIsKnown() {
        stored("old");
        world.forget();
        assertThat(Cataloguing.comesFirst(world.seen())).isTrue();
        world.reconcileUntilItRests();
        assertThat(Cataloguing.comesFirst(world.seen())).isFalse();
        ask("please");
        assertThat(Cataloguing.comesFirst(world.seen())).isTrue();
    }

    @Test
    void aLogThatWasCutShortIsReadAgain() {
        stored("a", "b");
        world.forget();
        world.reconcile();
        world.reconcile();
        world.said.replaceAll((job, lines) -> lines.subList(1, lines.size()));
        world.reconcile();

        assertThat(world.backups).isEmpty();
        assertThat(catalogue().job().reason()).isEqualTo(Reason.PodLost);
        assertThat(catalogue().job().message()).contains("tells of 1 backups instead of 2");
        world.now = world.now.plus(Duration.ofMinutes(1));
        world.reconcileUntilItRests();
        assertThat(world.backups).hasSize(2);
        assertThat(catalogue().job().reason()).isNull();
    }

    @Test
    void anEndThatWasNotedUnderAClockThatWasAheadHoldsNothingUp() {
        world.forget();
        stored("a");
        world.policy.setStatus(new BackupPolicyStatus(
                1L, null, null, null, null, null, null, null, null,
                new Catalogue(new StoreJob(1, "horses-catalogue-1", world.now, world.now.plus(Duration.ofDays(30)), Reason.StorageUnreachable, "away", 1), null, null, 0, null, null), null, null));
        world.reconcileUntilItRests();
        assertThat(catalogue().completedAt()).isEqualTo(world.now);
    }

    @Test
    void aStoreThatIsAwayIsAskedAgainAndAgainAndThatIsToldOnce() {
        world.forget();
        Instant end = world.now.plus(Duration.ofHours(3));
        int jobs = 0;
        while (world.now.isBefore(end)) {
            world.reconcile();
            Catalogue present = catalogue();
            if (present != null && present.job().underWay() && world.jobs.containsKey(present.job().name())) {
                world.jobs.computeIfPresent(present.job().name(), (name, view) -> new dev.remuda.job.JobView(
                        name, view.job(), view.job().map(job -> Pods.reported(job, new FailureResult(Reason.StorageUnreachable, "away", false)))));
                jobs++;
            }
            world.now = world.now.plusSeconds(15);
            if (catalogue().job().failures() > 0) {
                assertThat(world.ready()).as("also while it is tried again").isEqualTo("StorageUnreachable");
            }
        }

        assertThat(world.told).containsExactly(new Step.Tell(true, "StorageUnreachable", "the store could not be looked through for backups: away"));
        assertThat(jobs).as("with longer and longer rests").isBetween(6, 9);
        assertThat(world.backups).isEmpty();
    }

    @Test
    void inTheStoreOfAnotherClusterNothingIsDoneUntilItIsTakenOver() {
        stored("old");
        world.forget();
        world.owner = "uid-of-another";
        TierSpec hourly = new TierSpec("hourly", "0 * * * *", new RetentionSpec("1h", null, null), null);
        world.spec(spec -> Samples.with(spec, hourly));
        for (int hour = 0; hour < 30; hour++) {
            world.reconcileUntilItRests();
            world.now = world.now.plus(Duration.ofHours(1));
        }

        assertThat(world.ready()).isEqualTo("NotOwner");
        assertThat(world.status().conditions().getFirst().getMessage()).isEqualTo("it belongs to uid-of-another");
        assertThat(world.backups.keySet()).as("to restore from").containsExactly("old");
        assertThat(world.tasks).isEmpty();
        assertThat(world.told).extracting(Step.Tell::reason).containsExactlyInAnyOrder("Imported", "NotOwner");
        assertThat(world.status().nextBackup()).isNull();

        world.backups.get("old").setStatus(BackupStatus.NONE.in(Phase.Completed, null)); // as the reconciler of Backups does
        world.policy.getMetadata().setAnnotations(Map.of(Labels.TAKE_OVER, "uid-of-another"));
        world.reconcileUntilItRests();
        assertThat(world.ready()).isEqualTo("Scheduled");
        world.now = world.now.plus(Duration.ofHours(1));
        world.reconcileUntilItRests();
        assertThat(world.backups).as("made by the schedule").hasSize(2);
    }

    @Test
    void aClusterThatWasReplacedMakesNoMoreBackups() {
        stored("a");
        world.policy.setStatus(new BackupPolicyStatus(
                1L, null, null, null, null, null, null, null, new Maintenance(new StoreJob(3, "horses-maintain-3", world.now, world.now, Reason.NotOwner, "it belongs to another", 1), world.now),
                world.status().catalogue(), null, null));

        assertThat(Cataloguing.heldBy(world.seen())).contains("it belongs to another");
        world.policy.getMetadata().setAnnotations(Map.of(Labels.TAKE_OVER, "another"));
        world.now = world.now.plusSeconds(1);
        world.reconcileUntilItRests();
        assertThat(Cataloguing.heldBy(world.seen())).as("looked at since").isEmpty();
    }

    @Test
    void whatIsNoWholeBackupIsNamed() {
        world.unreadable = List.of("a-1/: ManifestInvalid");
        world.forget();
        world.reconcileUntilItRests();

        assertThat(world.told).singleElement().satisfies(words -> assertThat(words.message()).contains("no whole backups", "a-1/: ManifestInvalid"));
    }
}
