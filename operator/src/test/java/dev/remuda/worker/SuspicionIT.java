package dev.remuda.worker;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;

import static org.assertj.core.api.Assertions.assertThat;

/** What is noticed of a backup that is whole, beside the one before it. */
class SuspicionIT {
    private final Bench bench = new Bench();
    private final PostgresServer postgres = bench.postgres;
    private final String database = Racing.create(postgres);
    private final BackupTask first = bench.backup(database);

    @BeforeEach
    void aNormalOne() {
        assertThat(bench.completed(first).suspicion()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "DROP TABLE photos CASCADE                      | table public.photos is gone",
        "DELETE FROM entries                            | public.entries has 0 rows instead of 3000",
        "DELETE FROM entries WHERE race > 200           | public.entries has 1200 rows instead of 3000",
        "TRUNCATE entries, photos, horses, races CASCADE| all tables together have 0 rows instead of 6520",
        "ALTER TABLE horses RENAME TO ponies            | table public.horses is gone",
    })
    void muchThatIsMissingIsNamed(String mishap, String words) {
        postgres.run(database, mishap);
        BackupResult second = again(50);

        assertThat(second.suspicion()).startsWith("beside Backup before, ").contains(words);
        assertThat(second.sizeBytes()).as("it is a backup all the same").isPositive();
        assertThat(bench.bucket.keys(bench.prefix + "second/")).contains(bench.prefix + "second/manifest.json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "DELETE FROM entries WHERE race > 300",
        "DELETE FROM photos WHERE id < 5",
        "CREATE TABLE more AS SELECT generate_series(1, 10) i",
        "UPDATE horses SET born = born + 1",
    })
    void ordinaryDaysAreNot(String change) {
        postgres.run(database, change);
        assertThat(again(50).suspicion()).isNull();
    }

    @Test
    void partitionsComeAndGo() {
        postgres.run(database, "CREATE TABLE laps (at date, n int) PARTITION BY RANGE (at)", "CREATE TABLE laps_2026_01 PARTITION OF laps FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
                "CREATE TABLE laps_2026_02 PARTITION OF laps FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')", "INSERT INTO laps SELECT date '2026-01-01' + i % 50, i FROM generate_series(1, 100) i");
        BackupTask second = bench.after(first, bench.prefix + "second/", 50);
        bench.completed(second);
        postgres.run(database, "DROP TABLE laps_2026_01", "CREATE TABLE laps_2026_03 PARTITION OF laps FOR VALUES FROM ('2026-03-01') TO ('2026-04-01')");
        assertThat(bench.completed(bench.after(second, bench.prefix + "third/", 50)).suspicion()).isNull();
        postgres.run(database, "DROP TABLE laps");
        assertThat(bench.completed(bench.after(second, bench.prefix + "fourth/", 50)).suspicion()).contains("public.laps_2026_01");
    }

    @Test
    void howMuchIsMuchIsSaidByThePolicy() {
        postgres.run(database, "DELETE FROM entries WHERE race > 300");
        assertThat(again(30).suspicion()).contains("public.entries has 1800 rows instead of 3000");
    }

    @Test
    void ofOneThatIsGoneNothingIsKnown() {
        bench.bucket.delete(bench.prefix + "manifest.json");
        postgres.run(database, "DELETE FROM entries");
        assertThat(again(50).suspicion()).isNull();
    }

    private BackupResult again(int percent) {
        return bench.completed(bench.after(first, bench.prefix + "second/", percent));
    }
}
