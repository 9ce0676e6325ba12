package dev.remuda.worker;

import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.Reason;
import dev.remuda.worker.store.ObjectStore;

/** Keeps a policy's part of the store in order. */
final class MaintainRun {
    MaintainRun(MaintainTask task, ObjectStore store, Stop stop) {}

    MaintainResult run() {
        throw new WorkFailure(Reason.InternalError, "not written yet");
    }
}
