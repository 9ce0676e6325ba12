package dev.remuda.worker.postgres;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.remuda.task.DumpScope;
import dev.remuda.task.Exclusion;
import dev.remuda.task.Selection;
import dev.remuda.task.TableName;

/** To users a partitioned table is one; to pg_dump each of its partitions, where the rows are, has a name of its own. */
final class Partitions {
    private static final String PARTITIONS = """
            SELECT pn.nspname, p.relname, cn.nspname, c.relname
            FROM pg_class p JOIN pg_namespace pn ON pn.oid = p.relnamespace
              CROSS JOIN LATERAL pg_partition_tree(p.oid) t JOIN pg_class c ON c.oid = t.relid JOIN pg_namespace cn ON cn.oid = c.relnamespace
            WHERE p.relkind = 'p' AND c.oid <> p.oid ORDER BY 3, 4
            """;

    private Partitions() {}

    /** The same, with the partitions of each table that it names. */
    static DumpScope joined(Database database, DumpScope scope) {
        if (scope.include().tables().isEmpty() && scope.exclude().tables().isEmpty() && scope.exclude().tableData().isEmpty()) {
            return scope;
        }
        Map<TableName, Set<TableName>> partitions = new HashMap<>();
        database.query(
                        "listing partitions", PARTITIONS,
                        row -> Map.entry(new TableName(row.getString(1), row.getString(2)), new TableName(row.getString(3), row.getString(4))))
                .forEach(pair -> partitions.computeIfAbsent(pair.getKey(), _ -> new LinkedHashSet<>()).add(pair.getValue()));
        return joined(scope, partitions);
    }

    static DumpScope joined(DumpScope scope, Map<TableName, Set<TableName>> partitions) {
        Exclusion exclude = scope.exclude();
        return new DumpScope(
                scope.content(),
                new Selection(scope.include().schemas(), joined(scope.include().tables(), partitions)),
                new Exclusion(exclude.schemas(), joined(exclude.tables(), partitions), joined(exclude.tableData(), partitions)));
    }

    private static List<TableName> joined(List<TableName> tables, Map<TableName, Set<TableName>> partitions) {
        Set<TableName> joined = new LinkedHashSet<>();
        for (TableName table : tables) {
            joined.add(table);
            joined.addAll(partitions.getOrDefault(table, Set.of()));
        }
        return List.copyOf(joined);
    }
}
