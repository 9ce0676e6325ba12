package dev.remuda.worker.postgres;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.remuda.task.Reason;
import dev.remuda.task.TableName;
import dev.remuda.worker.WorkFailure;

/**
 * How a part of an archive gets into a database that is there: what the database has already is left as it is and only the rows of the selected
 * tables are replaced; what it lacks is made.
 *
 * @param part what is still to be restored
 * @param replaced the selected tables that are there, whose rows are replaced
 * @param rows how many of those are not empty
 * @param before SQL that makes room for the rows
 * @param after SQL that puts back what {@code before} took away
 * @param notes what the user should know
 */
public record InPlace(ArchivePart part, List<TableName> replaced, long rows, List<String> before, List<String> after, List<String> notes) {
    /** Parts of one table, whose name stands before their own. */
    private static final String[] OF_TABLE = {"DEFAULT", "CONSTRAINT", "CHECK CONSTRAINT", "FK CONSTRAINT", "TRIGGER", "RULE", "POLICY"};

    /** What says something about something else, and about nothing more. */
    private static final String[] ABOUT = {"COMMENT", "ACL", "SECURITY LABEL"};

    /** @throws WorkFailure InvalidSpec when it cannot be done without touching what is not selected */
    public static InPlace plan(ArchivePart wanted, Database target) {
        Presence there = new Presence(target);
        ArchivePart reduced = wanted.withoutSchemas(there.schemas());
        Set<TocEntry> present = reduced.entries().stream().filter(there::has).collect(Collectors.toCollection(LinkedHashSet::new));
        requireTables(reduced, present, there);
        List<TableName> replaced = reduced.tables().stream()
                .filter(there::isOrdinary)
                .toList();
        requireNobodyElseRefers(target, replaced);
        Set<TocEntry> left = leftOut(reduced.entries(), present);
        List<String> before = new ArrayList<>();
        List<String> after = new ArrayList<>();
        makeRoom(target, replaced, before, after);
        List<String> notes = new ArrayList<>(wanted.notes());
        present.stream().filter(entry -> !entry.is("TABLE", "SEQUENCE")).forEach(entry -> notes.add(entry.inWords() + " is there already and is left as it is"));
        return new InPlace(ordered(reduced.only(entry -> !left.contains(entry)), left), replaced, filled(target, replaced), before, after, notes);
    }

    /** Rows are put into ordinary tables alone: those of anything else would be added to what is there. */
    private static void requireTables(ArchivePart part, Collection<TocEntry> present, Presence there) {
        List<String> other = part.entries().stream()
                .filter(entry -> entry.is("TABLE DATA"))
                .map(Toc::nameOf)
                .filter(table -> present.stream().anyMatch(entry -> entry.isTable() && Toc.nameOf(entry).equals(table)) && !there.isOrdinary(table))
                .map(TableName::toString)
                .toList();
        if (!other.isEmpty()) {
            throw new WorkFailure(
                    Reason.InvalidSpec, Tables.some(other) + " had rows of its own in the backup and is no ordinary table in the target (a partitioned table, a view, a foreign table); "
                            + "restore into another database (strategy Create, another target.name) and copy the rows that are needed");
        }
    }

    /** What is there, and all that is part of it or says something about it; but not rows, and not what merely needs it. */
    private static Set<TocEntry> leftOut(List<TocEntry> entries, Collection<TocEntry> present) {
        Set<TocEntry> left = new HashSet<>(present);
        int before;
        do {
            before = left.size();
            entries.stream().filter(entry -> isPartOf(entry, left)).forEach(left::add);
        } while (left.size() > before);
        return left;
    }

    private static boolean isPartOf(TocEntry entry, Set<TocEntry> left) {
        Stream<TocEntry> whole = left.stream().filter(entry::dependsOn);
        if (entry.is(OF_TABLE)) {
            return whole.anyMatch(table -> table.isTable() && table.schema().equals(entry.schema()) && entry.name().startsWith(table.name() + " "));
        }
        return switch (entry.kind()) {
            case "INDEX", "STATISTICS", "STATISTICS DATA", "ROW SECURITY" -> whole.anyMatch(TocEntry::isTable);
            case "SEQUENCE OWNED BY" -> whole.anyMatch(sequence -> sequence.is("SEQUENCE"));
            case "TABLE ATTACH" -> whole.anyMatch(child -> child.isTable() && Toc.nameOf(child).equals(Toc.nameOf(entry)));
            case "INDEX ATTACH" -> whole.anyMatch(child -> child.is("INDEX", "CONSTRAINT") && child.schema().equals(entry.schema())
                    && (child.name().equals(entry.name()) || child.name().endsWith(" " + entry.name())));
            default -> entry.is(ABOUT) && whole.findAny().isPresent();
        };
    }

