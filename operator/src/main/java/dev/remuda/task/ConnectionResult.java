package dev.remuda.task;

/** The connection is written down. */
public record ConnectionResult() implements Result {}
