package dev.remuda.worker.postgres;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import dev.remuda.task.DumpScope;
import dev.remuda.task.Reason;
import dev.remuda.task.TableName;
import dev.remuda.worker.WorkFailure;

/**
 * Whether what shall be dumped is there. An included name that does not exist is a mistake, and would leave out what somebody counts on; an
 * excluded one leaves nothing out, so it may be gone.
 */
public final class ScopeCheck {
    // What pg_dump takes for --table, but what belongs to an extension, which brings it itself.
    private static final String TABLES = """
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't'
              AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1, 2
            """;

    private ScopeCheck() {}

    /** @throws WorkFailure InvalidSpec, which names what is wrong and how to mend it */
    public static void require(Database database, DumpScope scope) {
        Stream.of(encoding(database, scope), schemas(database, scope), tables(database, scope), contradiction(scope))
                .flatMap(Optional::stream)
                .findFirst()
                .ifPresent(why -> {
                    throw new WorkFailure(Reason.InvalidSpec, why + ". Correct spec.dump of the BackupPolicy and create another Backup");
                });
        Timescale.refusePartial(database, scope);
    }

    /** pg_dump compares in the database's own encoding, and one that it misunderstands it would not exclude. */
    private static Optional<String> encoding(Database database, DumpScope scope) {
        Optional<String> foreign = Stream.of(
                        scope.include().schemas().stream(), scope.exclude().schemas().stream(),
                        Stream.of(scope.include().tables(), scope.exclude().tables(), scope.exclude().tableData()).flatMap(List::stream).map(TableName::toString))
                .flatMap(names -> names)
                .filter(name -> name.chars().anyMatch(c -> c > 127))
                .findFirst();
        return foreign.isEmpty() || database.is("asking for the encoding", "SELECT current_setting('server_encoding') = 'UTF8'")
                ? Optional.empty()
                : foreign.map(name -> name + " has letters beyond ASCII, and by such names only a database with encoding UTF8 can be dumped in part");
    }

    private static Optional<String> schemas(Database database, DumpScope scope) {
        if (scope.include().schemas().isEmpty()) {
            return Optional.empty();
        }
        List<String> there = database.query(
                "listing schemas", "SELECT nspname FROM pg_namespace WHERE nspname <> 'information_schema' AND nspname !~ '^pg_' ORDER BY 1", row -> row.getString(1));
        return scope.include().schemas().stream()
                .filter(schema -> !there.contains(schema))
                .findFirst()
                .map(schema -> "include.schemas names " + schema + ", which does not exist in database " + database.login().database()
                        + ": names are exact, case and all, without patterns and quotes. It has " + Tables.some(there));
    }

    private static Optional<String> tables(Database database, DumpScope scope) {
        if (scope.include().tables().isEmpty()) {
            return Optional.empty();
        }
        Set<TableName> there = new HashSet<>(database.query("listing tables", TABLES, row -> new TableName(row.getString(1), row.getString(2))));
        return scope.include().tables().stream()
                .filter(table -> !there.contains(table))
                .findFirst()
                .map(table -> "include.tables names " + table + ", which does not exist in database " + database.login().database()
                        + " or belongs to an extension: names are exact, case and all, without patterns." + similar(table, there));
    }

    private static String similar(TableName table, Set<TableName> there) {
        List<String> similar = there.stream().filter(one -> folded(one.name()).equals(folded(table.name()))).map(TableName::toString).sorted().toList();
        return similar.isEmpty() ? " It has none of that name in any schema" : " It has " + Tables.some(similar);
    }

    private static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** The schema of the resource sees only what is written in the same way twice. */
    private static Optional<String> contradiction(DumpScope scope) {
        return scope.include().tables().stream()
                .filter(table -> !scope.contains(table))
                .findFirst()
                .map(table -> table + " is both in include.tables and excluded; take it out of one of them");
    }
}
