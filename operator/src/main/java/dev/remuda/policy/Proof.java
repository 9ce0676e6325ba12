package dev.remuda.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Durations;
import dev.remuda.api.StoreJob;
import dev.remuda.job.Labels;
import dev.remuda.status.Conditions;
import dev.remuda.status.Trust;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;

/** A Backup after it was looked at: what its conditions say by then. */
record Proof(Backup backup, Observed seen, StoreJob job, BackupStatus.Verification before) {

    static Proof of(Backup backup, Observed seen, StoreJob job) {
        return new Proof(backup, seen, job, Objects.requireNonNullElse(backup.getStatus().verification(), BackupStatus.Verification.NONE));
    }

    /** A drill before that found damage met it on the way, not in the store. */
    Backup whole() {
        Backup whole = with(read(), Trust.INTACT, "True", "Read", "each byte was read and is what was written, and the archive reads to its end");
        List<Condition> known = whole.getStatus().conditions();
        return Trust.isDamaged(whole.getStatus())
                ? whole.with(whole.getStatus().verified(read(), known.stream().filter(condition -> !Trust.VERIFIED.equals(condition.getType())).toList()))
                : whole;
    }

    /** It could not be read, so what is known of it stays. */
    Backup archived() {
        return backup.with(backup.getStatus().verified(read(), backup.getStatus().conditions()));
    }

    Backup damaged(Reason reason, String message) {
        return with(read(), Trust.INTACT, "False", reason.name(), message);
    }

    /** To restore it, each byte was read as well. */
    Backup restored(RestoreResult result, Duration took) {
        String message = "restored in a drill within " + took.toSeconds() + " s: " + result.tables() + " tables with " + result.rows() + " rows are what was backed up";
        BackupStatus.Verification found =
                new BackupStatus.Verification(seen.now(), seen.now(), took.toSeconds(), Durations.format(Duration.ofSeconds(took.toSeconds())), job.name(), request());
        Backup whole = whole();
        return whole.with(whole.getStatus().verified(found, conditions(whole.getStatus().conditions(), Trust.VERIFIED, "True", "Restored", message)));
    }

    Backup refuted(Reason reason, String message) {
        Backup next = with(new BackupStatus.Verification(before.readAt(), before.restoredAt(), before.restoreSeconds(), before.restoreDuration(), job.name(), request()),
                Trust.VERIFIED, "False", reason.name(), message);
        return reason.isDamage() ? of(next, seen, job).damaged(reason, message) : next;
    }

    private BackupStatus.Verification read() {
        return new BackupStatus.Verification(seen.now(), before.restoredAt(), before.restoreSeconds(), before.restoreDuration(), job.name(), request());
    }

    private String request() {
        String asked = backup.getMetadata().getAnnotations() == null ? null : backup.getMetadata().getAnnotations().get(Labels.VERIFY);
        return asked == null ? before.request() : asked;
    }

    private Backup with(BackupStatus.Verification found, String type, String status, String reason, String message) {
        return backup.with(backup.getStatus().verified(found, conditions(backup.getStatus().conditions(), type, status, reason, message)));
    }

    private List<Condition> conditions(List<Condition> known, String type, String status, String reason, String message) {
        List<Condition> all = new ArrayList<>(known.stream().filter(condition -> !type.equals(condition.getType())).toList());
        all.add(Conditions.of(known, type, status, reason, message, Observed.generation(backup), seen.now()));
        return all;
    }
}
