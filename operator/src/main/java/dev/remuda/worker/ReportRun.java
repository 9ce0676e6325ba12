package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import dev.remuda.task.Json;
import dev.remuda.task.ReportResult;
import dev.remuda.task.ReportTask;
import dev.remuda.worker.store.ObjectStore;

/** Leaves the report of a Restore beside the backups of its policy. Whoever reads the bucket later has no resource to ask. */
final class ReportRun {
    private final ReportTask task;
    private final ObjectStore store;

    ReportRun(ReportTask task, ObjectStore store) {
        this.task = task;
        this.store = store;
    }

    ReportResult run() {
        store.putIfAbsent(task.key(), (Json.write(task.report()) + "\n").getBytes(StandardCharsets.UTF_8), "application/json", Map.of());
        return new ReportResult(store.url(task.key()));
    }
}
