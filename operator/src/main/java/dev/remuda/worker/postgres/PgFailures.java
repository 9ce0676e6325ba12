package dev.remuda.worker.postgres;

import java.util.Optional;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

/** What the last words of a program that restores mean, and what to do about it. */
final class PgFailures {
    private PgFailures() {}

    static WorkFailure of(Login login, String words) {
        if (words.contains(" rows instead of ") || words.contains(" must return true and returned ")) {
            return new WorkFailure(Reason.CheckFailed, words + "; nothing was changed");
        }
        if (words.contains("due to lock timeout")) {
            return new WorkFailure(Reason.TargetInUse, words + "; somebody works with a selected table for longer than half a minute: see pg_locks, or choose a quieter hour. Nothing was changed");
        }
        if (words.contains("No space left on device")) {
            return new WorkFailure(Reason.DiskFull, words + "; the disk of server " + login.server() + " is full: make room on it");
        }
        if (words.contains("permission denied") || words.contains("must be owner") || words.contains("must be superuser")) {
            return new WorkFailure(Reason.DatabasePermissionDenied, words + "; restore as a superuser, or as a user who has what is named");
        }
        if (words.matches("(?s).*role \"[^\"]*\" does not exist.*")) {
            return new WorkFailure(Reason.RoleMissing, words + "; create the role first, or give all to one role with owner.role");
        }
        Optional<WorkFailure> tls = SqlFailures.ofProgram(login, words);
        if (tls.isPresent()) {
            return tls.get();
        }
        if (PgDump.LOST.matcher(words).find()) {
            return new WorkFailure(Reason.DatabaseUnreachable, words + "; the connection to " + login.server() + " was lost: see the server's log");
        }
        return new WorkFailure(Reason.RestoreFailed, words);
    }
}
