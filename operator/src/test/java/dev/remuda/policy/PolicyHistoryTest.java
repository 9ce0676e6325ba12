package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.RetentionSpec;
import dev.remuda.api.TierSpec;
import dev.remuda.support.Changes;
import dev.remuda.support.Samples;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.StorageClass;

import static org.assertj.core.api.Assertions.assertThat;

/** Odd histories: policies that are edited, outages, crashes, killed workers, clocks that are set, backups that are lost. Whatever happens, nothing good is. */
class PolicyHistoryTest {
    private static final List<List<TierSpec>> POLICIES = List.of(
            List.of(tier("daily", "0 2 * * *", "3d", null, 1), tier("weekly", "0 2 * * 0", "14d", null, 1), tier("monthly", "0 2 1 * *", "60d", null, 1)),
            List.of(tier("daily", "30 1 * * *", null, 3, 2), tier("weekly", "@weekly", "21d", 2, 0)),
            List.of(tier("daily", "@hourly", "6h", null, 4)),
            List.of(tier("weekly", "0 2 * * 3", "7d", null, 2), tier("daily", "0 2 * * *", "1d", 5, 0)),
            List.of());

    private static final int SET_BACK = 5;
    private static final int LOST = 17;

    private static TierSpec tier(String name, String schedule, String maxAge, Integer maxCount, int minCount) {
        return new TierSpec(name, schedule, new RetentionSpec(maxAge, maxCount, minCount), name.equals("monthly") ? StorageClass.GLACIER : StorageClass.STANDARD_IA);
    }

    @Property(tries = 120, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.BOUNDED)
    void nothingGoodIsEverLost(@ForAll @Size(min = 40, max = 120) List<@IntRange(max = 17) Integer> events, @ForAll long seed) {
        PolicyWorld world = new PolicyWorld();
        world.policy.getMetadata().setCreationTimestamp(world.now.toString());
        world.spec(spec -> Samples.with(spec, POLICIES.getFirst().toArray(TierSpec[]::new)));
        world.beforePurge = name -> mayBePurged(world, name);
        Random chance = new Random(seed);
        for (int event : events) {
            happen(world, event, chance);
            live(world);
            if (chance.nextInt(5) > 0) {
                world.underWay().forEach(world::complete);
                live(world);
            }
            if (!events.contains(SET_BACK) && !events.contains(LOST)) { // else a slot may come again whose Backup is gone
                assertThat(world.created).as("no slot has two").doesNotHaveDuplicates();
            }
        }
        settle(world);
    }

    private void happen(PolicyWorld world, int event, Random chance) {
        switch (event) {
            case 0, 1 -> world.now = world.now.plus(Duration.ofMinutes(1 + chance.nextInt(120)));
            case 2, 3 -> world.now = world.now.plus(Duration.ofHours(1 + chance.nextInt(48)));
            case 4 -> world.now = world.now.plus(Duration.ofDays(1 + chance.nextInt(40)));
            case SET_BACK -> world.now = world.now.minus(Duration.ofHours(chance.nextInt(12)));
            case 6, 7, 8 -> world.now = world.now.plus(Duration.ofDays(1));
            case 9 -> world.underWay().forEach(world::fail);
            case 10 -> onDemand(world, chance);
            case 11 -> edit(world, chance);
            case 12 -> any(world.completed(), chance).forEach(backup -> world.pin(backup.getMetadata().getName(), chance.nextBoolean()));
            case 13 -> restores(world, chance);
            case 14, 15 -> {
                world.stepsLeft = chance.nextInt(8);
                world.deletionsLeft = chance.nextInt(4);
            }
            case 16 -> world.jobs.clear();
            default -> throw new AssertionError(event);
            case LOST -> lose(world, chance);
        }
    }

    private void onDemand(PolicyWorld world, Random chance) {
        String name = "by-hand-" + world.backups.size() + "-" + world.now.getEpochSecond();
        if (!world.backups.containsKey(name)) {
            world.onDemand(name, chance.nextBoolean() ? new String[] {"daily"} : new String[0]);
            world.complete(name);
        }
    }

