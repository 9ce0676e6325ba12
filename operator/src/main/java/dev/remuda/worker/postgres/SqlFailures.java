package dev.remuda.worker.postgres;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

import org.postgresql.util.PSQLException;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

/** What a server's refusal means, by its SQLSTATE, and what to do about it. */
final class SqlFailures {
    // The driver's own refusals have no cause: a wrong host name, an unreadable authority, a server without TLS.
    private static final Pattern TLS = Pattern.compile("SSL|hostname .* could not be verified");

    private static final Pattern PROGRAMS_TLS = Pattern.compile("connection to server .* failed: (SSL error|server certificate|could not read root certificate|root certificate|server does not support SSL)");

    // pg_dump waits for locks by statement_timeout, and has none otherwise.
    private static final Pattern LOCKED = Pattern.compile("canceling statement due to (lock timeout|statement timeout.*LOCK TABLE)", Pattern.DOTALL);

    private static final Pattern TOO_MANY = Pattern.compile("too many clients already|remaining connection slots are reserved|too many connections for (database|role)");
    private static final String NO_CONNECTION_LEFT = "; the server has no connection left: raise max_connections (or the limit of the role or database), or end some";

    private SqlFailures() {}

    /** @param what what was being done, such as "counting rows" */
    static WorkFailure of(Login login, String what, SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String said = what + " on " + login + ": " + words(e);
        return switch (state) {
            case "28P01", "28000" -> new WorkFailure(
                    Reason.DatabaseAuthenticationFailed,
                    "server " + login.server() + " refuses user " + login.user() + " (" + firstLine(e.getMessage())
                            + "); correct username and password in the Secret, or the server's pg_hba.conf", e);
            case "3D000" -> new WorkFailure(
                    Reason.DatabaseNotFound,
                    "server " + login.server() + " has no database " + login.database() + "; correct database.name, or create it", e);
            case "42501" -> new WorkFailure(
                    Reason.DatabasePermissionDenied, said + "; grant user " + login.user() + " the right, or use another user", e);
            case "42P04" -> new WorkFailure(Reason.TargetExists, said, e);
            case "55006" -> new WorkFailure(
                    Reason.TargetInUse, said + "; end its prepared transactions, replication slots, subscriptions or sessions", e);
            case "53100" -> new WorkFailure(Reason.DiskFull, said + "; the server's disk is full: make room on it", e);
            case "53300" -> new WorkFailure(Reason.DatabaseUnreachable, said + NO_CONNECTION_LEFT, e);
            case "55P03" -> new WorkFailure(Reason.DatabaseUnreachable, said + locked(login), e);
            default -> state.startsWith("08") || state.startsWith("57P") ? unreachable(login, said, e) : null;
        };
    }

    /** As {@link #of}, with a reason for what is no ordinary refusal. */
    static WorkFailure of(Login login, String what, SQLException e, Reason otherwise) {
        WorkFailure known = of(login, what, e);
        return known != null ? known : new WorkFailure(otherwise, what + " on " + login + ": " + words(e), e);
    }

    private static WorkFailure unreachable(Login login, String said, SQLException e) {
        if (caused(e, UnknownHostException.class)) {
            return new WorkFailure(
                    Reason.DatabaseUnreachable,
                    "host " + login.host() + " is not known; check database.host and, inside the cluster, its namespace (service.namespace.svc)", e);
        }
        if (caused(e, SSLException.class) || TLS.matcher(String.valueOf(e.getMessage())).find()) {
            return new WorkFailure(Reason.DatabaseUnreachable, tls(login, root(e)), e);
        }
        if (caused(e, ConnectException.class)) {
            return new WorkFailure(
                    Reason.DatabaseUnreachable,
                    "server " + login.server() + " does not take connections (" + root(e) + "); check host and port, whether it runs, and network policies", e);
        }
        return new WorkFailure(Reason.DatabaseUnreachable, said + "; check that the server runs and can be reached", e);
    }

    private static String locked(Login login) {
        return "; no ACCESS SHARE lock on a table within " + Snapshot.LOCK_WAIT + ", for another session has ACCESS EXCLUSIVE there or waits for it (ALTER TABLE, TRUNCATE, VACUUM FULL, "
                + "REINDEX). In database " + login.database() + ", SELECT pid, relation::regclass FROM pg_locks WHERE mode = 'AccessExclusiveLock' names it: end it, or choose a quieter hour";
    }

    private static String tls(Login login, String cause) {
        return "TLS with server " + login.server() + " failed (" + cause + "); check database.sslMode (" + login.sslMode() + ") and caRef";
    }

    /**
     * What a program of PostgreSQL's said when it did not get a lock, or could not connect: for TLS (it refuses some certificates that the driver
     * takes), or for lack of room.
     */
    static Optional<WorkFailure> ofProgram(Login login, String words) {
        if (LOCKED.matcher(words).find()) {
            return Optional.of(new WorkFailure(Reason.DatabaseUnreachable, words + locked(login)));
        }
        if (TOO_MANY.matcher(words).find()) {
            return Optional.of(new WorkFailure(Reason.DatabaseUnreachable, words + NO_CONNECTION_LEFT));
        }
        return PROGRAMS_TLS.matcher(words).find() ? Optional.of(new WorkFailure(Reason.DatabaseUnreachable, tls(login, words))) : Optional.empty();
    }

    private static boolean caused(Throwable e, Class<? extends Throwable> type) {
        return Stream.iterate(e, cause -> cause != null, Throwable::getCause).anyMatch(type::isInstance);
    }

    private static String root(Throwable e) {
        return Stream.iterate(e, cause -> cause != null, Throwable::getCause).reduce((first, second) -> second).map(Throwable::getMessage).orElse("");
    }

    /** The server's first line, and its hint. */
    private static String words(SQLException e) {
        String hint = e instanceof PSQLException answer && answer.getServerErrorMessage() != null ? answer.getServerErrorMessage().getHint() : null;
        return firstLine(e.getMessage()) + (hint == null ? "" : " (" + hint + ")");
    }

    private static String firstLine(String message) {
        return message == null ? "" : message.lines().findFirst().orElse("").replaceFirst("^(ERROR|FATAL): ", "");
    }
}
