package dev.remuda.worker;

import dev.remuda.task.Reason;

/** What of a store a task may touch: folders right under a policy's root, each of one backup. */
final class OwnFolder {
    private static final String REPORT = "please report it with the worker's log";

    private OwnFolder() {}

    static void requireRoot(String root) {
        if (root == null || !root.matches(".*[^/]/")) {
            throw new WorkFailure(Reason.InternalError, "the root " + root + " is no folder: nothing was looked at; " + REPORT);
        }
    }

    /** A prefix that is not the folder of one backup would take more with it. */
    static void require(String root, String prefix) {
        if (prefix == null || !prefix.startsWith(root) || !prefix.substring(root.length()).matches("[^/]+/")) {
            throw new WorkFailure(Reason.InternalError, prefix + " is no folder right under " + root + ": nothing was touched; " + REPORT);
        }
    }
}
