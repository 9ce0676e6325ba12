package dev.remuda.task;

import java.util.List;

/**
 * What is left out of a dump, by exact names.
 *
 * @param tableData tables of which the definition is dumped, and no row
 */
public record Exclusion(List<String> schemas, List<TableName> tables, List<TableName> tableData) {
    public static final Exclusion NONE = new Exclusion(null, null, null);

    public Exclusion {
        schemas = schemas == null ? List.of() : List.copyOf(schemas);
        tables = tables == null ? List.of() : List.copyOf(tables);
        tableData = tableData == null ? List.of() : List.copyOf(tableData);
    }

    public boolean none() {
        return schemas.isEmpty() && tables.isEmpty() && tableData.isEmpty();
    }

    boolean contains(TableName table) {
        return schemas.contains(table.schema()) || tables.contains(table);
    }
}
