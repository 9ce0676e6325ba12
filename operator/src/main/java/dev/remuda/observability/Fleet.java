package dev.remuda.observability;

import java.util.stream.Stream;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Restore;

/** All resources that the operator knows of, from its caches. */
public interface Fleet {
    /** Whether this operator acts: one that stands by must not be counted beside it. */
    boolean isLed();

    Stream<BackupPolicy> policies();

    Stream<Backup> backups();

    Stream<Restore> restores();
}
