package dev.remuda.worker;

import java.util.ArrayList;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.CopyResult;
import dev.remuda.task.CopyTask;
import dev.remuda.task.Reason;
import dev.remuda.task.StoreLock;
import dev.remuda.worker.store.ObjectStore;

/** Brings stored backups into a further store. One that cannot be copied is told and keeps no other from its turn; a store that is away ends the work. */
final class CopyRun {
    private static final Logger LOG = LoggerFactory.getLogger(CopyRun.class);

    private final CopyTask task;
    private final Copier copier;
    private final CopySide to;
    private final Stop stop;
    private final List<String> copied = new ArrayList<>();
    private final List<CopyResult.Failed> failed = new ArrayList<>();

    CopyRun(CopyTask task, ObjectStore from, ObjectStore to, Journal journal, Stop stop) {
        this.task = task;
        this.to = CopySide.to(to);
        this.copier = new Copier(CopySide.from(from), this.to, journal);
        this.stop = stop;
    }

    /** @throws WorkFailure when nothing was copied and the cause can pass, or when the place is another cluster's */
    CopyResult run() {
        OwnFolder.requireRoot(task.root());
        to.tell(store -> Claim.require(store, task.root(), task.claimant()));
        for (CopyTask.Item item : task.backups()) {
            try {
                stop.requireGoOn();
                OwnFolder.require(task.root(), item.to());
                copier.copy(item);
                copied.add(item.uid());
            } catch (RuntimeException e) {
                WorkFailure failure = WorkFailure.of(e);
                Reason reason = stop.requested() ? Reason.PodLost : failure.reason();
                if (reason.canPass() && copied.isEmpty()) {
                    throw failure;
                }
                LOG.warn("{} is not copied: {}", item.backup(), failure.getMessage(), failure.reason() == Reason.InternalError ? failure : null);
                failed.add(new CopyResult.Failed(item.uid(), reason, failure.getMessage()));
                if (reason.canPass()) {
                    break; // the others would meet the same
                }
            }
        }
        StoreLock lock = task.to().lock();
        return new CopyResult(copied, lock == null ? null : lock.until(), failed);
    }
}
