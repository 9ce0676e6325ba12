package dev.remuda.task;

/**
 * Drop what a restore that goes no further has left on the server, and say what the target is.
 *
 * @param uid of the Restore resource
 * @param target with the target's name, which is not null
 * @param replaced the name that the old database was to be given; may be null
 */
public record CleanUpTask(String restore, String uid, DatabaseAccess target, String replaced) implements Task {}
