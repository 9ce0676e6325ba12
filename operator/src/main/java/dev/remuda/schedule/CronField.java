package dev.remuda.schedule;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The fields of a cron line in their order, and what each takes. */
enum CronField {
    MINUTE("minute", 0, 59, List.of()),
    HOUR("hour", 0, 23, List.of()),
    DAY_OF_MONTH("day of month", 1, 31, List.of()),
    MONTH("month", 1, 12, List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    DAY_OF_WEEK("day of week", 0, 7, List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat"));

    private static final String VALUE = "[0-9]{1,2}|[a-z]{3}";
    private static final Pattern PART = Pattern.compile("(?:(\\*)|(" + VALUE + ")(?:-(" + VALUE + "))?)(?:/([0-9]{1,2}))?");

    private final String title;
    private final int least;
    private final int most;
    private final List<String> names;

    CronField(String title, int least, int most, List<String> names) {
        this.title = title;
        this.least = least;
        this.most = most;
        this.names = names;
    }

    /**
     * The values that a text in small letters stands for; Sunday is 0.
     *
     * @throws IllegalArgumentException saying what is wrong and how to write it
     */
    SortedSet<Integer> values(String text) {
        SortedSet<Integer> values = new TreeSet<>();
        for (String part : text.split(",", -1)) {
            Matcher parts = PART.matcher(part);
            if (!parts.matches()) {
                throw refused(text, "'" + part + "' cannot be read");
            }
            boolean all = parts.group(1) != null;
            int from = all ? least : value(text, parts.group(2));
            int to = all ? most : parts.group(3) == null ? from : value(text, parts.group(3));
            // A range may end on Sunday, however that is written.
            to = this == DAY_OF_WEEK && to == 0 && from > 0 ? 7 : to;
            if (from > to) {
                throw refused(text, "the range " + part + " goes backwards");
            }
            if (parts.group(4) != null && !all && parts.group(3) == null) {
                throw refused(text, "the step of " + part + " has no range; say where it ends");
            }
            for (int value = from; value <= to; value += step(text, parts.group(4))) {
                values.add(this == DAY_OF_WEEK ? value % 7 : value);
            }
        }
        return values;
    }

    private int value(String text, String written) {
        int value = Character.isDigit(written.charAt(0)) ? Integer.parseInt(written) : least + names.indexOf(written);
        if (value < least || value > most) {
            throw refused(text, written + " is none");
        }
        return value;
    }

    private int step(String text, String written) {
        int step = written == null ? 1 : Integer.parseInt(written);
        if (step < 1 || step > most) {
            throw refused(text, "a step is from 1 to " + most);
        }
        return step;
    }

    private IllegalArgumentException refused(String text, String cause) {
        String named = names.isEmpty() ? "" : " or " + names.getFirst() + " to " + names.getLast();
        return new IllegalArgumentException(
                "the " + title + " '" + text + "' cannot be: " + cause + "; write " + least + " to " + most + named + ", as in 1, 1-5, 1,3 or */2");
    }
}
