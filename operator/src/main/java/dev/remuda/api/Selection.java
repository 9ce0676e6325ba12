package dev.remuda.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

import dev.remuda.task.TableName;

/** Schemas and tables chosen by name. */
public record Selection(
        @JsonPropertyDescription("Whole schemas, by their exact names: case counts, and there are neither patterns nor quotes.")
        @Size(max = 64) @ValidationRule(value = Selection.ARE_SCHEMAS, message = Selection.NO_SCHEMAS)
        List<@Size(min = 1, max = 63) String> schemas,
        @JsonPropertyDescription("Tables by their exact names, schema.table; a part with dots or quotes in double quotes: public.\"odd.Name\". A partitioned table stands for "
                + "all its partitions too.")
        @Size(max = 128) @ValidationRule(value = Selection.ARE_TABLES, message = Selection.NO_TABLES)
        List<@Size(max = TableName.MAX_LENGTH) String> tables) {
    static final Selection NONE = new Selection(null, null);

    static final String ARE_SCHEMAS = "self.all(name, name != 'information_schema' && !name.startsWith('pg_'))";
    static final String NO_SCHEMAS = "name schemas of your own, such as public; the server's (pg_…, information_schema) are in no dump";
    static final String ARE_TABLES = "self.all(name, name.matches('" + TableName.PATTERN + "'))";
    static final String NO_TABLES = "write a table as schema.table, such as public.races; a part with dots or quotes goes in double quotes: public.\"odd.Name\"";

    public Selection {
        schemas = schemas == null ? List.of() : List.copyOf(schemas);
        tables = tables == null ? List.of() : List.copyOf(tables);
    }

    /** What the worker is told. */
    public dev.remuda.task.Selection toTask() {
        return new dev.remuda.task.Selection(schemas, parsed(tables));
    }

    static List<TableName> parsed(List<String> tables) {
        return tables.stream().map(TableName::parse).toList();
    }
}
