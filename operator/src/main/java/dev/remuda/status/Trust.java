package dev.remuda.status;

import java.time.Instant;
import java.util.Set;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.Condition;

import dev.remuda.api.BackupStatus;
import dev.remuda.task.Reason;

/** What the conditions of a Backup say of its worth, after it was made. */
public final class Trust {
    /** Condition: whether all of it was as it should be when the store was last read. */
    public static final String INTACT = "Intact";

    /** Condition: whether it could be restored, and what was restored was what was backed up. */
    public static final String VERIFIED = "Verified";

    /** Condition: whether much of what the last normal backup had is not in it. */
    public static final String SUSPICIOUS = "Suspicious";

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

    public static boolean isSuspicious(BackupStatus status) {
        return status.conditions().stream().anyMatch(condition -> SUSPICIOUS.equals(condition.getType()) && is(condition, "True"));
    }

    /** The same, of one that a person has looked at. */
    public static BackupStatus accepted(BackupStatus status, long generation, Instant now) {
        Condition normal = Conditions.of(status.conditions(), SUSPICIOUS, "False", "Accepted", "a person has looked at it and takes it for a normal one", generation, now);
        return status.in(status.phase(), Stream.concat(status.conditions().stream().filter(condition -> !SUSPICIOUS.equals(condition.getType())), Stream.of(normal)).toList());
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
