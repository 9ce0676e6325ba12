package dev.remuda.task;

import java.time.Instant;

/**
 * The target is the restored database.
 *
 * @param replacedOid the old database's object id on its server, which tells it from a later one of the same name; null: there is none
 * @param goBack the command that puts the old database back into its place; null: there is none
 * @param note what the user should know; or null
 * @param refusedMillis for how long, at most, clients were refused
 */
public record SwitchResult(String databaseName, Long replacedOid, String goBack, long refusedMillis, String note, Instant finishedAt) implements Result {}
