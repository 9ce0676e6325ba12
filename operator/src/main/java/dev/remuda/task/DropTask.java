package dev.remuda.task;

/**
 * Drop the database that a restore had kept, when its time is over.
 *
 * @param oid its object id: another one that has its name by now is left alone
 */
public record DropTask(String restore, DatabaseAccess target, String database, long oid) implements Task {}
