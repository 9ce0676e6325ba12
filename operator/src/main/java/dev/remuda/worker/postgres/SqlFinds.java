package dev.remuda.worker.postgres;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Collects the facts of a plain SQL dump from its statements, comments and rows. */
final class SqlFinds {
    private static final String ROLE = "(\"(?:[^\"]|\"\")*\"|[^\\s\",;()]+)";
    private static final Pattern NAME = Pattern.compile(ROLE);
    private static final Pattern EXTENSION = Pattern.compile("CREATE\\s+EXTENSION\\s+(?:IF NOT EXISTS )?" + ROLE + ".*", Pattern.DOTALL);
    private static final Pattern OWNER = Pattern.compile("\\sOWNER TO " + ROLE + "\\s*$");
    private static final String ROLES = ROLE + "(?:, " + ROLE + ")*";
    private static final Pattern GRANTED = Pattern.compile("\\sTO (" + ROLES + ")(?: WITH GRANT OPTION)?(?: GRANTED BY " + ROLE + ")?\\s*$");
    private static final Pattern FOR_ROLE = Pattern.compile("ALTER DEFAULT PRIVILEGES FOR (?:ROLE|USER) " + ROLE + "\\s.*", Pattern.DOTALL);
    private static final Pattern POLICY = Pattern.compile("CREATE POLICY \\S.*?\\sTO (" + ROLES + ")(?:\\s.*)?", Pattern.DOTALL);
    private static final Pattern AUTHORIZATION = Pattern.compile("SET SESSION AUTHORIZATION (?:'((?:[^']|'')*)'|" + ROLE + ")\\s*");
    private static final Pattern METADATA = Pattern.compile("COPY (?:_timescaledb_catalog\\.)?metadata \\(.*", Pattern.DOTALL);
    private static final Pattern INSERTED = Pattern.compile(
            "INSERT INTO (?:_timescaledb_catalog\\.)?metadata .*VALUES \\('timescaledb_version', '([^']*)'.*", Pattern.DOTALL);
    private static final String VERSION_ROW = "timescaledb_version\t";

    private final Set<String> extensions = new TreeSet<>();
    private final Set<String> roles = new TreeSet<>();
    private String databaseVersion;
    private String dumpVersion;
    private String timescale;
    private boolean subscriptions;
    private boolean metadata;
    private long tables;

    SqlFacts facts(long rows) {
        return new SqlFacts(databaseVersion, dumpVersion, Set.copyOf(extensions), timescale, Set.copyOf(roles), subscriptions, tables, rows);
    }

    void comment(String words) {
        databaseVersion = databaseVersion == null ? after("Dumped from database version ", words) : databaseVersion;
        dumpVersion = dumpVersion == null ? after("Dumped by pg_dump version ", words) : dumpVersion;
    }

    private static String after(String start, String words) {
        return words.startsWith(start) ? words.substring(start.length()).strip() : null;
    }

    void statement(SqlStatement statement) {
        metadata = statement.copyIn() && METADATA.matcher(statement.beginning()).matches();
        tables += statement.copyIn() ? 1 : 0;
        if (statement.is(0, "CREATE")) {
            created(statement);
        } else if (statement.is(0, "ALTER")) {
            one(FOR_ROLE, statement.beginning());
            granted(OWNER.matcher(statement.end()));
        } else if (statement.is(0, "SET")) {
            one(AUTHORIZATION, statement.beginning());
        } else if (statement.is(0, "INSERT")) {
            inserted(INSERTED.matcher(statement.beginning()));
        }
        if (statement.is(0, "GRANT") || FOR_ROLE.matcher(statement.beginning()).matches()) {
            granted(GRANTED.matcher(statement.end()));
        }
    }

    private void created(SqlStatement statement) {
        subscriptions |= statement.is(1, "SUBSCRIPTION");
        Matcher extension = EXTENSION.matcher(statement.beginning());
        if (extension.matches()) {
            extensions.add(plain(extension.group(1)));
        }
        Matcher policy = POLICY.matcher(statement.beginning());
        if (policy.matches()) {
            all(policy.group(1));
        }
    }

    private void inserted(Matcher version) {
        if (version.matches()) {
            timescale = version.group(1);
        }
    }

    private void one(Pattern pattern, String text) {
        Matcher m = pattern.matcher(text);
        if (m.matches()) {
            role(m.group(1) != null ? m.group(1) : m.group(2));
        }
    }

    private void granted(Matcher m) {
        if (m.find()) {
            all(m.group(1));
        }
    }

    private void all(String list) {
        NAME.matcher(list).results().map(found -> found.group(1)).forEach(this::role);
    }

    /** Words that stand for a role are none. */
    private void role(String name) {
        if (!Set.of("PUBLIC", "CURRENT_USER", "CURRENT_ROLE", "SESSION_USER", "DEFAULT").contains(name)) {
            roles.add(plain(name));
        }
    }

    private static String plain(String name) {
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }

    boolean wantsRows() {
        return metadata;
    }

    void row(String row) {
        if (row.startsWith(VERSION_ROW)) {
            timescale = row.split("\t")[1];
        }
    }
}
