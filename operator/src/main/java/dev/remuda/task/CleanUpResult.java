package dev.remuda.task;

import java.util.List;

/**
 * How a restore has left the server, now that its own databases are gone.
 *
 * @param restored whether the target is what was restored: the work had succeeded after all
 * @param oid object id of the database that has the target's name now; null: there is none
 * @param dropped names of the databases that were dropped
 * @param switched what is known of the switch when {@code restored}; null for strategy Existing, or when it was not switched
 */
public record CleanUpResult(boolean restored, Long oid, List<String> dropped, SwitchResult switched) implements Result {
    public CleanUpResult {
        dropped = dropped == null ? List.of() : List.copyOf(dropped);
    }
}
