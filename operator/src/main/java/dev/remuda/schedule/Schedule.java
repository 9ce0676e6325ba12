package dev.remuda.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

import com.cronutils.model.Cron;
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
    private static final List<String> FIELDS = List.of("minute", "hour", "day of month", "month", "day of week");
    private static final int DAY_OF_MONTH = 2;
    private static final int DAY_OF_WEEK = 4;
    private static final String VALUE = "([0-9]{1,2}|[a-z]{3})";
    private static final String PART = "(\\*(/[0-9]{1,2})?|" + VALUE + "(-" + VALUE + "(/[0-9]{1,2})?)?)";
    private static final Pattern FIELD = Pattern.compile(PART + "(," + PART + ")*");
    private static final Pattern STEP_WITHOUT_RANGE = Pattern.compile("(.*,)?" + VALUE + "/.*");
    private static final String HOW = "; write minute, hour, day of month, month and day of week, such as '0 2 * * *' for every day at 02:00";

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
            throw refused(cron, line + " is none of " + String.join(", ", NICKNAMES.keySet().stream().sorted().toList()), "");
        }
        if (fields.length != FIELDS.size()) {
            throw refused(cron, "it must have 5 fields" + (line.isEmpty() ? "" : ", not " + fields.length), HOW);
        }
        for (int i = 0; i < fields.length; i++) {
            checkForm(cron, FIELDS.get(i), fields[i]);
            checkValues(cron, i, fields[i]);
        }
        // As in Vixie cron: only where both say which days does one of them suffice; what starts with a star does not say.
        boolean either = !fields[DAY_OF_MONTH].startsWith("*") && !fields[DAY_OF_WEEK].startsWith("*");
        ExecutionTime slots = ExecutionTime.forCron(read(either ? EITHER_DAY : BOTH_DAYS, fields));
        if (slots.nextExecution(LocalDateTime.of(2000, 1, 1, 0, 0).atZone(ZoneOffset.UTC)).isEmpty()) {
            throw refused(cron, "it never comes: none of its months has such a day", "; write a day of month that there is");
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

    /** The library takes more than Vixie cron does, and some of it with another meaning. */
    private static void checkForm(String cron, String name, String field) {
        if (FIELD.matcher(field).matches()) {
            return;
        }
        if (STEP_WITHOUT_RANGE.matcher(field).matches()) {
            throw refused(cron, "in the " + name + " '" + field + "' a step follows a single value", "; give it a range, such as 10-50/20 or */20");
        }
        String how = "; write values, ranges, lists and steps, such as 5, 1-5, 1,15 or */10";
        throw refused(cron, "the " + name + " '" + field + "' cannot be read", how);
    }

    private static void checkValues(String cron, int index, String field) {
        String[] alone = {"*", "*", "*", "*", "*"};
        alone[index] = field;
        try {
            read(EITHER_DAY, alone);
        } catch (IllegalArgumentException e) {
            String cause = e.getMessage().replace("Failed to parse cron expression. ", "");
            throw refused(cron, "in the " + FIELDS.get(index) + " '" + field + "': " + cause, HOW);
        }
    }

    /** The library would put names in capitals by the rules of the machine's own language. */
    private static Cron read(CronParser parser, String[] fields) {
        return parser.parse(String.join(" ", fields).toUpperCase(Locale.ROOT));
    }

    private static IllegalArgumentException refused(String cron, String cause, String how) {
        return new IllegalArgumentException("'" + cron + "' is not a schedule: " + cause + how);
    }

    private static CronDefinitionBuilder definition() {
        return CronDefinitionBuilder.defineCron()
                .withMinutes().withValidRange(0, 59).withStrictRange().and()
                .withHours().withValidRange(0, 23).withStrictRange().and()
                .withDayOfMonth().withValidRange(1, 31).withStrictRange().and()
                .withMonth().withValidRange(1, 12).withStrictRange().and()
                .withDayOfWeek().withValidRange(0, 7).withMondayDoWValue(1).withIntMapping(7, 0).withStrictRange().and();
    }
}
