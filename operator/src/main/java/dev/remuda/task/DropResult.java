package dev.remuda.task;

/** @param dropped false: it was not there any more under that name */
public record DropResult(boolean dropped) implements Result {}
