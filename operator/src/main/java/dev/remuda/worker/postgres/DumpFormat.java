package dev.remuda.worker.postgres;

/** The kinds of dump that can be restored. */
public enum DumpFormat {
    /** {@code pg_dump -Fc}. */
    Custom,
    /** {@code pg_dump} without -F: SQL for psql. */
    PlainSql,
    /** {@code pg_dump -Ft}: pg_restore reads it as a stream. */
    Tar,
    /** A tar of the folder that {@code pg_dump -Fd} made, or a tar by pg_dump that was packed again: to be unpacked for pg_restore. */
    DirectoryTar
}
