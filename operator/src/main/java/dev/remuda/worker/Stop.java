package dev.remuda.worker;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Lets the work be stopped from outside (SIGTERM): what blocks is ended, so that the work can clean up after itself and report. */
public final class Stop {
    private final Set<Runnable> actions = ConcurrentHashMap.newKeySet();
    private volatile boolean requested;

    /** Takes back a registration. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /** Runs the action when a stop is requested; at once when it was already. */
    public Registration register(Runnable action) {
        actions.add(action);
        if (requested) {
            action.run();
        }
        return () -> actions.remove(action);
    }

    public void request() {
        requested = true;
        actions.forEach(Runnable::run);
    }

    public boolean requested() {
        return requested;
    }
}
