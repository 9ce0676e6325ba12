package dev.remuda.worker.postgres;

import java.util.List;

import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.TableName;

/** Foreign keys that a partial dump has without the rows that they lead to. pg_dump says nothing of them, and a restore fails at them. */
public final class DanglingKeys {
    private static final String KEYS = """
            SELECT DISTINCT fn.nspname, f.relname, tn.nspname, t.relname
            FROM pg_constraint k
              JOIN pg_class f ON f.oid = k.conrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
              JOIN pg_class t ON t.oid = k.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
            WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY 1, 2, 3, 4
            """;

    private DanglingKeys() {}

    /** A foreign key. */
    record Key(TableName from, TableName to) {}

    /** The tables that have such keys. */
    public static List<TableName> of(Snapshot snapshot) {
        return snapshot.scope().whole()
                ? List.of()
                : among(snapshot.scope(), snapshot.database().query("listing foreign keys", KEYS, row -> new Key(
                        new TableName(row.getString(1), row.getString(2)), new TableName(row.getString(3), row.getString(4)))));
    }

    static List<TableName> among(DumpScope scope, List<Key> keys) {
        return keys.stream().filter(key -> dangles(scope, key)).map(Key::from).distinct().toList();
    }

    private static boolean dangles(DumpScope scope, Key key) {
        boolean leadsNowhere = !scope.contains(key.to()) || scope.containsRows(key.from()) && !scope.containsRows(key.to());
        return scope.content() != DumpContent.DataOnly && scope.contains(key.from()) && leadsNowhere;
    }
}
