package dev.remuda.worker.postgres;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What Remuda notes about a database in the database's own comment, beside what others wrote there: the comment survives a rename, changes in one
 * transaction with all else, and its owner may write it (a setting of ours only a superuser could make).
 */
final class Marks {
    /** Which restore filled it: the last thing that a restore writes, and the proof that it is whole. */
    static final String RESTORE = "remuda.restore";

    /** The ids of TimescaleDB's jobs that are to be switched on when it has its place. */
    static final String JOBS = "remuda.timescaledb_jobs";

    /** What the database shall be like that is made in the place of one that is gone. */
    static final String SHAPE = "remuda.shape";

    private static final String OURS = "remuda.";

    private final List<String> lines;

    private Marks(List<String> lines) {
        this.lines = lines;
    }

    /** @param comment may be null */
    static Marks in(String comment) {
        return new Marks(comment == null ? List.of() : comment.lines().toList());
    }

    Optional<String> get(String mark) {
        return lines.stream().filter(line -> line.startsWith(mark + "=")).map(line -> line.substring(mark.length() + 1)).findFirst();
    }

    Marks with(String mark, String value) {
        return new Marks(Stream.concat(without(mark).lines.stream(), Stream.of(mark + "=" + value)).toList());
    }

    Marks without(String mark) {
        return new Marks(lines.stream().filter(line -> !line.startsWith(mark + "=")).toList());
    }

    /** What others wrote; null when there is nothing. */
    static String others(String comment) {
        return new Marks(in(comment).lines.stream().filter(line -> !line.startsWith(OURS)).toList()).comment();
    }

    /** The comment that says all this; null when there is nothing to say. */
    String comment() {
        return lines.isEmpty() ? null : lines.stream().collect(Collectors.joining("\n"));
    }
}
