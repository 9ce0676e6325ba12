package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.ValidationRule;

import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;

/** How a dump is made, and what is in it. */
@ValidationRule(
        value = "!has(self.include) || !has(self.include.schemas) || !has(self.include.tables) || size(self.include.schemas) == 0 || size(self.include.tables) == 0",
        message = "include either schemas or tables, for pg_dump takes no schemas beside tables; a second BackupPolicy can take the others")
@ValidationRule(
        value = "!has(self.include) || !has(self.exclude) || !has(self.include.tables) || size(self.include.tables) == 0 || !has(self.exclude.schemas)"
                + " || size(self.exclude.schemas) == 0",
        message = "with include.tables nothing else is dumped: take exclude.schemas out")
@ValidationRule(
        value = "!has(self.include) || !has(self.exclude) || !has(self.include.schemas) || !has(self.exclude.schemas)"
                + " || !self.include.schemas.exists(name, name in self.exclude.schemas)",
        message = "a schema is both in include.schemas and in exclude.schemas; take it out of one of them")
@ValidationRule(
        value = "!has(self.include) || !has(self.exclude) || !has(self.include.tables) || !has(self.exclude.tables)"
                + " || !self.include.tables.exists(name, name in self.exclude.tables)",
        message = "a table is both in include.tables and in exclude.tables; take it out of one of them")
public record DumpSpec(
        @JsonPropertyDescription("Format of the dump. Custom (the default and only one so far): pg_dump's own archive, read by pg_restore.")
        @Default("Custom") Format format,
        @JsonPropertyDescription("All (the default); SchemaOnly: definitions without rows; DataOnly: rows without definitions, which only a person can restore, into tables that exist. "
                + "Where there are hypertables of TimescaleDB only All is a dump.")
        @Default("All") DumpContent content,
        @JsonPropertyDescription("Dump these schemas or tables alone. What they need of others (extensions, types, roles) is not dumped with them; nor are large objects. Each must exist. "
                + "Absent: the whole database.")
        Selection include,
        @JsonPropertyDescription("Leave these out of the dump.") Exclusion exclude,
        @JsonPropertyDescription("Whether the server's roles, without passwords, and tablespaces are stored beside the dump, as globals.sql; where the user may not read them "
                + "the backup says so and is complete without. Default false.")
        Boolean globals,
        @JsonPropertyDescription("How the dump is compressed on its way to the store. Default Zstd at level 3.") CompressionSpec compression) {

    public static final DumpSpec DEFAULT = new DumpSpec(null, null, null, null, null, null);

    public DumpSpec {
        format = format == null ? Format.Custom : format;
        content = content == null ? DumpContent.All : content;
        include = include == null ? Selection.NONE : include;
        exclude = exclude == null ? Exclusion.NONE : exclude;
        globals = globals != null && globals;
        compression = compression == null ? CompressionSpec.DEFAULT : compression;
    }

    /** What the worker is told. */
    public DumpScope scope() {
        return new DumpScope(content, include.toTask(), exclude.toTask());
    }

    /** Formats of a dump. */
    public enum Format {
        Custom
    }
}
