package dev.remuda.worker.postgres;

import java.util.List;

import dev.remuda.task.Reason;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;

/** The user's own questions to a restored database, each of which must be answered with true. */
public final class Checks {
    private Checks() {}

    /** @throws WorkFailure CheckFailed naming the first that is not true, or that the server refuses */
    public static void require(Login login, List<String> checks, Stop stop) {
        if (checks.isEmpty()) {
            return;
        }
        try (Database database = Database.connectAsUsers(login, Reason.CheckFailed, stop)) {
            database.execute("beginning to check", "BEGIN READ ONLY");
            for (String check : checks) {
                require(database, check);
            }
        }
    }

    /** Finds what is misspelt, in a database that has no rows yet. @throws WorkFailure CheckFailed naming the first that the server refuses */
    public static void explain(Login login, List<String> checks, Stop stop) {
        if (checks.isEmpty()) {
            return;
        }
        try (Database database = Database.connectAsUsers(login, Reason.CheckFailed, stop)) {
            for (String check : checks) {
                asked(database, check, "EXPLAIN " + check);
            }
        }
    }

    private static void require(Database database, String check) {
        List<Object> answers = asked(database, check, check);
        if (!answers.equals(List.of(true))) {
            throw new WorkFailure(Reason.CheckFailed, "check '" + check + "' must return true and returned " + said(answers));
        }
    }

    private static List<Object> asked(Database database, String check, String sql) {
        try {
            return database.query("asking " + check, sql, row -> row.getMetaData().getColumnCount() == 1 ? row.getObject(1) : "several columns");
        } catch (WorkFailure e) {
            boolean lost = e.reason() == Reason.DatabaseUnreachable;
            throw lost ? e : new WorkFailure(Reason.CheckFailed, "a check could not be asked: " + e.getMessage() + "; correct the Restore's checks", e);
        }
    }

    private static String said(List<Object> answers) {
        return answers.size() == 1 ? String.valueOf(answers.getFirst()) : answers.size() + " rows";
    }
}
