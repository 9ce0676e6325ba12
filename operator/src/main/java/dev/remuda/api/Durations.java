package dev.remuda.api;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as users write them: 90s, 15m, 4h, 1h30m, 30d. */
public final class Durations {
    /** What the schema accepts for how long something may take; its rules can compare these. */
    public static final String PATTERN = "^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$";

    /** The rule for how long a Job may be given at most. */
    static final String WITHIN_A_MONTH = "!self.matches('" + PATTERN + "') || (duration(self) >= duration('1m') && duration(self) <= duration('720h'))";

    static final String NOT_WITHIN_A_MONTH = "timeout must be at least 1m and at most 720h";

    /** What the schema accepts for how old something may be. */
    public static final String AGE_PATTERN = "^([0-9]{1,5}d)?([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$";

    private static final Pattern PARTS = Pattern.compile(AGE_PATTERN);

    private Durations() {}

    /** @throws IllegalArgumentException when the text is empty or not such a duration */
    public static Duration parse(String text) {
        Matcher parts = PARTS.matcher(text);
        if (text.isEmpty() || !parts.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a duration such as 90s, 15m, 4h, 1h30m or 30d");
        }
        return Duration.ofDays(number(parts.group(1)))
                .plusHours(number(parts.group(2)))
                .plusMinutes(number(parts.group(3)))
                .plusSeconds(number(parts.group(4)));
    }

    /** The two largest units that say something: 3d4h, 4m10s, 12s; under a second, 0s. */
    public static String format(Duration duration) {
        long[] amounts = {duration.toDays(), duration.toHoursPart(), duration.toMinutesPart(), duration.toSecondsPart()};
        String units = "dhms";
        int first = 0;
        while (first < 3 && amounts[first] == 0) {
            first++;
        }
        String text = amounts[first] + units.substring(first, first + 1);
        boolean more = first < 3 && amounts[first + 1] != 0;
        return more ? text + amounts[first + 1] + units.charAt(first + 1) : text;
    }

    private static long number(String part) {
        return part == null ? 0 : Long.parseLong(part.substring(0, part.length() - 1));
    }
}
