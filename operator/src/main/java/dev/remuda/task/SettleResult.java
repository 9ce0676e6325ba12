package dev.remuda.task;

/**
 * What an attempt had come to.
 *
 * @param completed the attempt's result, when its manifest was found and its data is whole; else null
 * @param removedObjects objects deleted under the attempt's prefix
 * @param abortedUploads unfinished uploads aborted there
 */
public record SettleResult(BackupResult completed, int removedObjects, int abortedUploads) implements Result {}
