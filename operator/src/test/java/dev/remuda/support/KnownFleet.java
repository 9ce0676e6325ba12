package dev.remuda.support;

import java.util.List;
import java.util.stream.Stream;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Restore;
import dev.remuda.observability.Fleet;

/** The fleet that a test lists. */
public record KnownFleet(boolean isLed, List<BackupPolicy> policyList, List<Backup> backupList, List<Restore> restoreList) implements Fleet {
    @Override
    public Stream<BackupPolicy> policies() {
        return policyList.stream();
    }

    @Override
    public Stream<Backup> backups() {
        return backupList.stream();
    }

    @Override
    public Stream<Restore> restores() {
        return restoreList.stream();
    }
}
