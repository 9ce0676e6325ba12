package dev.remuda.worker.postgres;

import java.util.HashSet;
import java.util.Set;

import dev.remuda.task.Reason;
import dev.remuda.task.TableName;
import dev.remuda.worker.WorkFailure;

/** Which of the things in an archive a database has already. */
final class Presence {
    private final Database database;
    private final Set<String> schemas;

    Presence(Database database) {
        this.database = database;
        this.schemas = new HashSet<>(database.query("listing schemas", "SELECT nspname FROM pg_namespace", row -> row.getString(1)));
    }

    Set<String> schemas() {
        return schemas;
    }

    /** A table with rows of its own. */
    boolean isOrdinary(TableName table) {
        return database.is(
                "looking for " + table, "SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(?) AND relkind = 'r')", Sql.name(table.schema(), table.name()));
    }

    boolean has(TocEntry entry) {
        String quoted = Sql.name(entry.schema(), entry.name());
        return switch (entry.kind()) {
            case "TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE", "SEQUENCE" -> found(entry, "to_regclass(?)", quoted);
            case "TYPE", "DOMAIN" -> found(entry, "to_regtype(?)", quoted);
            case "FUNCTION", "PROCEDURE", "AGGREGATE" -> {
                try {
                    yield found(entry, "to_regprocedure(?)", signature(entry));
                } catch (WorkFailure e) {
                    if (e.reason() != Reason.RestoreFailed) {
                        throw e;
                    }
                    yield false; // arguments of types that are not there
                }
            }
            default -> false;
        };
    }

    private boolean found(TocEntry entry, String looking, String name) {
        return database.is("looking for " + entry.inWords(), "SELECT " + looking + " IS NOT NULL", name);
    }

    private static String signature(TocEntry function) {
        int open = function.name().indexOf('(');
        return open < 0 ? "" : Sql.name(function.schema(), function.name().substring(0, open)) + function.name().substring(open);
    }
}
