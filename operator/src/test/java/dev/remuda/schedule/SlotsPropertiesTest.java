package dev.remuda.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

import static org.assertj.core.api.Assertions.assertThat;

@PropertyDefaults(tries = 200, edgeCases = EdgeCasesMode.NONE)
class SlotsPropertiesTest {
    private static final Instant START = Instant.parse("2026-03-25T00:00:00Z");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @Property
    void eachTierIsDueOrMissedForItsLatestOpenSlotOnly(@ForAll("moments") Moment at) {
        List<Missed> open = new ArrayList<>();
        for (TierSlots tier : at.tiers()) {
            Optional<Instant> last = Optional.empty();
            Optional<Instant> slot = tier.schedule().next(tier.since());
            while (slot.isPresent() && !slot.get().plus(at.jitter()).isAfter(at.now())) {
                last = slot;
                slot = tier.schedule().next(slot.get());
            }
            last.ifPresent(moment -> open.add(new Missed(tier.tier(), moment)));
        }
        List<Missed> late = open.stream()
                .filter(slot -> at.deadline().isPresent() && at.now().isAfter(slot.at().plus(at.jitter()).plus(at.deadline().get())))
                .toList();
        List<Missed> due = open.stream().filter(slot -> !late.contains(slot)).toList();

        Slots slots = at.slots();
        assertThat(slots.missed()).isEqualTo(late);
        assertThat(slots.due().map(Due::tiers).orElse(List.of())).isEqualTo(due.stream().map(Missed::tier).toList());
        assertThat(slots.due().map(Due::at)).isEqualTo(due.stream().map(Missed::at).max(Instant::compareTo));
    }

    @Property
    void whatIsDealtWithIsNotDueAgainUntilNext(@ForAll("moments") Moment at) {
        Slots slots = at.slots();
        Moment dealt = at.dealtWith(slots);
        assertThat(dealt.slots().due()).isEmpty();
        assertThat(dealt.slots().missed()).isEmpty();
        assertThat(dealt.slots().next()).isEqualTo(slots.next());
        Instant next = slots.next().orElseThrow();
        assertThat(next).isAfter(at.now());
        assertThat(dealt.at(next.minusNanos(1)).slots().due()).isEmpty();
        assertThat(dealt.at(next).slots().due()).map(Due::at).contains(next.minus(at.jitter()));
    }

    @Property
    void aSinceThatIsToComeCountsAsNow(@ForAll("moments") Moment at, @ForAll @LongRange(max = 1_000_000) long ahead) {
        Slots slots = at.since(at.now().plusSeconds(ahead)).slots();
        assertThat(slots).isEqualTo(at.since(at.now()).slots());
        assertThat(slots.due()).isEmpty();
    }

    @Property
    void jitterIsStableAndWithinItsLimit(@ForAll String key, @ForAll @LongRange(max = 100_000_000) long millis) {
        Duration most = Duration.ofMillis(millis);
        Duration jitter = Slots.jitter(key, most);
        assertThat(jitter).isBetween(Duration.ZERO, most).isEqualTo(Slots.jitter(key, most));
        assertThat(jitter.getNano()).isZero();
    }

    record Moment(List<TierSlots> tiers, Instant now, Duration jitter, Optional<Duration> deadline) {
        Slots slots() {
            return Slots.of(tiers, now, jitter, deadline);
        }

        Moment at(Instant other) {
            return new Moment(tiers, other, jitter, deadline);
        }

        Moment since(Instant since) {
            return since(tier -> since);
        }

        /** As a policy keeps book: of the tiers that were due or missed, all up to that slot is done with. */
        Moment dealtWith(Slots slots) {
            return since(tier -> done(slots, tier));
        }

        private Moment since(Function<TierSlots, Instant> since) {
            List<TierSlots> others = tiers.stream().map(tier -> new TierSlots(tier.tier(), tier.schedule(), since.apply(tier))).toList();
            return new Moment(others, now, jitter, deadline);
        }

        private static Instant done(Slots slots, TierSlots tier) {
            Stream<Instant> due = slots.due().filter(one -> one.tiers().contains(tier.tier())).map(Due::at).stream();
            Stream<Instant> missed = slots.missed().stream().filter(one -> one.tier().equals(tier.tier())).map(Missed::at);
            return Stream.concat(due, missed).findFirst().orElse(tier.since());
        }
    }

    @Provide
    Arbitrary<Moment> moments() {
        Arbitrary<Instant> seconds = Arbitraries.longs().between(0, Duration.ofDays(10).toSeconds()).map(START::plusSeconds);
        Arbitrary<Schedule> schedule = Arbitraries.of("0 2 * * *", "30 2 * * *", "0 2 * * 0", "0 */6 * * *", "15 * * * *", "*/20 1-3 * * *", "0 2 1 * *")
                .map(cron -> Schedule.parse(cron, BERLIN));
        Arbitrary<Duration> length = Arbitraries.longs().between(0, Duration.ofHours(30).toSeconds()).map(Duration::ofSeconds);
        return Combinators.combine(seconds, schedule.list().ofMinSize(1).ofMaxSize(4), seconds.list().ofSize(4), length, length.optional())
                .as((now, schedules, since, jitter, deadline) -> {
                    List<TierSlots> tiers = new ArrayList<>();
                    for (Schedule one : schedules) {
                        Instant done = since.get(tiers.size());
                        tiers.add(new TierSlots("tier" + tiers.size(), one, done.isAfter(now) ? now : done));
                    }
                    return new Moment(tiers, now, jitter, deadline);
                });
    }
}
