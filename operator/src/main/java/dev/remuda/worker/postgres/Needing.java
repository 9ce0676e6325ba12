package dev.remuda.worker.postgres;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds what selected entries depend on outside the selection. */
final class Needing {
    private final Toc toc;
    private final Map<Integer, TocEntry> selected;

    Needing(Toc toc, Map<Integer, TocEntry> selected) {
        this.toc = toc;
        this.selected = selected;
    }

    /** Each thing once, by what first needs it. */
    List<Need> needs() {
        Map<TocEntry, Need> needs = new LinkedHashMap<>();
        for (TocEntry entry : toc.entries()) {
            if (selected.containsKey(entry.id())) {
                entry.dependencies().stream()
                        .filter(id -> !selected.containsKey(id))
                        .map(toc::entry)
                        .flatMap(Optional::stream)
                        .filter(other -> isNeeded(entry, other))
                        .map(other -> standsFor(entry, other))
                        .filter(other -> !selected.containsKey(other.id()))
                        .forEach(other -> needs.putIfAbsent(other, need(entry, other)));
            }
        }
        return new ArrayList<>(needs.values());
    }

    /** A partition and its indexes can be made without the parent's: what binds them together is an entry of its own. */
    private boolean isNeeded(TocEntry entry, TocEntry other) {
        if (entry.is("COMMENT", "ACL", "SECURITY LABEL") || other.is("ACL")) {
            return false;
        }
        if (entry.is("INDEX", "CONSTRAINT") && other.is("INDEX", "CONSTRAINT")) {
            return false;
        }
        return !entry.isTable() || !other.is("TABLE") || !Selecting.attached(toc, entry, other);
    }

    /** A foreign key depends on the other table's key, of which the user may never have heard. */
    private TocEntry standsFor(TocEntry entry, TocEntry other) {
        if (!other.is("CONSTRAINT", "INDEX")) {
            return other;
        }
        return Selecting.tableOf(toc, other)
                .or(() -> other.dependencies().stream().map(toc::entry).flatMap(Optional::stream).filter(TocEntry::isTable).findFirst())
                .filter(table -> !selected.containsKey(table.id()) || entry.is("FK CONSTRAINT"))
                .orElse(other);
    }

    private Need need(TocEntry entry, TocEntry other) {
        return new Need(other.kind(), other.schema(), other.name(), words(entry, other));
    }

    private String words(TocEntry entry, TocEntry other) {
        String outside = ", which is not selected";
        Optional<TocEntry> table = Selecting.tableOf(toc, entry);
        if (table.isPresent()) {
            String part = entry.name().substring(table.get().name().length() + 1) + " of " + Toc.nameOf(table.get());
            return switch (entry.kind()) {
                case "FK CONSTRAINT" -> "foreign key " + part + " refers to " + plain(other) + outside;
                case "TRIGGER" -> "trigger " + part + " calls " + other.inWords() + outside;
                case "DEFAULT" -> "the default of column " + part + " uses " + other.inWords() + outside;
                case "POLICY", "RULE" -> (entry.is("POLICY") ? "policy " : "rule ") + part + " looks at " + other.inWords() + outside;
                default -> "constraint " + part + " uses " + other.inWords() + outside;
            };
        }
        return entry.inWords() + (other.is("SCHEMA") ? " is in " : other.isTable() && entry.is("TABLE") ? " inherits from " : " uses ") + other.inWords() + outside;
    }

    private static String plain(TocEntry other) {
        return other.isTable() ? Toc.nameOf(other).toString() : other.inWords();
    }
}
