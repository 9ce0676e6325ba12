package dev.remuda.worker.postgres;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import dev.remuda.task.TableName;

/** Finds what belongs to tables and schemas, by what depends on what. */
final class Selecting {
    private final Toc toc;
    private final Map<Integer, TocEntry> selected = new LinkedHashMap<>();
    private final Map<TocEntry, TableName> asked = new HashMap<>();
    private final Set<String> missing = new LinkedHashSet<>();
    private final Set<TableName> ambiguous = new LinkedHashSet<>();
    private final boolean attaches;

    Selecting(Toc toc) {
        this.toc = toc;
        this.attaches = toc.entries().stream().anyMatch(entry -> entry.is("TABLE ATTACH"));
    }

    ArchivePart select(Collection<String> schemas, Collection<TableName> tables) {
        schemas.forEach(this::schema);
        tables.forEach(this::table);
        int before;
        do {
            before = selected.size();
            toc.entries().stream().filter(this::belongs).forEach(this::take);
        } while (selected.size() > before);
        List<TocEntry> ordered = toc.entries().stream().filter(entry -> selected.containsKey(entry.id())).toList();
        return new ArchivePart(
                ordered, ordered.stream().filter(this::standsForTable).map(table -> asked.getOrDefault(table, Toc.nameOf(table))).toList(), List.copyOf(missing),
                List.copyOf(ambiguous), new Needing(toc, selected).needs(), notes(ordered));
    }

    private boolean standsForTable(TocEntry entry) {
        return entry.isTable() || entry.is("TABLE DATA") && toc.entries().stream().noneMatch(table -> table.isTable() && Toc.nameOf(table).equals(Toc.nameOf(entry)));
    }

    private void take(TocEntry entry) {
        selected.put(entry.id(), entry);
    }

    private void schema(String name) {
        String printed = Toc.printed(name);
        List<TocEntry> found = toc.entries().stream()
                .filter(entry -> entry.is("SCHEMA") ? entry.name().equals(printed) : entry.schema().equals(printed) && !entry.is(OF_OTHERS))
                .toList();
        if (found.isEmpty()) {
            missing.add("schema " + name);
        }
        found.forEach(this::take);
    }

    /** Listed in a table's schema, but part of something that is in none, or of two things. */
    private static final String[] OF_OTHERS = {
        "PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA", "SUBSCRIPTION TABLE", "TABLE ATTACH", "INDEX ATTACH"
    };

    private void table(TableName name) {
        TableName printed = new TableName(Toc.printed(name.schema()), Toc.printed(name.name()));
        List<TocEntry> found = toc.entries().stream().filter(TocEntry::isTable).filter(entry -> Toc.nameOf(entry).equals(printed)).toList();
        List<TocEntry> alone = rows().filter(entry -> Toc.nameOf(entry).equals(printed)).toList();
        if (found.isEmpty() && alone.size() == 1) {
            take(alone.getFirst()); // a dump of rows alone
            asked.put(alone.getFirst(), name);
        } else if (found.isEmpty()) {
            missing.add("table " + name);
        } else if (found.size() > 1) {
            ambiguous.add(name);
        } else {
            take(found.getFirst());
            asked.put(found.getFirst(), name);
        }
    }

    private boolean belongs(TocEntry entry) {
        if (selected.containsKey(entry.id())) {
            return false;
        }
        return switch (entry.kind()) {
            case "SEQUENCE", "SEQUENCE SET", "SEQUENCE OWNED BY", "INDEX", "ROW SECURITY", "COMMENT", "ACL", "SECURITY LABEL", "STATISTICS", "STATISTICS DATA" ->
                anySelected(entry);
            case "TABLE DATA", "MATERIALIZED VIEW DATA" -> dependencies(entry).anyMatch(
                    other -> isSelected(other) && other.isTable() && Toc.nameOf(other).equals(Toc.nameOf(entry)));
            case "DEFAULT", "CONSTRAINT", "CHECK CONSTRAINT", "FK CONSTRAINT", "TRIGGER", "RULE", "POLICY" -> tableOf(toc, entry).filter(this::isSelected).isPresent();
            case "TABLE ATTACH", "INDEX ATTACH" -> dependencies(entry).allMatch(this::isSelected);
            case "DEFAULT ACL" -> dependencies(entry).anyMatch(other -> other.is("SCHEMA") && isSelected(other));
            case "TABLE", "FOREIGN TABLE" -> dependencies(entry).anyMatch(parent -> isSelected(parent) && isPartition(entry, parent));
            default -> false;
        };
    }

    private boolean anySelected(TocEntry entry) {
        return dependencies(entry).anyMatch(other -> isSelected(other) && (!entry.is("INDEX") || other.isTable()) && (!entry.is("SEQUENCE") || other.isTable()));
    }

    /** In dumps by old versions that attach a partition where they create it, the parent is a table without rows. */
    private boolean isPartition(TocEntry table, TocEntry parent) {
        if (!parent.is("TABLE")) {
            return false;
        }
        return attaches ? attached(toc, table, parent) : rows().findAny().isPresent() && rows().noneMatch(data -> data.dependsOn(parent));
    }

    private Stream<TocEntry> rows() {
        return toc.entries().stream().filter(entry -> entry.is("TABLE DATA"));
    }

    static boolean attached(Toc toc, TocEntry table, TocEntry parent) {
        return toc.entries().stream()
                .anyMatch(entry -> entry.is("TABLE ATTACH") && Toc.nameOf(entry).equals(Toc.nameOf(table)) && entry.dependsOn(table) && entry.dependsOn(parent));
    }

    private boolean isSelected(TocEntry entry) {
        return selected.containsKey(entry.id());
    }

    private Stream<TocEntry> dependencies(TocEntry entry) {
        return entry.dependencies().stream().map(toc::entry).flatMap(Optional::stream);
    }

    /** The table that it is part of, whose name stands before its own: it may depend on others too. */
    static Optional<TocEntry> tableOf(Toc toc, TocEntry part) {
        return part.dependencies().stream()
                .map(toc::entry)
                .flatMap(Optional::stream)
                .filter(other -> other.isTable() && other.schema().equals(part.schema()) && part.name().startsWith(other.name() + " "))
                .max(Comparator.comparingInt(other -> other.name().length()));
    }

    private List<String> notes(List<TocEntry> ordered) {
        List<String> notes = new ArrayList<>();
        for (TocEntry attach : toc.entries()) {
            if (attach.is("TABLE ATTACH") && !isSelected(attach)) {
                ordered.stream()
                        .filter(table -> table.isTable() && attach.dependsOn(table) && Toc.nameOf(table).equals(Toc.nameOf(attach)))
                        .forEach(table -> notes.add(parentOf(attach, table)));
            }
        }
        Set<TableName> hypertables = toc.hypertables();
        ordered.stream().filter(table -> table.isTable() && hypertables.contains(Toc.nameOf(table))).forEach(table -> notes.add(
                Toc.nameOf(table) + " is a hypertable of TimescaleDB: its rows are in chunks, which are not selected; only the whole database can be restored"));
        return notes;
    }

    private String parentOf(TocEntry attach, TocEntry table) {
        String parent = dependencies(attach).filter(other -> other.isTable() && !other.equals(table)).map(other -> Toc.nameOf(other).toString()).findFirst().orElse("its parent");
        return Toc.nameOf(table) + " is restored as a table of its own, not as a partition of " + parent + ", which is not selected";
    }
}
