package dev.remuda.worker.postgres;

import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Lines as PostgreSQL 15 and 17 print them. */
class WordsTest {
    private static List<String> sayable(String words) {
        Words filter = new Words();
        return words.lines().map(filter::sayable).flatMap(Optional::stream).toList();
    }

    @Test
    void anErrorIsSaidWithItsPlaceAndWithoutItsRow() {
        assertThat(sayable("""
                pg_restore: error: COPY failed for table "users": ERROR:  new row for relation "users" violates check constraint "ok"
                DETAIL:  Failing row contains (1, alice@example.com, line
                break).
                CONTEXT:  COPY users, line 1: "1	alice@example.com"
                pg_restore: warning: errors ignored on restore: 1
                """))
                .containsExactly(
                        "pg_restore: error: COPY failed for table \"users\": ERROR:  new row for relation \"users\" violates check constraint \"ok\"",
                        "in COPY users, line 1",
                        "pg_restore: warning: errors ignored on restore: 1");
    }

    @Test
    void aFunctionsContextEndsInTheRow() {
        assertThat(sayable("""
                pg_restore: error: COPY failed for table "users": ERROR:  relation "t" does not exist
                LINE 1: SELECT 'alice@example.com' FROM t
                QUERY:  SELECT 'alice@example.com' FROM t
                CONTEXT:  PL/pgSQL function public.is_ok(text) line 3 at IF
                COPY users, line 1: "1	alice@example.com"
                HINT:  Look elsewhere.
                """))
                .containsExactly(
                        "pg_restore: error: COPY failed for table \"users\": ERROR:  relation \"t\" does not exist", "in COPY users, line 1", "HINT:  Look elsewhere.");
    }

    @Test
    void aCommandMayHoldAPassword() {
        assertThat(sayable("""
                pg_restore: error: could not execute query: ERROR:  permission denied to create subscription
                Command was: CREATE SUBSCRIPTION s
                    CONNECTION 'host=h password=hunter2' PUBLICATION p;
                pg_restore: while PROCESSING TOC:
                """))
                .containsExactly(
                        "pg_restore: error: could not execute query: ERROR:  permission denied to create subscription", "pg_restore: while PROCESSING TOC:");
    }

    @Test
    void aValueInTheFirstLineIsCut() {
        assertThat(sayable("pg_restore: error: COPY failed for table \"t\": ERROR:  invalid input syntax for type integer: \"secret\""))
                .containsExactly("pg_restore: error: COPY failed for table \"t\": ERROR:  invalid input syntax for type integer");
    }

    /** By which its failure is known. */
    @Test
    void theLockThatADumpDidNotGetIsSaid() {
        assertThat(sayable("""
                pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout
                pg_dump: detail: Query was: LOCK TABLE public.races IN ACCESS SHARE MODE
                """))
                .containsExactly(
                        "pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout",
                        "pg_dump: detail: Query was: LOCK TABLE public.races IN ACCESS SHARE MODE");
    }

    @Test
    void warningsOfTimescaleDbsOwnTablesAreNotSaid() {
        assertThat(sayable("""
                pg_dump: warning: there are circular foreign-key constraints on this table:
                pg_dump: detail: hypertable
                pg_dump: hint: You might not be able to restore the dump without using --disable-triggers or temporarily dropping the constraints.
                pg_dump: hint: Consider using a full dump instead of a --data-only dump to avoid this problem.
                pg_dump: error: no such thing
                """))
                .containsExactly("pg_dump: error: no such thing");
    }
}
