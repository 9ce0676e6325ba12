package dev.remuda.worker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.task.CleanUpResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.SwitchTask;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.store.S3ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The worker dies at each moment of a restore, without a chance to clean up, and its Jobs are run again as the operator does, or the restore is
 * given up. The table of what was found is printed.
 */
class RestoreKilledIT {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Bench bench = new Bench();
    private final PostgresServer postgres = bench.postgres;
    private final String model = Racing.create(postgres);
    private final List<String> backedUp = Racing.checksums(postgres, model);
    private final List<String> changed;

    RestoreKilledIT() {
        bench.completed(bench.backup(model));
        postgres.run(model, "DELETE FROM entries");
        changed = Racing.checksums(postgres, model);
    }

    @ParameterizedTest
    @EnumSource(value = RestoreStrategy.class, names = {"Swap", "Recreate"})
    void afterEachDeathTheNextRunEndsWithTheNewData(RestoreStrategy strategy) {
        List<String> table = new ArrayList<>();
        for (int moment = 1; ; moment++) {
            Case one = new Case(strategy);
            Doomed journal = new Doomed(moment);
            boolean died = one.dies(journal);
            if (!died) {
                break;
            }
            String found = one.found();
            assertThat(found).as("after %s", journal.last).isIn(strategy == RestoreStrategy.Swap ? List.of("old", "new") : List.of("old", "new", "absent"));
            assertThat(one.dies(new Doomed(Integer.MAX_VALUE))).isFalse();
            assertThat(one.found()).isEqualTo("new");
            table.add("%-9s killed after: %-70s found: %-7s run again: new".formatted(strategy, one.shown(journal.last), found));
            one.end();
        }
        table.forEach(System.out::println);
        assertThat(table).hasSizeGreaterThan(10);
    }

    @ParameterizedTest
    @EnumSource(value = RestoreStrategy.class, names = {"Swap", "Recreate"})
    void afterEachDeathTheCleanUpLeavesNothingAndKnowsWhatServes(RestoreStrategy strategy) {
        List<String> table = new ArrayList<>();
        for (int moment = 1; ; moment++) {
            Case one = new Case(strategy);
            Doomed journal = new Doomed(moment);
            if (!one.dies(journal)) {
                break;
            }
            CleanUpResult result = new CleanUpRun(bench.cleaning(one.task, one.database), new Journal(), new Stop()).run();
            String found = one.found();
            assertThat(result.restored()).as("after %s", journal.last).isEqualTo(found.equals("new"));
            assertThat(result.oid() != null).isEqualTo(!found.equals("absent"));
            assertThat(result.switched() != null).isEqualTo(result.restored());
            assertThat(one.sides()).isEmpty();
            table.add("%-9s killed after: %-70s given up: %-7s says: %s".formatted(
                    strategy, one.shown(journal.last), found, result.restored() ? "restored after all" : result.oid() != null ? "as it was" : "does not exist"));
            one.end();
        }
        table.forEach(System.out::println);
    }

    @Test
    void theCleanUpItselfMayDie() {
        Case one = new Case(RestoreStrategy.Swap);
        one.dies(new Doomed(6));
        for (int moment = 1; died(() -> new CleanUpRun(bench.cleaning(one.task, one.database), new Doomed(1), new Stop()).run()); moment++) {
            assertThat(moment).as("it comes to an end").isLessThan(5);
        }
        assertThat(one.sides()).isEmpty();
        assertThat(one.found()).isEqualTo("old");
    }

    private static boolean died(Supplier<?> work) {
        try {
            work.get();
            return false;
        } catch (Mortal.Killed _) {
            return true;
        }
    }

    /** A database that was backed up and then changed, and the Restore that is to bring it back. */
    private final class Case {
        final String database = "killed_" + NUMBER.incrementAndGet();
        final RestoreTask task;

        Case(RestoreStrategy strategy) {
            postgres.run("postgres", "CREATE DATABASE " + database + " TEMPLATE " + model);
            task = bench.restore(database, strategy, database);
        }

        boolean dies(Journal journal) {
            SwitchTask switching = bench.switching(task, database);
            return died(() -> {
                try (S3ObjectStore store = new S3ObjectStore(bench.access(), new Stop())) {
                    new RestoreRun(task, store, new PgPrograms(PostgresServer.PROGRAMS), Path.of("/nowhere"), journal, new Stop()).run();
                }
                return new SwitchRun(switching, journal, new Stop()).run();
            });
        }

        String found() {
            if (!postgres.has(database)) {
                return "absent";
            }
            List<String> there = Racing.checksums(postgres, database);
            return there.equals(backedUp) ? "new" : there.equals(changed) ? "old" : "neither: " + there;
        }

        List<String> sides() {
            return postgres.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'remuda_%" + task.uid().replace("-", "") + "'");
        }

        String shown(String moment) {
            return moment.replace(task.uid().replace("-", ""), "…").replace(task.uid(), "…").replace(database, "d").replaceAll("s3://[^ ]*", "the dump");
        }

        void end() {
            for (String left : postgres.ask("postgres", "SELECT datname FROM pg_database WHERE datname IN ('" + database + "', '" + task.replaced() + "')")) {
                postgres.run("postgres", "DROP DATABASE \"" + left + "\" WITH (FORCE)");
            }
        }
    }

    /** Dies at one of the moments that it is told of. */
    private static final class Doomed extends Journal {
        private final int moment;
        private int told;
        String last = "";

        Doomed(int moment) {
            this.moment = moment;
        }

        @Override
        void done(String what) {
            super.done(what);
            at(what);
        }

        @Override
        synchronized void begin(String name, Long ofBytes, Integer ofTables) {
            super.begin(name, ofBytes, ofTables);
            at("step " + name + " begins");
        }

        private void at(String what) {
            last = what;
            if (++told == moment) {
                throw new Mortal.Killed();
            }
        }
    }
}
