package dev.remuda.task;

/**
 * Leave the report of a Restore that has ended in the store.
 *
 * @param key where: a report that is there already is the same one, of a run before that could not say so
 */
public record ReportTask(StoreAccess store, String key, RestoreReport report) implements Task {}
