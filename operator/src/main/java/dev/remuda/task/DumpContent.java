package dev.remuda.task;

/** Which part of each table, function and so on a dump has. */
public enum DumpContent {
    All,

    /** Definitions alone. */
    SchemaOnly,

    /** Rows alone, for tables that exist where they are restored. */
    DataOnly
}
