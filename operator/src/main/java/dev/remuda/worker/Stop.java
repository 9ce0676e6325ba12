package dev.remuda.worker;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.remuda.task.Reason;

/**
 * Lets the work be stopped from outside (SIGTERM): what blocks is ended, so that the work can clean up after itself and report. What blocks for
 * other reasons ends by its {@link Patience}.
 */
public final class Stop {
    private final Set<Runnable> actions = ConcurrentHashMap.newKeySet();
    private final CountDownLatch requested = new CountDownLatch(1);
    private final Patience patience;

    public Stop() {
        this(Patience.USUAL);
    }

    public Stop(Patience patience) {
        this.patience = patience;
    }

    public Patience patience() {
        return patience;
    }

    /** Takes back a registration. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /** Runs the action when a stop is requested; at once when it was already. */
    public Registration register(Runnable action) {
        actions.add(action);
        if (requested()) {
            action.run();
        }
        return () -> actions.remove(action);
    }

    public void request() {
        requested.countDown();
        actions.forEach(Runnable::run);
    }

    public boolean requested() {
        return requested.getCount() == 0;
    }

    /** @throws WorkFailure when a stop was requested: nothing new is begun then */
    public void requireGoOn() {
        if (requested()) {
            throw new WorkFailure(Reason.PodLost, "the work was stopped");
        }
    }

    /** Waits that long, unless a stop comes first. @throws WorkFailure when it does */
    public void await(Duration duration) {
        try {
            requested.await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        requireGoOn();
    }
}
