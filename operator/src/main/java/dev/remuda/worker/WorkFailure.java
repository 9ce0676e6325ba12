package dev.remuda.worker;

import dev.remuda.task.Reason;

/** Work that cannot go on. The message says what happened, to what, and what to do; the user reads it in the resource's status. */
public final class WorkFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final boolean leftovers;

    public WorkFailure(Reason reason, String message) {
        this(reason, message, null);
    }

    public WorkFailure(Reason reason, String message, Throwable cause) {
        this(reason, message, cause, false);
    }

    private WorkFailure(Reason reason, String message, Throwable cause, boolean leftovers) {
        super(message, cause);
        this.reason = reason;
        this.leftovers = leftovers;
    }

    /** What went wrong, as a failure: what is none is a fault of Remuda itself. */
    static WorkFailure of(RuntimeException e) {
        return e instanceof WorkFailure failure
                ? failure
                : new WorkFailure(Reason.InternalError, "a fault of Remuda: " + e + "; please report it with the worker's log", e);
    }

    /** The same, of which something may be left in the store. @param where and why */
    WorkFailure withLeftovers(String where) {
        return new WorkFailure(reason, getMessage() + ". " + where, this, true);
    }

    /** The same, which says where it befell. */
    WorkFailure in(String where) {
        return new WorkFailure(reason, where + ": " + getMessage(), this, leftovers);
    }

    public Reason reason() {
        return reason;
    }

    /** Whether something was left in the store that could not be taken back. */
    public boolean leftovers() {
        return leftovers;
    }
}
