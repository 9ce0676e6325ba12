package dev.remuda.worker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.task.BackupTask;
import dev.remuda.task.DumpScope;
import dev.remuda.task.TableName;
import dev.remuda.worker.postgres.Tables;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;

/** Looks whether a backup that is whole has strangely little of what the one before it had. */
final class Suspicion {
    private static final Logger LOG = LoggerFactory.getLogger(Suspicion.class);
    private static final int ALL = 100;

    /** A table with less than a tenth of all rows may be a queue, which empties every day. */
    private static final int SMALL_PART = 10;

    private Suspicion() {}

    /** @return in words; empty: it looks as it should, or there is nothing to compare it with */
    static Optional<String> of(BackupTask.Baseline baseline, ObjectStore store, DumpScope scope, long archiveBytes, List<Manifest.Table> tables) {
        if (baseline == null) {
            return Optional.empty();
        }
        Manifest before;
        try {
            before = Manifest.read(store, baseline.prefix());
        } catch (WorkFailure e) {
            LOG.warn("this backup is compared with none: {}", e.getMessage()); // which says nothing against this one
            return Optional.empty();
        }
        if (!before.dump().scope().equals(scope)) {
            return Optional.empty();
        }
        List<String> found = differences(before, archiveBytes, tables, baseline.dropPercent());
        return found.isEmpty() ? Optional.empty() : Optional.of("beside Backup " + baseline.backup() + ", " + String.join("; ", found));
    }

    private static List<String> differences(Manifest before, long archiveBytes, List<Manifest.Table> tables, int percent) {
        List<String> found = new ArrayList<>();
        if (dropped(before.dump().archiveBytes(), archiveBytes, percent)) {
            found.add("the dump before compression has " + archiveBytes + " bytes instead of " + before.dump().archiveBytes());
        }
        long rows = tables.stream().mapToLong(Manifest.Table::rows).sum();
        if (dropped(before.rows(), rows, percent)) {
            found.add("all tables together have " + rows + " rows instead of " + before.rows());
        }
        Map<TableName, Long> now = new HashMap<>();
        tables.forEach(table -> now.put(table.qualified(), table.rows()));
        Set<TableName> patterns = now.keySet().stream().map(Suspicion::pattern).collect(Collectors.toSet());
        List<String> gone = before.tables().stream().map(Manifest.Table::qualified)
                .filter(name -> !now.containsKey(name) && (pattern(name).equals(name) || !patterns.contains(pattern(name))))
                .map(TableName::toString)
                .toList();
        if (!gone.isEmpty()) {
            found.add((gone.size() == 1 ? "table " : gone.size() + " tables ") + Tables.some(gone) + (gone.size() == 1 ? " is" : " are") + " gone");
        }
        before.tables().stream()
                .filter(table -> now.containsKey(table.qualified()) && table.rows() >= before.rows() / SMALL_PART && dropped(table.rows(), now.get(table.qualified()), percent))
                .map(table -> table.qualified() + " has " + now.get(table.qualified()) + " rows instead of " + table.rows())
                .limit(SMALL_PART)
                .forEach(found::add);
        return found;
    }

    /** Partitions of one table mostly differ by the numbers in their names, and come and go with time. */
    private static TableName pattern(TableName table) {
        return new TableName(table.schema(), table.name().replaceAll("[0-9]+", "#"));
    }

    private static boolean dropped(long before, long now, int percent) {
        return now * (double) ALL < before * (double) (ALL - percent);
    }
}
