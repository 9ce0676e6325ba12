package dev.remuda.worker.postgres;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import dev.remuda.task.TableName;

/**
 * A part of an archive.
 *
 * @param entries what is to be restored, in the archive's order
 * @param tables that are in it, partitions of selected tables included
 * @param missing what was asked for but is not in the archive
 * @param ambiguous tables that were asked for, of which the archive has several whose names differ in line breaks alone, which pg_restore does not list
 * @param needs what the target must have
 * @param notes what the user should know though nothing fails by it
 */
public record ArchivePart(
        List<TocEntry> entries, List<TableName> tables, List<String> missing, List<TableName> ambiguous, List<Need> needs, List<String> notes) {
    public ArchivePart {
        entries = List.copyOf(entries);
        tables = List.copyOf(tables);
        missing = List.copyOf(missing);
        ambiguous = List.copyOf(ambiguous);
        needs = List.copyOf(needs);
        notes = List.copyOf(notes);
    }

    /** What a file for {@code pg_restore --use-list} says. */
    public String list() {
        return entries.stream().map(entry -> entry.line() + "\n").collect(Collectors.joining());
    }

    /** Schemas that it would create: where one exists, the target's own is to be used instead. */
    public Set<String> schemas() {
        return entries.stream().filter(entry -> entry.is("SCHEMA")).map(TocEntry::name).collect(Collectors.toUnmodifiableSet());
    }

    /** The same with these entries, in this order. */
    ArchivePart with(List<TocEntry> others) {
        return new ArchivePart(others, tables, missing, ambiguous, needs, notes);
    }

    /** The part of it that fulfils a condition. */
    ArchivePart only(Predicate<TocEntry> condition) {
        return new ArchivePart(entries.stream().filter(condition).toList(), tables, missing, ambiguous, needs, notes);
    }

    /** The same without creating schemas that the target has. */
    public ArchivePart withoutSchemas(Collection<String> there) {
        return new ArchivePart(
                entries.stream().filter(entry -> !entry.is("SCHEMA") || !there.contains(entry.name())).toList(), tables, missing, ambiguous, needs, notes);
    }
}
