package dev.remuda.status;

import java.util.Locale;

/** Sizes for people: 812 B, 1.4 MiB, 17 GiB. */
public final class Sizes {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Sizes() {}

    public static String format(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < UNITS.length - 1) {
            amount /= 1024;
            unit++;
        }
        return unit > 0 && amount < 10
                ? String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit])
                : String.format(Locale.ROOT, "%.0f %s", amount, UNITS[unit]);
    }
}
