package dev.remuda.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/** What a cron line means, written a second time and without haste: every minute is looked at. */
record VixieCron(BitSet minutes, BitSet hours, BitSet daysOfMonth, BitSet months, BitSet daysOfWeek, boolean either) {
    private static final List<String> MONTHS =
            List.of("", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
    /** Longer than clocks are put back. */
    private static final Duration WARM_UP = Duration.ofHours(4);

    static VixieCron parse(String cron) {
        String[] fields = cron.toLowerCase(Locale.ROOT).split(" ");
        BitSet daysOfWeek = field(fields[4], 0, 7, DAYS);
        if (daysOfWeek.get(7)) {
            daysOfWeek.set(0);
        }
        return new VixieCron(
                field(fields[0], 0, 59, List.of()), field(fields[1], 0, 23, List.of()), field(fields[2], 1, 31, List.of()),
                field(fields[3], 1, 12, MONTHS), daysOfWeek, !fields[2].startsWith("*") && !fields[4].startsWith("*"));
    }

    boolean matches(LocalDateTime time) {
        return minutes.get(time.getMinute()) && hours.get(time.getHour()) && matches(time.toLocalDate());
    }

    boolean matches(LocalDate day) {
        boolean inMonth = daysOfMonth.get(day.getDayOfMonth());
        boolean inWeek = daysOfWeek.get(day.getDayOfWeek().getValue() % 7);
        return months.get(day.getMonthValue()) && (either ? inMonth || inWeek : inMonth && inWeek);
    }

    /** The slots in (after, until], found with no more knowledge of the zone than what its clock shows at each minute. */
    List<Instant> walk(ZoneId zone, Instant after, Instant until) {
        List<Instant> slots = new ArrayList<>();
        Instant now = after.minus(WARM_UP);
        LocalDateTime shown = LocalDateTime.ofInstant(now, zone);
        for (now = now.plusSeconds(60); !now.isAfter(until); now = now.plusSeconds(60)) {
            LocalDateTime clock = LocalDateTime.ofInstant(now, zone);
            boolean slot = false;
            // Each local minute that was not shown before; after a leap forward they are many.
            for (; shown.isBefore(clock); shown = shown.plusMinutes(1)) {
                slot |= matches(shown.plusMinutes(1));
            }
            if (slot && now.isAfter(after)) {
                slots.add(now);
            }
        }
        return slots;
    }

    private static BitSet field(String text, int least, int most, List<String> names) {
        BitSet values = new BitSet();
        for (String part : text.split(",")) {
            String[] stepped = part.split("/");
            String[] range = stepped[0].equals("*") ? new String[] {"" + least, "" + most} : stepped[0].split("-");
            int from = value(range[0], names);
            int to = range.length == 1 ? from : value(range[1], names);
            // Until Sunday.
            to = to == 0 && from > 0 ? 7 : to;
            for (int value = from; value <= to; value += stepped.length == 1 ? 1 : Integer.parseInt(stepped[1])) {
                values.set(value);
            }
        }
        return values;
    }

    private static int value(String text, List<String> names) {
        return names.contains(text) ? names.indexOf(text) : Integer.parseInt(text);
    }
}
