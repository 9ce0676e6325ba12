package dev.remuda.status;

import java.util.Locale;

/** Sizes and counts for people: 812 B, 1.4 MiB, 17 GiB. */
public final class Sizes {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Sizes() {}

    /** A count for people: 2,025,400. */
    public static String count(long things) {
        return String.format(Locale.ROOT, "%,d", things);
    }

    public static String format(long bytes) {
        double amount = bytes;
        int unit = 0;
        // What would be shown as 1024 of a unit is shown as 1.0 of the next.
        while (Math.round(amount) >= 1024 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        return unit > 0 && amount < 9.95
                ? String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit])
                : String.format(Locale.ROOT, "%.0f %s", amount, UNITS[unit]);
    }
}
