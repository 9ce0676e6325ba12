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

/** Reads stored backups whole. One that is damaged is told and keeps no other from its turn; a store that is away ends the work. */
final class VerifyRun {
    private static final Logger LOG = LoggerFactory.getLogger(VerifyRun.class);

    private final VerifyTask task;
    private final ObjectStore store;
    private final PgPrograms programs;
    private final Journal journal;
    private final Stop stop;
    private final List<String> whole = new ArrayList<>();
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
        for (VerifyTask.Item item : task.backups()) {
            try {
                stop.requireGoOn();
                look(item);
            } catch (RuntimeException e) {
                WorkFailure failure = WorkFailure.of(e);
                LOG.warn("{}: {}", item.backup(), failure.getMessage(), failure.reason() == Reason.InternalError ? failure : null);
                if (!failure.reason().isDamage()) {
                    return new VerifyResult(whole, archived, damaged, new FailureResult(failure.reason(), item.backup() + " could not be read: " + failure.getMessage(), false));
                }
                damaged.add(new VerifyResult.Damaged(item.uid(), failure.reason(), failure.getMessage()));
            }
        }
        return new VerifyResult(whole, archived, damaged, null);
    }

    private void look(VerifyTask.Item item) {
        BackupSource source = BackupSource.look(RestoreTask.Source.asItLies(item.prefix(), item.checksum(), task.identity()), store, journal);
        if (source.archived().isPresent()) {
            archived.add(item.uid());
            return;
        }
        journal.begin("Read", source.bytes(), null);
        source.prove(new PgRestore(programs, programs.majorFor(source.clientMajor()), stop));
        whole.add(item.uid());
    }
}
