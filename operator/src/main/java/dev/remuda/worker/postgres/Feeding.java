package dev.remuda.worker.postgres;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** An archive that is given to a program while somebody else reads what the program says: it may say much before it has read all. */
final class Feeding {
    private final FutureTask<Void> task;

    private Feeding(FutureTask<Void> task) {
        this.task = task;
    }

    static Feeding start(Archive archive, PgProcess program) {
        FutureTask<Void> task = new FutureTask<>(() -> {
            archive.feed(program);
            return null;
        });
        Thread.ofVirtual().name("archive").start(task);
        return new Feeding(task);
    }

    /** Waits for its end. @throws IOException when the archive could not be read */
    void await() throws IOException {
        try {
            task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException unreadable) {
                throw unreadable;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while an archive was read", e);
        }
    }
}
