package dev.remuda.worker.postgres;

import java.sql.SQLException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

import static org.assertj.core.api.Assertions.assertThat;

/** What the server and its programs say of a lock. */
class SqlFailuresTest {
    private static final Login LOGIN = new Login("db", 5432, "racing", "backup", "pw", "prefer", null);
    private static final String CURE = "; no ACCESS SHARE lock on a table within 60s, for another session has ACCESS EXCLUSIVE there or waits for it (ALTER TABLE, TRUNCATE, VACUUM FULL, "
            + "REINDEX). In database racing, SELECT pid, relation::regclass FROM pg_locks WHERE mode = 'AccessExclusiveLock' names it: end it, or choose a quieter hour";

    /** As PostgreSQL 15 says it: pg_dump's own wait is one for the statement. */
    @ParameterizedTest
    @ValueSource(strings = {
        "pg_dump ended with exit code 1: error: query failed: ERROR:  canceling statement due to statement timeout | detail: Query was: LOCK TABLE public.races IN ACCESS SHARE MODE",
        "pg_dump ended with exit code 1: error: query failed: ERROR:  canceling statement due to lock timeout",
    })
    void aDumpThatDidNotGetItsLocksIsTriedAgain(String words) {
        WorkFailure failure = PgDump.failed(LOGIN, words);

        assertThat(failure.reason()).isEqualTo(Reason.DatabaseUnreachable);
        assertThat(failure.reason().canPass()).isTrue();
        assertThat(failure).hasMessage(words + CURE);
    }

    @Test
    void theSnapshotSaysTheSame() {
        WorkFailure failure = SqlFailures.of(LOGIN, "locking tables", new SQLException("ERROR: canceling statement due to lock timeout", "55P03"));

        assertThat(failure.reason()).isEqualTo(Reason.DatabaseUnreachable);
        assertThat(failure).hasMessage("locking tables on " + LOGIN + ": canceling statement due to lock timeout" + CURE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"canceling statement due to user request", "canceling statement due to statement timeout | detail: Query was: COPY public.races TO stdout"})
    void whatSomebodyEndedIsNoLock(String words) {
        WorkFailure failure = PgDump.failed(LOGIN, "pg_dump ended with exit code 1: error: " + words);

        assertThat(failure.reason()).isEqualTo(Reason.DumpFailed);
        assertThat(failure.getMessage()).contains("spare user backup");
    }

    @Test
    void aRestoreIntoAnExistingDatabaseNamesItsTarget() {
        assertThat(PgFailures.of(LOGIN, "psql ended with exit code 3: ERROR:  canceling statement due to lock timeout").reason()).isEqualTo(Reason.TargetInUse);
    }
}
