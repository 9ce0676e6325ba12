package dev.remuda.support;

import java.util.ArrayDeque;
import java.util.Deque;

/** What is done when the JVM ends, the last registered first: a program ends before its folder is deleted. */
final class AtEnd {
    private static final Deque<Runnable> ACTIONS = new ArrayDeque<>();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(AtEnd::runAll));
    }

    private AtEnd() {}

    static synchronized void run(Runnable action) {
        ACTIONS.push(action);
    }

    /** One that fails keeps no other program alive. */
    private static synchronized void runAll() {
        for (Runnable action : ACTIONS) {
            try {
                action.run();
            } catch (RuntimeException e) {
                System.err.println("at the end: " + e);
            }
        }
    }
}
