package dev.remuda.policy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.Phase;
import dev.remuda.task.StorageClass;

import static org.assertj.core.api.Assertions.assertThat;

/** A year of the guide's production policy, hour by hour, and what is left of it. */
class YearTest {
    private static final LocalDate START = LocalDate.of(2026, 1, 1);
    private static final LocalDate END = START.plusYears(1).plusDays(20);
    private static final LocalTime AT = LocalTime.of(2, 0);
    private static final Duration RUNS_FOR = Duration.ofMinutes(20);

    private final PolicyWorld world = new PolicyWorld();
    private ZoneId zone = ZoneId.of("Etc/UTC");

    /** As it stands in examples/production; dates are the test's own arithmetic. */
    private void production() {
        String policy = """
                {"database": {"name": "horses", "secretRef": {"name": "horses-db"}},
                 "storage": {"s3": {"bucket": "backups", "prefix": "stables", "secretRef": {"name": "backup-s3"}}},
                 "timeZone": "%s",
                 "tiers": [
                  {"name": "daily",   "schedule": "0 2 * * *", "retention": {"maxAge": "30d"},  "storageClass": "STANDARD"},
                  {"name": "weekly",  "schedule": "0 2 * * 0", "retention": {"maxAge": "90d"},  "storageClass": "STANDARD_IA"},
                  {"name": "monthly", "schedule": "0 2 1 * *", "retention": {"maxAge": "365d"}, "storageClass": "GLACIER"}]}
                """.formatted(zone);
        world.policy.setSpec(Serialization.unmarshal(policy, BackupPolicySpec.class));
        world.now = START.atStartOfDay(zone).toInstant();
        world.policy.getMetadata().setCreationTimestamp(world.now.toString());
    }

    @Test
    void endsWithExactlyTheBackupsOfTheTable() {
        production();
        while (world.now.isBefore(end())) {
            hour();
        }
        assertThat(kept()).isEqualTo(promised());
        assertThat(kept().values().stream().filter(text -> text.startsWith("daily")).count()).as("the table: 30 daily").isEqualTo(30);
        assertThat(world.created).as("one Backup a day").hasSize((int) START.until(END, ChronoUnit.DAYS));
        assertThat(world.store).as("nothing else is in the store").hasSize(world.completed().size());
        world.completed().forEach(backup -> {
            assertThat(world.stored(backup).tier()).isEqualTo(backup.getStatus().tier());
            assertThat(world.stored(backup).storageClass()).isEqualTo(backup.getStatus().storageClass());
        });
    }

    @ParameterizedTest
    @CsvSource({"Europe/Berlin, 1", "America/New_York, 2", "Australia/Lord_Howe, 3"})
    void withOutagesFailuresSummerTimeCrashesAndAClockThatJumps(String where, long seed) {
        zone = ZoneId.of(where);
        production();
        Random chance = new Random(seed);
        while (world.now.isBefore(end())) {
            switch (chance.nextInt(120)) {
                case 0 -> world.now = world.now.plus(Duration.ofHours(1 + chance.nextInt(72))); // the operator is away
                case 1 -> aClockSetBack(Duration.ofHours(chance.nextInt(5)));
                case 2, 3 -> crash(chance);
                default -> { }
            }
            hour(chance.nextInt(10) == 0);
        }
        for (int i = 0; i < 6; i++) {
            hour(); // what was cut short is tried again
        }
        assertThat(world.completed().stream().map(backup -> backup.getMetadata().getName())).containsExactlyElementsOf(promisedOfThoseMade());
        assertThat(new TreeSet<>(world.created)).as("no slot has two").hasSize(world.created.size());
        assertThat(world.completed()).allSatisfy(backup -> assertThat(world.stored(backup).manifest()).isTrue());
    }

    private void aClockSetBack(Duration by) {
        Instant right = world.now;
        world.now = right.minus(by);
        world.reconcileUntilItRests();
        world.now = right;
    }

    /** A clock that runs a year ahead for a while makes all seem old; that the nodes know better saves them. */
    @Test
    void aClockAYearAheadPurgesNothing() {
        production();
        while (world.now.isBefore(START.plusDays(60).atStartOfDay(zone).toInstant())) {
            hour();
        }
        int before = world.completed().size();
        Instant right = world.now;
        world.now = right.plus(Duration.ofDays(365));
        world.nodesAhead = Duration.ofDays(-365);
        world.reconcileUntilItRests();
        world.now = right;
        world.nodesAhead = Duration.ZERO;
        for (int i = 0; i < 4; i++) {
            hour();
        }
        assertThat(world.completed().size()).isGreaterThanOrEqualTo(before);
    }

