package dev.remuda.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

class ScheduleTest {
    private static final ZoneId UTC = ZoneId.of("Etc/UTC");

    /** 2026-01-01 is a Thursday. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 2 * * *            | 2026-01-01T02:00 2026-01-02T02:00 2026-01-03T02:00
            */20 5 * * *         | 2026-01-01T05:00 2026-01-01T05:20 2026-01-01T05:40 2026-01-02T05:00
            10-20/5,40 0 * * *   | 2026-01-01T00:10 2026-01-01T00:15 2026-01-01T00:20 2026-01-01T00:40
            0 0 * * 0            | 2026-01-04T00:00 2026-01-11T00:00
            0 0 * * 7            | 2026-01-04T00:00 2026-01-11T00:00
            0 0 * * SUN          | 2026-01-04T00:00 2026-01-11T00:00
            0 0 * * fri-sun      | 2026-01-02T00:00 2026-01-03T00:00 2026-01-04T00:00 2026-01-09T00:00
            0 0 * * 5-7          | 2026-01-02T00:00 2026-01-03T00:00 2026-01-04T00:00 2026-01-09T00:00
            0 0 * * Mon,wed-FRI/2 | 2026-01-02T00:00 2026-01-05T00:00 2026-01-07T00:00
            0 0 * * sun-sun      | 2026-01-04T00:00 2026-01-11T00:00
            0 0 * * sun-tue      | 2026-01-04T00:00 2026-01-05T00:00 2026-01-06T00:00 2026-01-11T00:00
            0 0 * * 0-6/6        | 2026-01-03T00:00 2026-01-04T00:00 2026-01-10T00:00
            0 0 * * 1-1/7        | 2026-01-05T00:00 2026-01-12T00:00
            0 0 1 jan,Jul *      | 2026-07-01T00:00 2027-01-01T00:00
            0 0 31 * *           | 2026-01-31T00:00 2026-03-31T00:00 2026-05-31T00:00
            0 0 29 2 *           | 2028-02-29T00:00 2032-02-29T00:00
            0 0 29 2 */7         | 2032-02-29T00:00 2060-02-29T00:00
            @yearly              | 2027-01-01T00:00 2028-01-01T00:00
            @annually            | 2027-01-01T00:00 2028-01-01T00:00
            @monthly             | 2026-02-01T00:00 2026-03-01T00:00
            @weekly              | 2026-01-04T00:00 2026-01-11T00:00
            @daily               | 2026-01-02T00:00 2026-01-03T00:00
            @Midnight            | 2026-01-02T00:00 2026-01-03T00:00
            @hourly              | 2026-01-01T01:00 2026-01-01T02:00
            """)
    void slotsComeInOrder(String cron, String expected) {
        assertThat(after("2026-01-01T00:00:00Z", Schedule.parse(cron, UTC), expected.split(" ").length))
                .containsExactly(instants(expected));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 0 1,15 * 5   | 2026-01-02T00:00 2026-01-09T00:00 2026-01-15T00:00 2026-01-16T00:00
            0 0 29 2 mon   | 2026-02-02T00:00 2026-02-09T00:00
            0 0 30 2 mon   | 2026-02-02T00:00 2026-02-09T00:00
            0 0 1-31 * 1   | 2026-01-02T00:00 2026-01-03T00:00 2026-01-04T00:00
            """)
    void ofTwoRestrictedDaysEitherSuffices(String cron, String expected) {
        slotsComeInOrder(cron, expected);
    }

    /** Vixie cron takes a field that starts with a star for unrestricted, whatever its step. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 0 */2 * 0    | 2026-01-11T00:00 2026-01-25T00:00 2026-02-01T00:00
            0 0 1-7 * */2  | 2026-01-03T00:00 2026-01-04T00:00 2026-01-06T00:00 2026-02-01T00:00
            0 0 */1 * 1    | 2026-01-05T00:00 2026-01-12T00:00
            """)
    void aDayThatStartsWithAStarNarrowsTheOther(String cron, String expected) {
        slotsComeInOrder(cron, expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "daily", "0 2 * *", "0 0 0 * * *", "0 2 * * * 2027", "@reboot", "@every 1h", "@", "0 0 * * ?", "0 0 ? * 1", "0 0 L * *", "0 0 1W * *",
        "0 0 LW * *", "0 0 * * 1#2", "0 0 * * 5L", "0 0 * * mon#1", "60 * * * *", "0 24 * * *", "0 0 0 * *", "0 0 32 * *", "0 0 * 0 *", "0 0 * 13 *",
        "0 0 * * 8", "*/0 * * * *", "*/61 * * * *", "1/2/3 * * * *", "5-1 * * * *", "0 0 * * 6-1", "0 0 1 dec-feb *", "1--2 * * * *", "-1 * * * *",
        ",1 * * * *", "1, * * * *", "1,,2 * * * *", "0 2 * * * || 0 3 * * *", "0|5 2 * * *", "5/15 * * * *", "0 0 * * 7/2", "H 2 * * *",
        "0 2 * * sunday", "0 2 * * xyz", "0 mon * * *", "0 2 * mon *", "0 2 * * jan", "99999999999 2 * * *", "+5 2 * * *", "1.5 2 * * *", "٥ 2 * * *",
        "0 2 *\n* *", "* * * * */mon", "TZ=UTC 0 2 * * *"
    })
    void whatIsNoScheduleIsRefused(String cron) {
        assertThatThrownBy(() -> Schedule.parse(cron, UTC))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + cron + "' is not a schedule: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 0 0 * * * | it must be minute, hour, day of month, month and day of week, such as '0 2 * * *' for every day at 02:00
            @reboot     | @reboot is none of @annually, @daily, @hourly, @midnight, @monthly, @weekly, @yearly
            0 0 1,L * * | the day of month '1,l' cannot be: 'l' cannot be read; write 1 to 31, as in 1, 1-5, 1,3 or */2
            5/15 * * * * | the minute '5/15' cannot be: the step of 5/15 has no range; say where it ends; write 0 to 59, as in 1, 1-5, 1,3 or */2
            0 24 * * *  | the hour '24' cannot be: 24 is none; write 0 to 23, as in 1, 1-5, 1,3 or */2
            0 0 1 mai * | the month 'mai' cannot be: mai is none; write 1 to 12 or jan to dec, as in 1, 1-5, 1,3 or */2
            0 0 * * sat-mon | the day of week 'sat-mon' cannot be: the range sat-mon goes backwards; write 0 to 7 or sun to sat, as in 1, 1-5, 1,3 or */2
            */60 * * * * | the minute '*/60' cannot be: a step is from 1 to 59; write 0 to 59, as in 1, 1-5, 1,3 or */2
            0 0 30 2 *  | it never comes, as none of its months has such a day; write a day of month that there is
            """)
    void aRefusalSaysHowToWriteIt(String cron, String words) {
        assertThatThrownBy(() -> Schedule.parse(cron, UTC)).hasMessageContaining(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 0 30 2 *", "0 0 30,31 2 *", "* * 31 4,6,9,11 *", "* * 31 2-4/2,6 */2", "0 0 30-31 feb *"})
    void whatNeverComesIsRefusedInNoTime(String cron) {
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> assertThatThrownBy(() -> Schedule.parse(cron, UTC)).hasMessageContaining("never comes"));
    }

    @ParameterizedTest
    @CsvSource({
        // The hour from 02:00 is skipped.
        "30 2 * * *,Europe/Berlin,2026-03-28T12:00:00Z,2026-03-29T01:00:00Z,2026-03-30T00:30:00Z",
        "30 2 * * *,America/New_York,2026-03-07T12:00:00Z,2026-03-08T07:00:00Z,2026-03-09T06:30:00Z",
        // Several in the gap and one at its end are one.
        "'*/15 2,3 * * *',Europe/Berlin,2026-03-29T00:00:00Z,2026-03-29T01:00:00Z,2026-03-29T01:15:00Z",
        // The hour from 02:00 comes twice.
        "30 2 * * *,Europe/Berlin,2026-10-24T12:00:00Z,2026-10-25T00:30:00Z,2026-10-26T01:30:00Z",
        "0 * * * *,Europe/Berlin,2026-10-24T23:30:00Z,2026-10-25T00:00:00Z,2026-10-25T02:00:00Z",
        "59 1 * * *,America/New_York,2026-11-01T05:00:00Z,2026-11-01T05:59:00Z,2026-11-02T06:59:00Z",
        // From the midst of the second time.
        "30 2 * * *,Europe/Berlin,2026-10-25T01:10:00Z,2026-10-26T01:30:00Z,2026-10-27T01:30:00Z",
        // Half an hour, at 02:00.
        "15 2 * * *,Australia/Lord_Howe,2026-10-03T00:00:00Z,2026-10-03T15:30:00Z,2026-10-04T15:15:00Z",
        "45 1 * * *,Australia/Lord_Howe,2026-04-04T00:00:00Z,2026-04-04T14:45:00Z,2026-04-05T15:15:00Z",
        "0 2 * * *,Asia/Kolkata,2026-03-28T12:00:00Z,2026-03-28T20:30:00Z,2026-03-29T20:30:00Z",
        // 2011-12-30 was skipped whole.
        "0 12 30 12 *,Pacific/Apia,2011-12-01T00:00:00Z,2011-12-30T10:00:00Z,2012-12-29T22:00:00Z",
        "0 */6 * * *,Pacific/Apia,2011-12-30T04:00:00Z,2011-12-30T10:00:00Z,2011-12-30T16:00:00Z",
    })
    void localTimesThatAreSkippedOrRepeatedComeOnce(String cron, ZoneId zone, Instant after, Instant first, Instant second) {
        Schedule schedule = Schedule.parse(cron, zone);
        assertThat(schedule.next(after)).contains(first);
        assertThat(schedule.next(first)).contains(second);
        assertThat(schedule.latest(after, second)).contains(second);
        assertThat(schedule.latest(after, second.minusNanos(1))).contains(first);
        assertThat(schedule.latest(after, first.minusNanos(1))).isEmpty();
    }

    @Test
    void theLatestIsAfterTheOneAndNotAfterTheOther() {
        Schedule schedule = Schedule.parse("0 2 * * *", UTC);
        Instant slot = Instant.parse("2026-01-02T02:00:00Z");
        assertThat(schedule.latest(slot.minusSeconds(1), slot)).contains(slot);
        assertThat(schedule.latest(slot, slot.plusSeconds(1))).isEmpty();
        assertThat(schedule.latest(slot, slot)).isEmpty();
        assertThat(schedule.latest(slot.plusSeconds(1), slot)).isEmpty();
        assertThat(schedule.latest(Instant.EPOCH, slot.plusSeconds(59))).contains(slot);
        assertThat(schedule.latest(Instant.EPOCH, slot.minusNanos(1))).contains(slot.minus(Duration.ofDays(1)));
    }

    private static List<Instant> after(String start, Schedule schedule, int count) {
        List<Instant> slots = new ArrayList<>();
        Instant last = Instant.parse(start);
        while (slots.size() < count) {
            Optional<Instant> next = schedule.next(last);
            last = next.orElseThrow();
            slots.add(last);
        }
        return slots;
    }

    private static Instant[] instants(String text) {
        return List.of(text.split(" ")).stream().map(minute -> Instant.parse(minute + ":00Z")).toArray(Instant[]::new);
    }
}
