package dev.remuda.worker.postgres;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes the list of pg_restore apart. It separates kind, schema, name and owner by spaces, and all but the kind may have spaces in them: what the
 * schemas and owners are called is learned from the whole list first.
 */
final class TocText {
    private static final Pattern LINE = Pattern.compile("(\\d+); (\\d+) (\\d+) (.*)");
    private static final String DEPENDS = ";\tdepends on:";
    private static final String PG_CLASS = "1259";
    private static final List<String> IN_PG_CLASS = List.of("MATERIALIZED VIEW", "FOREIGN TABLE", "SEQUENCE", "INDEX", "TABLE", "VIEW");

    /** All that pg_dump writes or has written; a kind comes before those that it starts with. */
    private static final List<String> KINDS = Stream.of(
                    "ACCESS METHOD", "ACL LANGUAGE", "ACL", "AGGREGATE", "BLOB COMMENTS", "BLOB METADATA", "BLOBS", "BLOB", "CAST", "CHECK CONSTRAINT",
                    "COLLATION", "COMMENT", "CONSTRAINT", "CONVERSION", "DATABASE PROPERTIES", "DATABASE", "DEFAULT ACL", "DEFAULT", "DOMAIN", "ENCODING",
                    "EVENT TRIGGER", "EXTENSION", "FK CONSTRAINT", "FOREIGN DATA WRAPPER", "FOREIGN SERVER", "FOREIGN TABLE", "FUNCTION", "INDEX ATTACH",
                    "INDEX", "LARGE OBJECT", "MATERIALIZED VIEW DATA", "MATERIALIZED VIEW", "OPERATOR CLASS", "OPERATOR FAMILY", "OPERATOR", "POLICY",
                    "PROCEDURAL LANGUAGE", "PROCEDURE", "PUBLICATION TABLES IN SCHEMA", "PUBLICATION TABLE", "PUBLICATION", "ROW SECURITY", "RULE", "SCHEMA",
                    "SEARCHPATH", "SECURITY LABEL", "SEQUENCE OWNED BY", "SEQUENCE SET", "SEQUENCE", "SERVER", "SHELL TYPE", "STATISTICS DATA", "STATISTICS",
                    "STDSTRINGS", "SUBSCRIPTION TABLE", "SUBSCRIPTION", "TABLE ATTACH", "TABLE DATA", "TABLE", "TEXT SEARCH CONFIGURATION",
                    "TEXT SEARCH DICTIONARY", "TEXT SEARCH PARSER", "TEXT SEARCH TEMPLATE", "TRANSFORM", "TRIGGER", "TYPE", "USER MAPPING", "VIEW")
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();

    /** A line, of which the text after the kind is not taken apart yet. */
    private record Row(int id, String kind, String rest, Set<Integer> dependencies, String line) {}

    private final Map<Integer, Row> rows = new java.util.LinkedHashMap<>();
    private final Set<String> owners = new HashSet<>();
    private final Map<Integer, String> schemas = new HashMap<>();

    private TocText() {}

    static List<TocEntry> entries(String text) {
        TocText toc = new TocText();
        toc.read(text);
        toc.learnOwners();
        toc.rows.values().stream().filter(row -> row.kind().equals("SCHEMA")).forEach(row -> toc.schemas.put(row.id(), toc.name(row.rest().substring(2))));
        return toc.rows.values().stream().map(toc::entry).toList();
    }

    private void read(String text) {
        Row last = null;
        for (String line : text.split("\r?\n")) {
            Matcher m = LINE.matcher(line);
            if (m.matches()) {
                String kind = kind(m.group(2), m.group(4));
                String rest = m.group(4).substring(Math.min(m.group(4).length(), kind.length() + 1));
                last = new Row(Integer.parseInt(m.group(1)), kind, rest, new LinkedHashSet<>(), line);
                rows.put(last.id(), last);
            } else if (line.startsWith(DEPENDS) && last != null) {
                Stream.of(line.substring(DEPENDS.length()).strip().split(" ")).map(Integer::valueOf).forEach(last.dependencies()::add);
            }
        }
    }

    /** A schema may be called DATA: what is in pg_class is told by that. */
    private static String kind(String catalogue, String text) {
        return (catalogue.equals(PG_CLASS) ? IN_PG_CLASS : KINDS).stream()
                .filter(kind -> text.startsWith(kind + " "))
                .findFirst()
                .orElseGet(() -> text.split(" ", 2)[0]);
    }

    /** Without spaces all is plain. An owner with spaces is what a thing and its part, which have different names, both end in. */
    private void learnOwners() {
        for (Row row : rows.values()) {
            List<String> words = words(row.rest());
            if (words.size() == 3 && !words.getLast().isEmpty()) {
                owners.add(words.getLast());
            }
        }
        Set<String> spaced = new HashSet<>();
        for (Row row : rows.values()) {
            row.dependencies().stream()
                    .map(rows::get)
                    .filter(other -> other != null && !other.rest().equals(row.rest()))
                    .map(other -> commonEnd(words(row.rest()), words(other.rest())))
                    .filter(end -> end.contains(" ") && owner(end).isEmpty())
                    .forEach(spaced::add);
        }
        owners.addAll(spaced);
    }

    private static List<String> words(String text) {
        return List.of(text.split(" ", -1));
    }

    private static String commonEnd(List<String> a, List<String> b) {
        int n = 0;
        while (n < Math.min(a.size(), b.size()) - 2 && a.get(a.size() - 1 - n).equals(b.get(b.size() - 1 - n))) {
            n++;
        }
        return String.join(" ", a.subList(a.size() - n, a.size()));
    }

    /** The longest known one that the text ends in. */
    private Optional<String> owner(String text) {
        return owners.stream().filter(owner -> (" " + text).endsWith(" " + owner)).max(Comparator.comparingInt(String::length));
    }

    private String ownerOf(String rest) {
        return rest.endsWith(" ") ? "" : owner(rest).orElseGet(() -> rest.substring(rest.lastIndexOf(' ') + 1));
    }

    private String name(String rest) {
        return rest.substring(0, Math.max(0, rest.length() - ownerOf(rest).length() - 1));
    }

    private TocEntry entry(Row row) {
        String place = name(row.rest());
        String schema = schema(row, place);
        String name = place.substring(Math.min(place.length(), schema.length() + 1));
        return new TocEntry(
                row.id(), row.kind(), schema.equals("-") ? "" : schema, name, ownerOf(row.rest()), new ArrayList<>(row.dependencies()), row.line());
    }

    /** A thing depends on its schema, and what is part of it has a schema that is known by then. */
    private String schema(Row row, String place) {
        return longest(row.dependencies().stream().map(schemas::get).filter(name -> name != null), place)
                .or(() -> longest(Stream.concat(Stream.of("-", "public"), schemas.values().stream()), place))
                .orElseGet(() -> place.split(" ", 2)[0]);
    }

    private static Optional<String> longest(Stream<String> names, String place) {
        return names.filter(name -> place.startsWith(name + " ")).max(Comparator.comparingInt(String::length));
    }
}
