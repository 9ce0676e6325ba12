package dev.remuda.task;

/**
 * Put the restored side database in the target's place. It can be run any number of times: what is done already is not done again.
 *
 * @param uid of the Restore resource
 * @param target with the target's name, which is not null
 * @param replaced the name that the old database is given; null: there must be none
 */
public record SwitchTask(String restore, String uid, DatabaseAccess target, String replaced) implements Task {}
