package dev.remuda.worker;

import java.util.ArrayList;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.VerifyResult;
import dev.remuda.task.VerifyTask;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.postgres.PgRestore;
import dev.remuda.worker.store.ObjectStore;

/** Reads stored backups whole. One that is damaged, or cannot be read, is told and keeps no other from its turn; a store that is away ends the work. */
final class VerifyRun {
    private static final Logger LOG = LoggerFactory.getLogger(VerifyRun.class);

    private final VerifyTask task;
    private final ObjectStore store;
    private final PgPrograms programs;
    private final Journal journal;
    private final Stop stop;
    private final List<String> whole = new ArrayList<>();
    private final List<String> sealed = new ArrayList<>();
    private final List<String> archived = new ArrayList<>();
    private final List<VerifyResult.Damaged> damaged = new ArrayList<>();

    VerifyRun(VerifyTask task, ObjectStore store, PgPrograms programs, Journal journal, Stop stop) {
        this.task = task;
        this.store = store;
        this.programs = programs;
        this.journal = journal;
        this.stop = stop;
    }

    VerifyResult run() {
        FailureResult trouble = null;
        for (VerifyTask.Item item : task.backups()) {
            try {
                stop.requireGoOn();
                look(item);
            } catch (RuntimeException e) {
                WorkFailure failure = WorkFailure.of(e);
                LOG.warn("{}: {}", item.backup(), failure.getMessage(), failure.reason() == Reason.InternalError ? failure : null);
                if (failure.reason().isDamage() && !stop.requested()) {
                    damaged.add(new VerifyResult.Damaged(item.uid(), failure.reason(), failure.getMessage()));
                    continue;
                }
                Reason reason = stop.requested() ? Reason.PodLost : failure.reason();
                trouble = trouble == null ? new FailureResult(reason, item.backup() + " could not be read: " + failure.getMessage(), false) : trouble;
                if (reason.canPass()) {
                    break; // the others would meet the same
                }
            }
        }
        return new VerifyResult(whole, sealed, archived, damaged, trouble);
    }

    private void look(VerifyTask.Item item) {
        BackupSource source = BackupSource.look(RestoreTask.Source.asItLies(item.prefix(), item.checksum(), task.identity()), store, journal);
        if (source.archived().isPresent()) {
            archived.add(item.uid());
            return;
        }
        journal.begin("Read", source.bytes(), null);
        if (opens(source)) {
            source.prove(new PgRestore(programs, programs.majorFor(source.clientMajor()), stop));
            whole.add(item.uid());
        } else {
            source.compare();
            sealed.add(item.uid());
        }
    }

    /** An identity of today need not be one of those for whom it was encrypted then. */
    private static boolean opens(BackupSource source) {
        try {
            source.requireOpen();
            return true;
        } catch (WorkFailure e) {
            if (e.reason() != Reason.DecryptionFailed) {
                throw e;
            }
            return false;
        }
    }
}
