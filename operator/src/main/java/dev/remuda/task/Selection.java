package dev.remuda.task;

import java.util.List;

/** Schemas, whole, and tables that are chosen by name. Names are exact: there are no patterns. */
public record Selection(List<String> schemas, List<TableName> tables) {
    public static final Selection NONE = new Selection(null, null);

    public Selection {
        schemas = schemas == null ? List.of() : List.copyOf(schemas);
        tables = tables == null ? List.of() : List.copyOf(tables);
    }

    public boolean none() {
        return schemas.isEmpty() && tables.isEmpty();
    }

    public boolean contains(TableName table) {
        return schemas.contains(table.schema()) || tables.contains(table);
    }
}
