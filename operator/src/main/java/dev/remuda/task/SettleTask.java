package dev.remuda.task;

/**
 * Find out what an attempt whose worker left no word has come to: a manifest under its prefix means it is complete and is reported as such;
 * without one, its objects and unfinished uploads are removed.
 */
public record SettleTask(StoreAccess store, String prefix) implements Task {}
