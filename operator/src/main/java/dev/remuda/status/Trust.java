package dev.remuda.status;

import java.util.Set;

import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.api.BackupStatus;
import dev.remuda.task.Reason;

/** What the conditions of a Backup say of its worth, after it was made. */
public final class Trust {
    /** Condition: whether all of it was as it should be when the store was last read. */
    public static final String INTACT = "Intact";

    /** Condition: whether it could be restored, and what was restored was what was backed up. */
    public static final String VERIFIED = "Verified";

    private static final Set<String> BOTH = Set.of(INTACT, VERIFIED);

    private Trust() {}

    /** Whether it is known not to be what it was when it was made. */
    public static boolean isDamaged(BackupStatus status) {
        return status.conditions().stream().anyMatch(condition -> BOTH.contains(condition.getType()) && is(condition, "False") && isDamage(condition.getReason()));
    }

    public static boolean isVerified(BackupStatus status) {
        return status.conditions().stream().anyMatch(condition -> VERIFIED.equals(condition.getType()) && is(condition, "True"));
    }

    /** Whether a drill has found that it cannot be restored as it was. */
    public static boolean isRefuted(BackupStatus status) {
        return status.conditions().stream().anyMatch(condition -> VERIFIED.equals(condition.getType()) && is(condition, "False"));
    }

    private static boolean is(Condition condition, String status) {
        return status.equals(condition.getStatus());
    }

    private static boolean isDamage(String reason) {
        try {
            return Reason.valueOf(reason).isDamage();
        } catch (IllegalArgumentException e) {
            return true; // a word of a newer version, for what is False
        }
    }
}
