package dev.remuda.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicyStatus.Verification;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Durations;
import dev.remuda.status.Conditions;
import dev.remuda.status.Trust;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;

/** A Backup after it was looked at: what its conditions say by then. */
record Proof(Backup backup, Observed seen, Verification running, BackupStatus.Verification before) {

    static Proof of(Backup backup, Observed seen, Verification running) {
        return new Proof(backup, seen, running, Objects.requireNonNullElse(backup.getStatus().verification(), BackupStatus.Verification.NONE));
    }

    Backup whole() {
        return intact("each byte was read and is what was written, and the archive reads to its end");
    }

    /** A drill before that found damage met it on the way, not in the store. */
    private Backup intact(String message) {
        Backup intact = with(read(), Trust.INTACT, "True", "Read", message);
        List<Condition> known = intact.getStatus().conditions();
        return Trust.isDamaged(intact.getStatus())
                ? intact.with(intact.getStatus().verified(read(), known.stream().filter(condition -> !Trust.VERIFIED.equals(condition.getType())).toList()))
                : intact;
    }

    /** It is encrypted, and was not opened. */
    Backup sealed() {
        return intact("each byte was read and is what was written; it is encrypted, and was not opened");
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
                new BackupStatus.Verification(seen.now(), seen.now(), took.toSeconds(), Durations.format(Duration.ofSeconds(took.toSeconds())), running.job().name(), request());
        Backup whole = whole();
        return whole.with(whole.getStatus().verified(found, conditions(whole.getStatus().conditions(), Trust.VERIFIED, "True", "Restored", message)));
    }

    Backup refuted(Reason reason, String message) {
        Backup next = with(new BackupStatus.Verification(before.readAt(), before.restoredAt(), before.restoreSeconds(), before.restoreDuration(), running.job().name(), request()),
                Trust.VERIFIED, "False", reason.name(), message);
        return reason.isDamage() ? of(next, seen, running).damaged(reason, message) : next;
    }

    private BackupStatus.Verification read() {
        return new BackupStatus.Verification(seen.now(), before.restoredAt(), before.restoreSeconds(), before.restoreDuration(), running.job().name(), request());
    }

    /** What was asked meanwhile is answered by another Job. */
    private String request() {
        return running.request() == null ? before.request() : running.request();
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
