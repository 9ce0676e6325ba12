package dev.remuda.worker.postgres;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One thing in an archive, as pg_restore lists it: line breaks in names are spaces there.
 *
 * @param kind in pg_restore's words, such as {@code TABLE DATA}
 * @param schema empty for what is in none
 * @param name of the thing; with the table's name before it for what is part of one, with its kind before it for a comment or a grant
 * @param owner empty for what has none
 * @param dependencies entries that it needs, each once
 * @param line as listed
 */
public record TocEntry(int id, String kind, String schema, String name, String owner, List<Integer> dependencies, String line) {
    private static final Set<String> TABLES = Set.of("TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE");

    public TocEntry {
        dependencies = List.copyOf(dependencies);
    }

    boolean is(String... kinds) {
        return List.of(kinds).contains(kind);
    }

    /** What a user calls a table. */
    boolean isTable() {
        return TABLES.contains(kind);
    }

    boolean dependsOn(TocEntry other) {
        return dependencies.contains(other.id);
    }

    /** For messages. */
    String inWords() {
        String place = schema.isEmpty() ? name : schema + "." + name;
        return switch (kind) {
            case "TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "SCHEMA", "EXTENSION" -> kind.toLowerCase(Locale.ROOT) + " " + place;
            case "TABLE DATA", "MATERIALIZED VIEW DATA" -> "the rows of " + place;
            case "DEFAULT" -> "the default of " + place.replaceFirst(" (?=[^ ]*$)", ".");
            default -> kind.toLowerCase(Locale.ROOT) + " " + place;
        };
    }
}
