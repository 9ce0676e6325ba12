package dev.remuda.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;

/**
 * The moments that a cron line means in a time zone, to the minute and strictly increasing.
 *
 * <p>A local time that the clocks skip comes once, when they have been put forward; one that they repeat comes once, the first time.
 */
public final class Schedule {
    private static final Map<String, String> NICKNAMES = Map.of(
            "@yearly", "0 0 1 1 *", "@annually", "0 0 1 1 *", "@monthly", "0 0 1 * *", "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *", "@midnight", "0 0 * * *", "@hourly", "0 * * * *");

    private static final CronParser EITHER_DAY = new CronParser(definition().instance());
    private static final CronParser BOTH_DAYS = new CronParser(definition().matchDayOfWeekAndDayOfMonth().instance());

    private final String cron;
    private final ZoneId zone;
    private final ExecutionTime slots;

    private Schedule(String cron, ZoneId zone, ExecutionTime slots) {
        this.cron = cron;
        this.zone = zone;
        this.slots = slots;
    }

    /**
     * Reads the five fields of Vixie cron, or one of its nicknames such as @daily.
     *
     * @throws IllegalArgumentException saying what is wrong and how to write it, also when the schedule never comes
     */
    public static Schedule parse(String cron, ZoneId zone) {
        String line = cron.strip().toLowerCase(Locale.ROOT);
        String[] fields = NICKNAMES.getOrDefault(line, line).split("[ \t]+");
        if (line.startsWith("@") && fields.length == 1) {
            throw refused(cron, line + " is none of " + String.join(", ", NICKNAMES.keySet().stream().sorted().toList()));
        }
        if (fields.length != CronField.values().length) {
            throw refused(cron, "it must be minute, hour, day of month, month and day of week, such as '0 2 * * *' for every day at 02:00");
        }
        // As in Vixie cron: only where both say which days does one of them suffice; what starts with a star does not say.
        boolean either = Stream.of(CronField.DAY_OF_MONTH, CronField.DAY_OF_WEEK).noneMatch(field -> fields[field.ordinal()].startsWith("*"));
        String plain = Stream.of(CronField.values()).map(field -> plain(cron, field, fields[field.ordinal()])).collect(Collectors.joining(" "));
        ExecutionTime slots = ExecutionTime.forCron((either ? EITHER_DAY : BOTH_DAYS).parse(plain));
        if (slots.nextExecution(LocalDateTime.of(2000, 1, 1, 0, 0).atZone(ZoneOffset.UTC)).isEmpty()) {
            throw refused(cron, "it never comes, as none of its months has such a day; write a day of month that there is");
        }
        return new Schedule(cron, zone, slots);
    }

    /** The first slot strictly after the moment. */
    public Optional<Instant> next(Instant after) {
        return slots.nextExecution(reached(after)).map(this::moment);
    }

    /** The last slot after the one moment and not after the other; none when they are the wrong way round. */
    public Optional<Instant> latest(Instant after, Instant until) {
        return slots.lastExecution(reached(until).plusMinutes(1)).map(this::moment).filter(slot -> slot.isAfter(after));
    }

    @Override
    public String toString() {
        return cron + " " + zone;
    }

    /** The last local minute whose slot has come by the moment; UTC stands in for the wall clock, as it has every local time once. */
    private ZonedDateTime reached(Instant moment) {
        ZonedDateTime there = moment.atZone(zone);
        ZoneOffsetTransition change = zone.getRules().getTransition(there.toLocalDateTime());
        boolean repeating = change != null && there.getOffset().equals(change.getOffsetAfter());
        LocalDateTime local = repeating ? change.getDateTimeBefore().minusNanos(1) : there.toLocalDateTime();
        return local.truncatedTo(ChronoUnit.MINUTES).atZone(ZoneOffset.UTC);
    }

    private Instant moment(ZonedDateTime wall) {
        LocalDateTime local = wall.toLocalDateTime();
        ZoneOffsetTransition change = zone.getRules().getTransition(local);
        // Of a repeated local time, atZone takes the first.
        return change != null && change.isGap() ? change.getInstant() : local.atZone(zone).toInstant();
    }

    /** The field as a star or a list of numbers. The library reads some names and steps otherwise than Vixie cron. */
    private static String plain(String cron, CronField field, String text) {
        try {
            String list = field.values(text).stream().map(String::valueOf).collect(Collectors.joining(","));
            return text.equals("*") ? text : list;
        } catch (IllegalArgumentException e) {
            throw refused(cron, e.getMessage());
        }
    }

    private static IllegalArgumentException refused(String cron, String why) {
        return new IllegalArgumentException("'" + cron + "' is not a schedule: " + why);
    }

    private static CronDefinitionBuilder definition() {
        return CronDefinitionBuilder.defineCron()
                .withMinutes().withValidRange(0, 59).withStrictRange().and()
                .withHours().withValidRange(0, 23).withStrictRange().and()
                .withDayOfMonth().withValidRange(1, 31).withStrictRange().and()
                .withMonth().withValidRange(1, 12).withStrictRange().and()
                .withDayOfWeek().withValidRange(0, 6).withMondayDoWValue(1).withStrictRange().and();
    }
}
