package dev.remuda.task;

/** @param url where the report lies */
public record ReportResult(String url) implements Result {}