    /** What is marked is decided, so that a policy is edited while nothing is. */
    private void edit(PolicyWorld world, Random chance) {
        if (world.seen().in(Phase.Deleting).findAny().isEmpty()) {
            List<TierSpec> tiers = POLICIES.get(chance.nextInt(POLICIES.size()));
            world.spec(spec -> Changes.in(Samples.with(spec, tiers.toArray(TierSpec[]::new)), Map.of("suspend", chance.nextInt(6) == 0)));
        }
    }

    private void restores(PolicyWorld world, Random chance) {
        world.restores.clear();
        any(world.completed(), chance).forEach(backup -> {
            Restore restore = Samples.restore(RestoreStrategy.Create, null, null);
            restore.setSpec(Samples.restoring(backup.getMetadata().getName(), null, RestoreStrategy.Create, null));
            world.restores.add(restore);
        });
    }

    /** The store loses one; somebody sees the condition, in the end, and deletes the resource. */
    private void lose(PolicyWorld world, Random chance) {
        any(world.completed(), chance).forEach(backup -> {
            world.store.remove(backup.getStatus().location().prefix());
            world.now = world.now.plus(Duration.ofHours(2));
            live(world);
            world.backups.remove(backup.getMetadata().getName());
            world.made.remove(backup.getMetadata().getName());
        });
    }

    /** The operator runs, and is started anew when it dies. */
    private void live(PolicyWorld world) {
        try {
            world.reconcileUntilItRests();
        } catch (PolicyWorld.Died operator) {
            world.stepsLeft = Integer.MAX_VALUE;
            world.reconcileUntilItRests();
        }
        world.stepsLeft = Integer.MAX_VALUE;
        world.deletionsLeft = Integer.MAX_VALUE;
    }

    private void mayBePurged(PolicyWorld world, String name) {
        Backup backup = world.backups.get(name);
        BackupSpec spec = backup.getSpec();
        Instant snapshot = backup.getStatus().snapshotAt();
        assertThat(backup.getStatus().phase()).isEqualTo(Phase.Deleting);
        assertThat(spec.hasPin()).as("%s is pinned", name).isFalse();
        assertThat(spec.ofTiers()).as("%s was asked for by a person, without tiers", name).isNotEmpty();
        assertThat(world.restores).as("%s is read", name).noneMatch(restore -> restore.isReading(name));
        assertThat(world.policy.getSpec().suspend()).isFalse();
        List<Backup> newer = world.completed().stream().filter(other -> !other.getStatus().snapshotAt().isBefore(snapshot)).toList();
        assertThat(newer).as("%s is the newest", name).isNotEmpty();
        assertThat(newer).allSatisfy(other -> assertThat(world.stored(other)).as("%s is in the store", other.getMetadata().getName()).isNotNull());
        for (TierSpec tier : world.policy.getSpec().tiers()) {
            if (spec.ofTiers().contains(tier.name())) {
                assertThat(newer).as("of tier %s the newest %s stay", tier.name(), tier.retention().minCount())
                        .filteredOn(other -> other.getSpec().ofTiers().contains(tier.name()))
                        .hasSizeGreaterThanOrEqualTo(tier.retention().minCount());
            }
        }
    }

    /** Left in peace, the world comes to rest: what is said is true, and nothing is left to do. */
    private void settle(PolicyWorld world) {
        world.restores.clear();
        world.spec(spec -> Changes.in(spec, Map.of("suspend", true)));
        world.underWay().forEach(world::complete);
        live(world);
        int good = world.completed().size();
        world.reconcileUntilItRests();
        assertThat(world.plan().steps()).isEmpty();
        assertThat(world.completed()).hasSize(good).allSatisfy(backup -> {
            assertThat(backup.getStatus().retainedBy()).isNotEmpty();
            assertThat(world.stored(backup).manifest()).isTrue();
        });
        world.made.keySet().forEach(name -> assertThat(world.backups.containsKey(name) || world.purged.contains(name)).as("%s is kept or was purged", name).isTrue());
    }

    private static List<Backup> any(List<Backup> backups, Random chance) {
        return backups.isEmpty() ? List.of() : List.of(backups.get(chance.nextInt(backups.size())));
    }
}
