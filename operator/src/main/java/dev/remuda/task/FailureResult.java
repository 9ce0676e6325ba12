package dev.remuda.task;

/**
 * Work that did not succeed.
 *
 * @param message what happened, to what, and what to do
 * @param leftovers true when the worker could not remove what it had begun to store
 */
public record FailureResult(Reason reason, String message, boolean leftovers) implements Result {}
