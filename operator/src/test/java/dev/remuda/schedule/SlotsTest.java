package dev.remuda.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SlotsTest {
    private static final Optional<Duration> NO_DEADLINE = Optional.empty();
    private static final Instant NEVER = Instant.parse("2026-01-01T00:00:00Z");
    /** A Sunday. */
    private static final Instant SUNDAY = Instant.parse("2026-01-04T02:00:00Z");

    @Test
    void tiersOfTheSameMomentAreOneBackup() {
        List<TierSlots> tiers = List.of(tier("daily", "0 2 * * *"), tier("weekly", "0 2 * * 0"), tier("monthly", "0 2 1 2 *"));
        Slots slots = Slots.of(tiers, SUNDAY, Duration.ZERO, NO_DEADLINE);
        assertThat(slots).isEqualTo(new Slots(Optional.of(new Due(SUNDAY, List.of("daily", "weekly"))), List.of(), Optional.of(hours(24))));
    }

    @Test
    void tiersWithOlderOpenSlotsJoin() {
        Slots slots = Slots.of(List.of(tier("weekly", "0 2 * * 6"), tier("daily", "0 2 * * *")), hours(3), Duration.ZERO, NO_DEADLINE);
        assertThat(slots.due()).contains(new Due(SUNDAY, List.of("weekly", "daily")));
    }

    @Test
    void manyOvertakenSlotsAreOneRun() {
        Slots slots = Slots.of(List.of(tier("hourly", "0 * * * *")), hours(100).plusSeconds(5), Duration.ZERO, NO_DEADLINE);
        assertThat(slots.due()).contains(new Due(hours(100), List.of("hourly")));
        assertThat(slots.next()).contains(hours(101));
    }

    @Test
    void whatIsDoneWithIsNotDue() {
        Slots slots = Slots.of(List.of(daily(SUNDAY)), hours(23), Duration.ZERO, NO_DEADLINE);
        assertThat(slots).isEqualTo(new Slots(Optional.empty(), List.of(), Optional.of(hours(24))));
    }

    @Test
    void jitterDelaysTheStartNotTheSlot() {
        List<TierSlots> tiers = List.of(daily(SUNDAY.minusSeconds(1)));
        Duration jitter = Duration.ofMinutes(10);
        Instant start = SUNDAY.plus(jitter);
        assertThat(Slots.of(tiers, start.minusSeconds(1), jitter, NO_DEADLINE)).isEqualTo(new Slots(Optional.empty(), List.of(), Optional.of(start)));
        assertThat(Slots.of(tiers, start, jitter, NO_DEADLINE))
                .isEqualTo(new Slots(Optional.of(new Due(SUNDAY, List.of("daily"))), List.of(), Optional.of(hours(24).plus(jitter))));
    }

    @Test
    void aSlotThatIsDoneWithDoesNotComeNextAfterItsJitter() {
        List<TierSlots> tiers = List.of(daily(SUNDAY));
        Slots slots = Slots.of(tiers, SUNDAY.plusSeconds(60), Duration.ofMinutes(10), NO_DEADLINE);
        assertThat(slots.next()).contains(hours(24).plus(Duration.ofMinutes(10)));
    }

    @Test
    void pastTheDeadlineASlotIsMissed() {
        List<TierSlots> tiers = List.of(tier("daily", "0 2 * * *"), tier("hourly", "0 * * * *"));
        Duration jitter = Duration.ofMinutes(10);
        Optional<Duration> deadline = Optional.of(Duration.ofMinutes(30));
        Instant end = SUNDAY.plus(Duration.ofMinutes(40));
        assertThat(Slots.of(tiers, end, jitter, deadline).due()).contains(new Due(SUNDAY, List.of("daily", "hourly")));
        assertThat(Slots.of(tiers, end, jitter, deadline).missed()).isEmpty();
        assertThat(Slots.of(tiers, end.plusNanos(1), jitter, deadline).due()).isEmpty();
        assertThat(Slots.of(tiers, end.plusNanos(1), jitter, deadline).missed())
                .containsExactly(new Missed("daily", SUNDAY), new Missed("hourly", SUNDAY));
        Slots later = Slots.of(tiers, hours(1).plus(jitter), jitter, deadline);
        assertThat(later.due()).contains(new Due(hours(1), List.of("hourly")));
        assertThat(later.missed()).containsExactly(new Missed("daily", SUNDAY));
        assertThat(later.next()).contains(hours(2).plus(jitter));
    }

    @Test
    void aClockThatWentBackWaitsForTheNextSlotAfterNow() {
        List<TierSlots> tiers = List.of(daily(SUNDAY.plus(Duration.ofDays(3650))));
        assertThat(Slots.of(tiers, hours(1), Duration.ZERO, NO_DEADLINE)).isEqualTo(new Slots(Optional.empty(), List.of(), Optional.of(hours(24))));
    }

    @Test
    void withoutTiersNothingIsDue() {
        assertThat(Slots.of(List.of(), SUNDAY, Duration.ZERO, NO_DEADLINE)).isEqualTo(new Slots(Optional.empty(), List.of(), Optional.empty()));
    }

    @Test
    void jitterFollowsFromTheKey() {
        assertThat(Slots.jitter("production/horse-racing", Duration.ZERO)).isZero();
        assertThat(Slots.jitter("production/horse-racing", Duration.ofMillis(999))).isZero();
        assertThat(Slots.jitter("production/horse-racing", Duration.ofMinutes(10)))
                .isEqualTo(Slots.jitter("production/horse-racing", Duration.ofMinutes(10)))
                .isNotEqualTo(Slots.jitter("staging/horse-racing", Duration.ofMinutes(10)));
        assertThatThrownBy(() -> Slots.jitter("any", Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    private static TierSlots tier(String name, String cron) {
        return new TierSlots(name, Schedule.parse(cron, ZoneId.of("Etc/UTC")), NEVER);
    }

    private static TierSlots daily(Instant since) {
        return new TierSlots("daily", Schedule.parse("0 2 * * *", ZoneId.of("Etc/UTC")), since);
    }

    private static Instant hours(int afterSunday) {
        return SUNDAY.plus(Duration.ofHours(afterSunday));
    }
}
