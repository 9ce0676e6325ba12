package dev.remuda.task;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A table as users name it: {@code schema.table}. Each part is taken as it is written, case and all; in double quotes, as in SQL, it may also
 * have dots and quotes (a quote is doubled).
 */
public record TableName(String schema, String name) {
    /** What the schema of the custom resources accepts; {@link #parse} accepts the same. A name of PostgreSQL has any character but zero. */
    public static final String PATTERN = "^(\"([^\"\\x00]|\"\")+\"|[^\".\\x00]+)[.](\"([^\"\\x00]|\"\")+\"|[^\".\\x00]+)$";

    /** A longer one is no name: two parts of 63 characters, each of them a quote, in quotes. */
    public static final int MAX_LENGTH = 257;

    private static final String NEEDS_NO_QUOTES = "[a-z_][a-z0-9_]*";

    /** @throws IllegalArgumentException which says how a table is named */
    @JsonCreator
    public static TableName parse(String text) {
        int dot = end(text, 0);
        int end = dot > 0 && dot < text.length() && text.charAt(dot) == '.' ? end(text, dot + 1) : -1;
        if (end != text.length() || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    text + " is no name of a table: write schema.table, such as public.races; a part with dots or quotes goes in double quotes: public.\"odd.Name\"");
        }
        return new TableName(part(text.substring(0, dot)), part(text.substring(dot + 1)));
    }

    /** Where the part that begins here ends; -1 when it is none. */
    private static int end(String text, int start) {
        int at = start;
        if (at < text.length() && text.charAt(at) == '"') {
            do {
                at = text.indexOf('"', at + 1) + 1;
            } while (at > 0 && at < text.length() && text.charAt(at) == '"');
            return at > start + 2 ? at : -1;
        }
        while (at < text.length() && text.charAt(at) != '.' && text.charAt(at) != '"') {
            at++;
        }
        return at > start ? at : -1;
    }

    private static String part(String written) {
        return written.startsWith("\"") ? written.substring(1, written.length() - 1).replace("\"\"", "\"") : written;
    }

    /** As SQL reads it and {@link #parse} too: parts are quoted where they need it. */
    @JsonValue
    @Override
    public String toString() {
        return quoted(schema) + "." + quoted(name);
    }

    private static String quoted(String part) {
        return part.matches(NEEDS_NO_QUOTES) ? part : '"' + part.replace("\"", "\"\"") + '"';
    }
}
