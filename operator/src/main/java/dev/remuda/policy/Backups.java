package dev.remuda.policy;

import java.util.Objects;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;

/** Copies of Backups: what a watch has brought is never changed in place. */
final class Backups {
    private Backups() {}

    static Backup with(Backup backup, BackupStatus status) {
        Backup copy = new Backup();
        copy.setMetadata(backup.getMetadata());
        copy.setSpec(backup.getSpec());
        copy.setStatus(status);
        copy.unread().addAll(backup.unread());
        return copy;
    }

    static long generation(Backup backup) {
        return Objects.requireNonNullElse(backup.getMetadata().getGeneration(), 0L);
    }
}
