package dev.remuda.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

import dev.remuda.task.TableName;

/** What a dump leaves out, by name. A name that does not exist is no error. */
public record Exclusion(
        @JsonPropertyDescription("Whole schemas, by their exact names: case counts, and there are neither patterns nor quotes.")
        @Size(max = 64) @ValidationRule(value = Selection.ARE_SCHEMAS, message = Selection.NO_SCHEMAS)
        List<@Size(min = 1, max = 63) String> schemas,
        @JsonPropertyDescription("Tables by their exact names, schema.table; a part with dots or quotes in double quotes: public.\"odd.Name\". A partitioned table stands for "
                + "all its partitions too.")
        @Size(max = 128) @ValidationRule(value = Selection.ARE_TABLES, message = Selection.NO_TABLES)
        List<@Size(max = TableName.MAX_LENGTH) String> tables,
        @JsonPropertyDescription("Tables that are dumped without their rows, such as a large log; named like tables.")
        @Size(max = 128) @ValidationRule(value = Selection.ARE_TABLES, message = Selection.NO_TABLES)
        List<@Size(max = TableName.MAX_LENGTH) String> tableData) {
    static final Exclusion NONE = new Exclusion(null, null, null);

    public Exclusion {
        schemas = schemas == null ? List.of() : List.copyOf(schemas);
        tables = tables == null ? List.of() : List.copyOf(tables);
        tableData = tableData == null ? List.of() : List.copyOf(tableData);
    }

    dev.remuda.task.Exclusion toTask() {
        return new dev.remuda.task.Exclusion(schemas, Selection.parsed(tables), Selection.parsed(tableData));
    }
}
