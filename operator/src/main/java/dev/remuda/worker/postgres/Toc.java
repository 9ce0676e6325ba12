package dev.remuda.worker.postgres;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.remuda.task.DumpContent;
import dev.remuda.task.Reason;
import dev.remuda.task.TableName;
import dev.remuda.worker.WorkFailure;

/**
 * What an archive holds, by the list that {@code pg_restore --list --verbose} prints.
 *
 * @param databaseName where it was made
 * @param format in pg_restore's word
 * @param databaseVersion of the server it was made from, such as {@code 15.18 (Debian 15.18-0+deb12u1)}
 * @param dumpVersion of the pg_dump that made it
 */
public record Toc(String databaseName, String format, String databaseVersion, String dumpVersion, Map<Integer, TocEntry> byId) {
    private static final Set<String> TIMESCALE_OWN = Set.of("_timescaledb_catalog", "_timescaledb_config");
    private static final Pattern COUNT = Pattern.compile("(?m)^; {5}TOC Entries: (\\d+)$");

    /** @throws WorkFailure DumpIncomplete when it is no such list */
    public static Toc parse(String list) {
        Map<Integer, TocEntry> entries = TocText.entries(list).stream()
                .collect(Collectors.toMap(TocEntry::id, Function.identity(), (a, b) -> a, java.util.LinkedHashMap::new));
        if (entries.isEmpty() && !COUNT.matcher(list).find()) {
            throw new WorkFailure(Reason.DumpIncomplete, "the archive has no table of contents: choose another dump");
        }
        return new Toc(
                header("dbname", list), header("Format", list), header("Dumped from database version", list), header("Dumped by pg_dump version", list),
                java.util.Collections.unmodifiableMap(entries));
    }

    private static String header(String field, String list) {
        Matcher m = Pattern.compile("(?m)^; {5}" + field + ": (.*)$").matcher(list);
        return m.find() ? m.group(1).stripTrailing() : null;
    }

    /** In the archive's order. */
    Collection<TocEntry> entries() {
        return byId.values();
    }

    /** All in some schemas, and some tables, each with everything that is part of it. */
    public ArchivePart select(Collection<String> schemas, Collection<TableName> tables) {
        return new Selecting(this).select(schemas, tables);
    }

    public Set<String> extensions() {
        return names("EXTENSION");
    }

    public Set<String> schemas() {
        return names("SCHEMA");
    }

    /** Roles that own something in it; those that are only granted something are in the grants alone, which pg_restore does not list. */
    public Set<String> owners() {
        return entries().stream().map(TocEntry::owner).filter(owner -> !owner.isEmpty()).collect(Collectors.toCollection(TreeSet::new));
    }

    public boolean hasTimescale() {
        return extensions().contains("timescaledb");
    }

    /** Subscriptions keep a database from being dropped. */
    public boolean hasSubscriptions() {
        return entries().stream().anyMatch(entry -> entry.is("SUBSCRIPTION"));
    }

    /** Tables that TimescaleDB keeps in chunks, whose rows a restore of the table alone would lack. One without chunks shows by its trigger, if by anything. */
    public Set<TableName> hypertables() {
        Set<TableName> found = new LinkedHashSet<>();
        for (TocEntry entry : entries()) {
            boolean chunk = entry.is("TABLE") && entry.schema().equals("_timescaledb_internal") && entry.name().startsWith("_hyper_");
            boolean blocker = entry.is("TRIGGER") && entry.name().endsWith(" ts_insert_blocker");
            if (chunk || blocker) {
                entry.dependencies().stream().map(this::entry).flatMap(Optional::stream).filter(TocEntry::isTable).map(Toc::nameOf).forEach(found::add);
            }
        }
        return found;
    }

    /** A list of the entries that fill TimescaleDB's own tables, or of all others. */
    public String timescaleCatalogue(boolean itself) {
        return list(entry -> itself == (entry.is("TABLE DATA", "SEQUENCE SET") && TIMESCALE_OWN.contains(entry.schema())));
    }

    public String withoutCommentsOnExtensions() {
        return list(entry -> !(entry.is("COMMENT") && entry.name().startsWith("EXTENSION ")));
    }

    private String list(Predicate<TocEntry> condition) {
        return entries().stream().filter(condition).map(entry -> entry.line() + "\n").collect(Collectors.joining());
    }

    Optional<TocEntry> entry(int id) {
        return Optional.ofNullable(byId.get(id));
    }

    static TableName nameOf(TocEntry table) {
        return new TableName(table.schema(), table.name());
    }

    /** As pg_restore prints a name. */
    static String printed(String name) {
        return name.replace('\n', ' ').replace('\r', ' ');
    }

    /** Whether it has tables, rows, or both. pg_dump writes an entry for the rows of an empty table too. */
    public DumpContent content() {
        boolean tables = entries().stream().anyMatch(entry -> entry.is("TABLE"));
        boolean rows = entries().stream().anyMatch(entry -> entry.is("TABLE DATA"));
        if (tables == rows) {
            return DumpContent.All;
        }
        return tables ? DumpContent.SchemaOnly : DumpContent.DataOnly;
    }

    /** All tables in it. */
    public List<TableName> tables() {
        return entries().stream().filter(TocEntry::isTable).map(Toc::nameOf).toList();
    }

    private Set<String> names(String kind) {
        return entries().stream().filter(entry -> entry.is(kind)).map(TocEntry::name).collect(Collectors.toCollection(TreeSet::new));
    }
}
