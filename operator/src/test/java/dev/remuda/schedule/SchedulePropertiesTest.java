package dev.remuda.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import net.jqwik.api.constraints.IntRange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@PropertyDefaults(edgeCases = EdgeCasesMode.NONE)
class SchedulePropertiesTest {
    private static final List<String> ZONES =
            List.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "Etc/UTC");
    private static final List<String> MONTHS = List.of("jan", "FEB", "mar", "Apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "DEC");
    private static final List<String> DAYS = List.of("sun", "MON", "tue", "Wed", "thu", "fri", "sat");
    private static final Duration WINDOW = Duration.ofHours(60);

    /** Among the moments are the changes of the zone's clocks. */
    @Property(tries = 120)
    void slotsAreThoseThatAWalkThroughTheMinutesFinds(@ForAll("often") String cron, @ForAll("places") Tuple2<ZoneId, Instant> place) {
        Schedule schedule = Schedule.parse(cron, place.get1());
        Instant start = place.get2().minus(WINDOW.dividedBy(2));
        Instant end = start.plus(WINDOW);
        List<Instant> expected = VixieCron.parse(cron).walk(place.get1(), start, end);

        List<Instant> forward = new ArrayList<>();
        for (Optional<Instant> slot = schedule.next(start); slot.isPresent() && !slot.get().isAfter(end); slot = schedule.next(slot.get())) {
            forward.add(slot.get());
        }
        assertThat(forward).isEqualTo(expected);

        List<Instant> backward = new ArrayList<>();
        for (Optional<Instant> slot = schedule.latest(start, end); slot.isPresent(); slot = schedule.latest(start, slot.get().minusNanos(1))) {
            backward.addFirst(slot.get());
        }
        assertThat(backward).isEqualTo(expected);
    }

    @Property(tries = 400)
    void nextAndLatestAgreeWithTheWalkFromAnyMoment(
            @ForAll("often") String cron,
            @ForAll("places") Tuple2<ZoneId, Instant> place,
            @ForAll("seconds") int one,
            @ForAll("seconds") int other) {
        Schedule schedule = Schedule.parse(cron, place.get1());
        Instant start = place.get2().minus(WINDOW.dividedBy(2));
        Instant after = start.plusSeconds(Math.min(one, other));
        Instant until = start.plusSeconds(Math.max(one, other));
        List<Instant> within = VixieCron.parse(cron).walk(place.get1(), start, start.plus(WINDOW)).stream()
                .filter(slot -> slot.isAfter(after) && !slot.isAfter(until))
                .toList();
        assertThat(schedule.latest(after, until)).isEqualTo(within.isEmpty() ? Optional.empty() : Optional.of(within.getLast()));
        assertThat(schedule.next(after).filter(slot -> !slot.isAfter(until))).isEqualTo(within.stream().findFirst());
    }

    /** In every zone, from before there were any. */
    @Property(tries = 500)
    void nextAndLatestAgreeWithEachOther(@ForAll("often") String cron, @ForAll("anywhere") ZoneId zone, @ForAll("moments") Instant moment) {
        Schedule schedule = Schedule.parse(cron, zone);
        Instant next = schedule.next(moment).orElseThrow();
        assertThat(next).isAfter(moment);
        assertThat(schedule.latest(moment, next)).contains(next);
        assertThat(schedule.latest(moment, next.minusNanos(1))).isEmpty();
        Instant last = schedule.latest(Instant.MIN, moment).orElseThrow();
        assertThat(last).isBeforeOrEqualTo(moment);
        assertThat(schedule.next(last)).contains(next);
        assertThat(schedule.next(last.minusNanos(1))).contains(last);
    }

    /** Days that are years apart; 100 years hold every kind of day. */
    @Property(tries = 200)
    void rareDaysAreFoundAndImpossibleOnesRefused(@ForAll("rarely") String cron, @ForAll @IntRange(max = 36_000) int from) {
        VixieCron meant = VixieCron.parse(cron);
        LocalDate first = LocalDate.of(2000, 1, 1);
        if (first.datesUntil(first.plusYears(100)).noneMatch(meant::matches)) {
            assertThatThrownBy(() -> Schedule.parse(cron, ZoneOffset.UTC)).hasMessageContaining("never comes");
            return;
        }
        LocalDate start = first.plusDays(from);
        LocalTime time = LocalTime.of(meant.hours().nextSetBit(0), meant.minutes().nextSetBit(0));
        Instant before = start.atStartOfDay().minusNanos(1).toInstant(ZoneOffset.UTC);
        Instant expected = start.datesUntil(start.plusYears(100)).filter(meant::matches).findFirst().orElseThrow().atTime(time).toInstant(ZoneOffset.UTC);
        Schedule schedule = Schedule.parse(cron, ZoneOffset.UTC);
        assertThat(schedule.next(before)).contains(expected);
        assertThat(schedule.latest(before, expected)).contains(expected);
        assertThat(schedule.latest(before, expected.minusNanos(1))).isEmpty();
    }

    @Provide
    Arbitrary<String> often() {
        return cron(Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just("* * *")),
                Tuple.of(1, day().map(day -> day + " * *")),
                Tuple.of(1, week().map(week -> "* * " + week)),
                Tuple.of(1, Combinators.combine(day(), month(), week()).as((day, month, week) -> day + " " + month + " " + week)))).filter(this::comes);
    }

    @Provide
    Arbitrary<String> rarely() {
        Arbitrary<String> rareDay = Arbitraries.of("29", "30", "31", "30,31", "29-31/2", "28-30", "*/29", "*/30", "1");
        Arbitrary<String> rareMonth = Arbitraries.of("2", "feb", "2,4", "4-6/2", "*/5", "9,11");
        Arbitrary<String> rareWeek = Arbitraries.of("*", "*", "*/7", "*/5", "*/2", "mon", "7");
        return cron(Combinators.combine(rareDay, rareMonth, rareWeek).as((day, month, week) -> day + " " + month + " " + week));
    }

    @Provide
    Arbitrary<Tuple2<ZoneId, Instant>> places() {
        return Arbitraries.of(ZONES).map(ZoneId::of)
                .flatMap(zone -> Arbitraries.oneOf(changes(zone), minutes()).map(moment -> Tuple.of(zone, moment)));
    }

    /** Within the window; every other one is close to its midst, where the clocks change. */
    @Provide
    Arbitrary<Integer> seconds() {
        int midst = (int) WINDOW.dividedBy(2).toSeconds();
        return Arbitraries.oneOf(between(0, 2 * midst), between(midst - 3600, midst + 7200));
    }

    @Provide
    Arbitrary<ZoneId> anywhere() {
        return Arbitraries.of(ZoneId.getAvailableZoneIds().stream().sorted().toList()).map(ZoneId::of);
    }

    @Provide
    Arbitrary<Instant> moments() {
        return Arbitraries.longs().between(Instant.parse("1850-01-01T00:00:00Z").getEpochSecond(), Instant.parse("2100-01-01T00:00:00Z").getEpochSecond())
                .map(Instant::ofEpochSecond);
    }

    private static Arbitrary<Instant> minutes() {
        return Arbitraries.longs().between(0, Duration.ofDays(365 * 80).toMinutes()).map(minute -> Instant.EPOCH.plus(Duration.ofMinutes(minute)));
    }

    private static Arbitrary<Instant> changes(ZoneId zone) {
        List<Instant> changes = new ArrayList<>();
        ZoneOffsetTransition change = zone.getRules().nextTransition(Instant.parse("1990-01-01T00:00:00Z"));
        while (change != null && change.getInstant().isBefore(Instant.parse("2040-01-01T00:00:00Z"))) {
            changes.add(change.getInstant());
            change = zone.getRules().nextTransition(change.getInstant());
        }
        return changes.isEmpty() ? minutes() : Arbitraries.of(changes);
    }

    private static Arbitrary<String> cron(Arbitrary<String> days) {
        return Combinators.combine(minute(), field(0, 23), days).as((minute, hour, day) -> minute + " " + hour + " " + day);
    }

    private boolean comes(String cron) {
        VixieCron meant = VixieCron.parse(cron);
        return LocalDate.of(2000, 1, 1).datesUntil(LocalDate.of(2040, 1, 1)).anyMatch(meant::matches);
    }

    /** Seldom every minute, as that takes long to walk. */
    private static Arbitrary<String> minute() {
        Arbitrary<String> step = between(7, 59).map(every -> "*/" + every);
        return Arbitraries.frequencyOf(Tuple.of(1, field(0, 59)), Tuple.of(3, between(0, 59).map(String::valueOf)), Tuple.of(3, step));
    }

    private static Arbitrary<String> day() {
        return field(1, 31);
    }

    private static Arbitrary<String> month() {
        Arbitrary<String> names = Combinators.combine(between(0, 5), between(6, 11)).as((from, to) -> MONTHS.get(from) + "-" + MONTHS.get(to));
        return Arbitraries.oneOf(field(1, 12), Arbitraries.of(MONTHS), names);
    }

    private static Arbitrary<String> week() {
        Arbitrary<String> names = Combinators.combine(between(0, 6), between(0, 6))
                .as((one, other) -> DAYS.get(Math.min(one, other)) + "-" + DAYS.get(Math.max(one, other)));
        Arbitrary<String> untilSunday = between(1, 6).map(from -> DAYS.get(from) + "-sun");
        return Arbitraries.oneOf(field(0, 7), Arbitraries.of(DAYS), names, untilSunday);
    }

    private static Arbitrary<String> field(int least, int most) {
        Arbitrary<String> value = between(least, most).map(String::valueOf);
        Arbitrary<String> step = between(1, most).map(every -> "*/" + every);
        Arbitrary<String> range = Combinators.combine(between(least, most), between(least, most))
                .as((one, other) -> Math.min(one, other) + "-" + Math.max(one, other));
        Arbitrary<String> stepped = Combinators.combine(range, between(1, most)).as((whole, every) -> whole + "/" + every);
        Arbitrary<String> list = Arbitraries.oneOf(value, range, stepped, step).list().ofMinSize(2).ofMaxSize(4).map(parts -> String.join(",", parts));
        return Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.just("*")), Tuple.of(2, step), Tuple.of(2, value), Tuple.of(1, range), Tuple.of(1, stepped), Tuple.of(1, list));
    }

    private static Arbitrary<Integer> between(int least, int most) {
        return Arbitraries.integers().between(least, most);
    }
}