    @Test
    void anOutageAgesOutNoneOfTheLastGoodOnes() {
        production();
        while (world.now.isBefore(START.plusDays(70).atStartOfDay(zone).toInstant())) {
            hour();
        }
        for (int day = 0; day < 2 * 365; day++) {
            world.now = world.now.plus(Duration.ofDays(1));
            world.reconcileUntilItRests();
            world.underWay().forEach(world::fail);
        }
        world.reconcileUntilItRests();
        assertThat(List.of("daily", "weekly", "monthly")).allSatisfy(tier -> assertThat(world.completed())
                .as("the newest of %s", tier)
                .anySatisfy(backup -> assertThat(backup.getSpec().ofTiers()).contains(tier)));
        Backup newest = world.completed().getLast();
        assertThat(newest.getStatus().snapshotAt()).isAfter(START.plusDays(69).atStartOfDay(zone).toInstant());
        assertThat(newest.getStatus().storageClass()).as("comes back at once").isNotEqualTo(StorageClass.GLACIER);
        assertThat(world.backups.values().stream().filter(backup -> backup.getStatus().phase() == Phase.Failed)).hasSize(3);
    }

    private void hour() {
        hour(false);
    }

    private void hour(boolean fails) {
        world.reconcileUntilItRests();
        world.now = world.now.plus(RUNS_FOR);
        world.underWay().forEach(fails ? world::fail : world::complete);
        world.reconcileUntilItRests();
        world.now = world.now.plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.HOURS);
    }

    private void crash(Random chance) {
        world.stepsLeft = chance.nextInt(6);
        world.deletionsLeft = chance.nextInt(6);
        try {
            world.reconcileUntilItRests();
        } catch (PolicyWorld.Died operator) {
            world.jobs.keySet().removeIf(job -> chance.nextInt(4) == 0); // someone cleans up, too
        }
        world.stepsLeft = Integer.MAX_VALUE;
        world.deletionsLeft = Integer.MAX_VALUE;
    }

    private Instant end() {
        return END.atStartOfDay(zone).toInstant();
    }

    /** From day to tier and class. */
    private Map<LocalDate, String> kept() {
        Map<LocalDate, String> kept = new TreeMap<>();
        world.completed().forEach(backup -> kept.put(
                backup.getSpec().slot().atZone(zone).toLocalDate(), backup.getStatus().tier() + " " + backup.getStatus().storageClass()));
        return kept;
    }

    private Map<LocalDate, String> promised() {
        Map<LocalDate, String> promised = new TreeMap<>();
        for (LocalDate day = START; day.isBefore(END); day = day.plusDays(1)) {
            String tier = tier(day);
            if (tier != null) {
                promised.put(day, tier);
            }
        }
        return promised;
    }

    private String tier(LocalDate day) {
        Duration age = Duration.between(ZonedDateTime.of(day, AT, zone).plus(RUNS_FOR).toInstant(), world.now);
        if (age.compareTo(Duration.ofDays(30)) <= 0) {
            return "daily STANDARD";
        }
        if (day.getDayOfWeek() == DayOfWeek.SUNDAY && age.compareTo(Duration.ofDays(90)) <= 0) {
            return "weekly STANDARD_IA";
        }
        return day.getDayOfMonth() == 1 && age.compareTo(Duration.ofDays(365)) <= 0 ? "monthly GLACIER" : null;
    }

    /** Of all backups that were ever completed: those that a tier keeps by age, and the newest of each tier. */
    private List<String> promisedOfThoseMade() {
        Map<String, Duration> ages = Map.of("daily", Duration.ofDays(30), "weekly", Duration.ofDays(90), "monthly", Duration.ofDays(365));
        Set<String> names = new TreeSet<>();
        ages.forEach((tier, most) -> {
            List<PolicyWorld.Made> made = world.made.values().stream().filter(one -> one.tiers().contains(tier)).toList();
            made.stream().filter(one -> Duration.between(one.snapshotAt(), world.now).compareTo(most) <= 0).map(PolicyWorld.Made::name).forEach(names::add);
            made.stream().max(Comparator.comparing(PolicyWorld.Made::snapshotAt)).map(PolicyWorld.Made::name).ifPresent(names::add);
        });
        return List.copyOf(names);
    }
}
