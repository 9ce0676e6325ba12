package dev.remuda.worker.postgres;

import dev.remuda.task.TableName;

/**
 * A name in the pattern language of pg_dump's options, where it stands for itself alone: all of ASCII is literal within double quotes. Other
 * letters are written as the server's regular expressions know them, so that it does not matter in which encoding an argument arrives.
 */
final class PgPattern {
    private PgPattern() {}

    static String of(TableName table) {
        return of(table.schema()) + "." + of(table.name());
    }

    static String of(String name) {
        StringBuilder pattern = new StringBuilder();
        boolean quoted = false;
        for (int c : name.codePoints().toArray()) {
            boolean ascii = c < 128;
            if (ascii != quoted) {
                pattern.append('"');
                quoted = ascii;
            }
            if (ascii) {
                pattern.append(c == '"' ? "\"\"" : Character.toString(c));
            } else {
                pattern.append("[\\x").append(Integer.toHexString(c)).append(']');
            }
        }
        return quoted ? pattern.append('"').toString() : pattern.toString();
    }
}
