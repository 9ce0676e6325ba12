package dev.remuda.task;

import java.util.List;

/**
 * What a look for backups found.
 *
 * @param told how many lines were written, so that a log that was cut short is noticed
 * @param last prefix up to which all was looked at; null: there is nothing
 * @param more whether backups lie beyond it
 * @param heldBy whose it is and what to do, when it belongs to another cluster; else null
 * @param unreadable folders that have a manifest but are no whole backup, and why, at most ten
 */
public record CatalogueResult(int told, String last, boolean more, String heldBy, List<String> unreadable) implements Result {
    public CatalogueResult {
        unreadable = unreadable == null ? List.of() : List.copyOf(unreadable);
    }
}
