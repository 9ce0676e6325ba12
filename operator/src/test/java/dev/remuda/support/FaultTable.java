package dev.remuda.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What came of each fault that a test caused, as a table for people; it is written when the tests end. */
public final class FaultTable {
    private static final Path FILE = Path.of("target", "faults.md");
    private static final List<String> HEAD = List.of("fault", "when", "what came of it", "attempts", "in the bucket", "left in the cluster", "after");
    private static final List<List<String>> ROWS = new ArrayList<>();

    static {
        AtEnd.run(FaultTable::write);
    }

    private FaultTable() {}

    /**
     * @param when in whose life the fault came
     * @param end phase and reason
     * @param attempts each one's reason, in order
     * @param bucket what is under its keys
     * @param cluster what is there of it that should not be
     * @param after how long from the fault to the condition
     */
    public static synchronized void row(String fault, String when, String end, String attempts, String bucket, String cluster, Duration after) {
        ROWS.add(List.of(fault, when, end, attempts, bucket, cluster, after.toSeconds() + " s"));
    }

    private static synchronized void write() {
        List<Integer> widths = IntStream.range(0, HEAD.size())
                .mapToObj(column -> IntStream.concat(IntStream.of(HEAD.get(column).length()), ROWS.stream().mapToInt(row -> row.get(column).length())).max().orElse(0))
                .toList();
        List<String> lines = new ArrayList<>();
        lines.add(line(HEAD, widths));
        lines.add(widths.stream().map("-"::repeat).collect(Collectors.joining(" | ", "| ", " |")));
        ROWS.forEach(row -> lines.add(line(row, widths)));
        try {
            Files.createDirectories(FILE.getParent());
            Files.write(FILE, lines);
        } catch (IOException e) {
            System.err.println(FILE + " could not be written: " + e.getMessage());
        }
    }

    private static String line(List<String> cells, List<Integer> widths) {
        return IntStream.range(0, cells.size())
                .mapToObj(column -> cells.get(column) + " ".repeat(widths.get(column) - cells.get(column).length()))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }
}
