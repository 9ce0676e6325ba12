package dev.remuda.worker.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

/**
 * One pass over a plain SQL dump, which proves that it is the whole output of one pg_dump and that psql will not leave the database with it. Memory
 * is constant.
 *
 * <p>This is no protection from an author who means harm: SQL that a superuser runs can do anything that a superuser can.
 */
public final class SqlScan implements SqlReader.Finds {
    private static final String HEADER = "PostgreSQL database dump";
    private static final String COMPLETE = "PostgreSQL database dump complete";
    private static final String CLUSTER = "PostgreSQL database cluster dump";
    private static final int SHOWN = 60;

    private final String name;
    private final SqlReader reader = new SqlReader(this);
    private final SqlFinds finds = new SqlFinds();
    private boolean header;
    private boolean complete;
    private boolean restricted;

    private SqlScan(String name) {
        this.name = name;
    }

    /**
     * @param name of the dump, for messages
     * @throws IOException when the stream cannot be read
     * @throws WorkFailure DumpIncomplete when it is cut short, InvalidSpec when it is no dump of one database
     */
    public static SqlFacts read(String name, InputStream sql) throws IOException {
        SqlScan scan = new SqlScan(name);
        scan.reader.read(sql);
        scan.requireWhole();
        return scan.finds.facts(scan.reader.rows());
    }

    private void requireWhole() {
        if (!header) {
            throw new WorkFailure(
                    Reason.InvalidSpec, name + " is no output of pg_dump, which begins with '-- " + HEADER + "': whether it is whole cannot be known. Run it by"
                            + " hand with psql, if it is meant to be");
        }
        String within = reader.within();
        if (!within.isEmpty() || !complete || restricted) {
            throw new WorkFailure(
                    Reason.DumpIncomplete, name + " is cut short: it ends at line " + reader.line() + (within.isEmpty() ? "" : ", within " + within)
                            + ", without pg_dump's last line '" + (complete ? "\\unrestrict" : "-- " + COMPLETE) + "'; choose another dump");
        }
    }

    @Override
    public void begun(long line, boolean besideRows) {
        complete = false;
        if (besideRows) {
            throw refused(line, "a statement on the line of a COPY, which pg_dump never writes", "make the dump again with pg_dump");
        }
    }

    @Override
    public void comment(String text) {
        String words = text.strip();
        if (words.equals(CLUSTER)) {
            throw new WorkFailure(
                    Reason.InvalidSpec, name + " is a dump of a whole cluster (pg_dumpall), with several databases and roles: restore it by hand with psql, or make"
                            + " a dump of the one database with pg_dump -Fc");
        }
        header |= words.equals(HEADER);
        complete |= words.equals(COMPLETE);
        finds.comment(words);
    }

    @Override
    public void command(String command, long line, boolean withinStatement) {
        String word = command.split("\\s", 2)[0];
        boolean known = word.equals("\\.") || word.equals("\\restrict") || word.equals("\\unrestrict");
        if (!known || withinStatement) {
            throw refused(
                    line, "psql's command " + word, word.equals("\\connect") || word.equals("\\c") || word.equals("\\encoding")
                            ? "make the dump with pg_dump, without --create, or remove the line" : "pg_dump never writes it; look at what it does and remove the line");
        }
        if (!word.equals("\\.")) {
            restricted = word.equals("\\restrict");
        }
    }

    @Override
    public void statement(SqlStatement statement) {
        leaving(statement).ifPresent(what -> {
            throw refused(statement.line(), what, "make the dump with pg_dump, without --create, or remove such statements");
        });
        if (statement.is(0, "PG_DUMP", "PG_DUMPALL") && statement.beginning().matches("(?s)pg_dump(all)?: .*")) {
            throw refused(statement.line(), "a message of pg_dump", "the script mixed messages into the dump (2>&1): remove the line, if it is a warning only");
        }
        if (statement.is(0, "SET") && (statement.is(1, "STANDARD_CONFORMING_STRINGS") || statement.is(2, "STANDARD_CONFORMING_STRINGS"))) {
            standardStrings(statement);
        }
        finds.statement(statement);
    }

    private static Optional<String> leaving(SqlStatement statement) {
        boolean changes = statement.is(0, "CREATE", "DROP", "ALTER");
        boolean mapping = statement.is(1, "USER") && statement.is(2, "MAPPING");
        boolean outside = statement.is(1, "DATABASE", "ROLE", "USER", "GROUP", "TABLESPACE", "SYSTEM") && !mapping;
        if (!changes || !outside) {
            return Optional.empty();
        }
        String words = statement.beginning().replaceAll("\\s+", " ");
        // The rest may be a password.
        return Optional.of(words.substring(0, Math.min(words.length(), SHOWN)).replaceAll("(?i) (WITH|PASSWORD|SET)\\b.*", ""));
    }

    private void standardStrings(SqlStatement statement) {
        if (!statement.lastWord().equals("ON") && !statement.lastWord().equals("OFF")) {
            throw refused(statement.line(), "SET standard_conforming_strings in a form that pg_dump never writes", "make the dump again with pg_dump");
        }
        reader.standardStrings(statement.lastWord().equals("ON"));
    }

    private WorkFailure refused(long line, String what, String cure) {
        return new WorkFailure(
                Reason.InvalidSpec, name + " has, at line " + line + ", " + what + ": it would leave the database that it is restored into, or is not what pg_dump"
                        + " writes. The cure: " + cure);
    }

    @Override
    public boolean wantsRows() {
        return finds.wantsRows();
    }

    @Override
    public void row(String row) {
        finds.row(row);
    }
}