    /**
     * A table that becomes a partition of one that is there is given the indexes that it lacks at that moment, under names of the server's choice; so it
     * becomes one when it has its own.
     */
    private static ArchivePart ordered(ArchivePart part, Set<TocEntry> left) {
        List<TocEntry> late = part.entries().stream()
                .filter(entry -> entry.is("TABLE ATTACH", "INDEX ATTACH") && left.stream().anyMatch(entry::dependsOn))
                .toList();
        return part.with(Stream.concat(part.entries().stream().filter(entry -> !late.contains(entry)), late.stream()).toList());
    }

    private static void requireNobodyElseRefers(Database target, List<TableName> replaced) {
        for (TableName table : replaced) {
            List<String> others = target.query(
                    "looking for references to " + table,
                    "SELECT n.nspname, c.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
                            + "WHERE k.contype = 'f' AND k.confrelid = to_regclass(?) AND k.conparentid = 0 ORDER BY 1, 2",
                    row -> new TableName(row.getString(1), row.getString(2)), Sql.name(table.schema(), table.name())).stream()
                    .filter(other -> !replaced.contains(other)).map(TableName::toString).distinct().toList();
            if (!others.isEmpty()) {
                throw new WorkFailure(
                        Reason.InvalidSpec, "the rows of " + table + " cannot be replaced alone: " + Tables.some(others) + " refers to them by a foreign key. Name that too in include, "
                                + "or restore into another database (strategy Create, another target.name) and copy the rows that are needed");
            }
        }
    }

    /** Triggers of the user's would act on what is only put back; foreign keys between the tables would want the rows in an order that no dump has. */
    private static void makeRoom(Database target, List<TableName> replaced, List<String> before, List<String> after) {
        for (TableName table : replaced) {
            String quoted = Sql.name(table.schema(), table.name());
            target.query(
                    "listing foreign keys of " + table,
                    "SELECT conname, pg_get_constraintdef(oid), coalesce(obj_description(oid, 'pg_constraint'), '') FROM pg_constraint "
                            + "WHERE contype = 'f' AND conrelid = to_regclass(?) AND conparentid = 0 ORDER BY 1",
                    row -> List.of(row.getString(1), row.getString(2), row.getString(3)), quoted).forEach(key -> {
                        String name = Sql.identifier(key.getFirst());
                        before.add("ALTER TABLE " + quoted + " DROP CONSTRAINT " + name);
                        after.add("ALTER TABLE " + quoted + " ADD CONSTRAINT " + name + " " + key.get(1));
                        if (!key.getLast().isEmpty()) {
                            after.add("COMMENT ON CONSTRAINT " + name + " ON " + quoted + " IS " + Sql.literal(key.getLast()));
                        }
                    });
            target.query(
                    "listing triggers of " + table,
                    "SELECT tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' AND tgrelid = to_regclass(?) ORDER BY 1",
                    row -> List.of(row.getString(1), row.getString(2)), quoted).forEach(trigger -> {
                        before.add("ALTER TABLE " + quoted + " DISABLE TRIGGER " + Sql.identifier(trigger.getFirst()));
                        String how = switch (trigger.getLast()) {
                            case "A" -> "ENABLE ALWAYS";
                            case "R" -> "ENABLE REPLICA";
                            default -> "ENABLE";
                        };
                        after.add("ALTER TABLE " + quoted + " " + how + " TRIGGER " + Sql.identifier(trigger.getFirst()));
                    });
        }
        if (!replaced.isEmpty()) {
            before.add("TRUNCATE TABLE " + replaced.stream().map(table -> "ONLY " + Sql.name(table.schema(), table.name())).collect(Collectors.joining(", ")));
        }
    }

    private static long filled(Database target, List<TableName> replaced) {
        return replaced.stream()
                .filter(table -> target.is("looking into " + table, "SELECT EXISTS (SELECT FROM ONLY " + Sql.name(table.schema(), table.name()) + ")"))
                .count();
    }
}
