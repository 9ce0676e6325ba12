package dev.remuda.worker.postgres;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

import dev.remuda.worker.store.Manifest.Table;

/** Counts the rows of all tables in the dump's snapshot, while the dump runs: the server reads each table about once for both. */
public final class Counting implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(Thread.ofVirtual().name("counting").factory());
    private final Snapshot snapshot;
    private final Future<List<Table>> tables;

    /** @param told how many are counted, after each */
    public Counting(Snapshot snapshot, IntConsumer told) {
        this.snapshot = snapshot;
        this.tables = thread.submit(() -> Tables.countInSnapshot(snapshot.database(), snapshot.scope(), told));
    }

    /** Waits for the end. */
    public List<Table> tables() {
        try {
            return tables.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while rows were counted", e);
        }
    }

    /** Ends a counting that nobody waits for any more. */
    @Override
    public void close() {
        if (!tables.isDone()) {
            snapshot.abandon();
        }
        thread.close();
    }
}
