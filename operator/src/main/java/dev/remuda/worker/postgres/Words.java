package dev.remuda.worker.postgres;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of a PostgreSQL program's words may be shown. DETAIL, CONTEXT and the failed command quote rows and passwords, over several lines: they
 * belong neither into a log nor into a status. The place in a table is kept.
 */
final class Words {
    private static final Pattern OWN = Pattern.compile("^(pg_\\w+|psql[^ ]*): ");
    private static final Pattern QUOTING = Pattern.compile("^(DETAIL|CONTEXT|QUERY|STATEMENT|LINE \\d+):|Command was:");
    private static final Pattern PLACE = Pattern.compile("COPY [^\\s,]+, line \\d+");
    private static final Pattern QUOTED_VALUE = Pattern.compile("(COPY failed for table .*?): \"[^:]*$");
    private static final Pattern HARMLESS = Pattern.compile("there are circular foreign-key constraints");
    private static final Pattern FURTHER = Pattern.compile("^pg_\\w+: (detail|hint): ");

    private boolean quoting;
    private boolean harmless;

    /** The line as it may be shown; empty when it may not be. */
    Optional<String> sayable(String line) {
        // Speaks of dumps of rows alone; every database with TimescaleDB gets a dozen lines of it.
        harmless = HARMLESS.matcher(line).find() || harmless && FURTHER.matcher(line).find();
        if (harmless) {
            return Optional.empty();
        }
        boolean own = OWN.matcher(line).find();
        if (own || line.startsWith("HINT:")) {
            quoting = false;
        }
        if (QUOTING.matcher(line).find()) {
            quoting = true;
        }
        return quoting ? place(line) : Optional.of(QUOTED_VALUE.matcher(line).replaceFirst("$1"));
    }

    private static Optional<String> place(String line) {
        Matcher place = PLACE.matcher(line);
        return place.find() ? Optional.of("in " + place.group()) : Optional.empty();
    }
}
