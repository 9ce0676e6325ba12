package dev.remuda.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.support.Folders;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.task.FailureResult;
import dev.remuda.task.PreflightResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Dumps of the shell scripts that were there before, restored from the bucket as they are. */
class ForeignRestoreIT {
    private static final Path PROGRAMS = Path.of("/usr/lib/postgresql/15/bin");

    private final Bench bench = new Bench();
    private final PostgresServer postgres = bench.postgres;
    private final String database = Racing.create(postgres);
    private final List<String> before = Racing.checksums(postgres, database);
    private final Path folder = Folders.temporary("foreign");
    private final String key = bench.prefix + "whatever.bin";

    @ParameterizedTest
    @ValueSource(strings = {
        "pg_dump -Fp DB", "pg_dump -Fp DB | gzip", "pg_dump -Fp --inserts DB | zstd", "pg_dump -Fc DB", "pg_dump -Fc -Z0 DB | lz4", "pg_dump -Ft DB", "pg_dump -Ft DB | gzip",
        "pg_dump -Fd -f OUT DB && tar -C OUT -cf - .", "pg_dump -Fd -f OUT DB && tar -C $(dirname OUT) -czf - $(basename OUT)"
    })
    void isRecognisedByItsContentAndTakesTheTargetsPlace(String command) throws Exception {
        make(command);
        postgres.run(database, "DELETE FROM entries", "ALTER DATABASE " + database + " SET work_mem = '7MB'");
        RestoreTask task = bench.as(bench.from(bench.restore(database, RestoreStrategy.Swap, database), key), null, 1, 100 << 20);

        assertThat(bench.run(bench.preflight(task))).isInstanceOfSatisfying(PreflightResult.class, found -> assertThat(found.targetOid()).isNotNull());
        RestoreResult result = bench.restored(task);

        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
        assertThat(result.rows()).isEqualTo(Racing.ROWS);
        assertThat(result.note()).contains("has no manifest");
        assertThat(postgres.ask(database, "SHOW work_mem")).as("the database is like the one that it replaces").containsExactly("7MB");
        bench.requireNoSideDatabases();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pg_dump -Fc DB", "pg_dump -Fd -f OUT DB && tar -C OUT -cf - ."})
    void severalJobsRestoreItFromAFile(String command) throws Exception {
        make(command);

        bench.restored(bench.as(bench.from(bench.restore(database + "_copy", RestoreStrategy.Create, null), key), null, 3, 100 << 20));

        assertThat(Racing.checksums(postgres, database + "_copy")).isEqualTo(before);
    }

    @Test
    void aScriptStopsAtTheFirstErrorAndLeavesNothing() throws Exception {
        make("pg_dump -Fp DB | sed 's/^CREATE TABLE public.photos/CREATE TABLE nowhere.photos/'");

        FailureResult failure = bench.failed(bench.from(bench.restore(database + "_copy", RestoreStrategy.Create, null), key));

        assertThat(failure.reason()).isEqualTo(Reason.RestoreFailed);
        assertThat(failure.message()).contains("schema \"nowhere\" does not exist");
        assertThat(postgres.has(database + "_copy")).isFalse();
        bench.requireNoSideDatabases();
    }

    @Test
    void aScriptThatLeavesItsDatabaseIsRefused() throws Exception {
        make("pg_dump -Fp --create DB");

        FailureResult failure = bench.failed(bench.from(bench.restore(database, RestoreStrategy.Swap, database), key));

        assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec);
        assertThat(failure.message()).contains("CREATE DATABASE", "at line", "without --create");
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pg_dump -Fp DB | head -c 200000", "pg_dump -Fp DB | gzip | head -c 20000", "pg_dump -Fc DB | head -c 20000", "true", "echo 'pg_dump: error: no such database'"})
    void whatIsCutShortIsFoundBeforeTheTargetIsTouched(String command) throws Exception {
        make(command);

        FailureResult failure = bench.failed(bench.from(bench.restore(database, RestoreStrategy.Recreate, database), key));

        assertThat(failure.reason()).as(failure.message()).isEqualTo(Reason.DumpIncomplete);
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
        bench.requireNoSideDatabases();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pg_dump -Fc -s DB", "pg_dump -Fc -a DB", "pg_dump -Ft -s DB"})
    void aSchemaAloneOrRowsAloneDoNotReplaceADatabase(String command) throws Exception {
        make(command);

        FailureResult failure = bench.failed(bench.preflight(bench.from(bench.restore(database, RestoreStrategy.Recreate, database), key)));

        assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec);
        assertThat(failure.message()).contains("cannot take the place of the whole");
    }

    @Test
    void aScriptOfTheSchemaAloneDoesNotReplaceADatabase() throws Exception {
        make("pg_dump -s DB");

        assertThat(bench.failed(bench.from(bench.restore(database, RestoreStrategy.Swap, database), key)).message()).contains("not one row");
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
        bench.requireNoSideDatabases();
    }

    @Test
    void whatTheTargetHasAndTheDumpLacksIsSaid() throws Exception {
        make("pg_dump -Fc -t horses -t going DB");

        PreflightResult found = (PreflightResult) bench.run(bench.preflight(bench.from(bench.restore(database, RestoreStrategy.Swap, database), key)));

        assertThat(found.note()).contains("the target has 3 tables that the dump lacks: public.entries");
    }

    @Test
    void subscriptionsAreNotRestored() throws Exception {
        postgres.run(database, "CREATE SUBSCRIPTION follows CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false)");
        make("pg_dump -Fc DB");
        postgres.run(database, "ALTER SUBSCRIPTION follows SET (slot_name = NONE)", "DROP SUBSCRIPTION follows");

        bench.restored(bench.from(bench.restore(database + "_copy", RestoreStrategy.Create, null), key));
        assertThat(postgres.ask(database + "_copy", "SELECT 1 FROM pg_subscription s JOIN pg_database d ON d.oid = subdbid WHERE datname = current_database()")).isEmpty();

        postgres.run(database, "CREATE SUBSCRIPTION follows CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false)");
        make("pg_dump DB");
        postgres.run(database, "ALTER SUBSCRIPTION follows SET (slot_name = NONE)", "DROP SUBSCRIPTION follows");
        assertThat(bench.failed(bench.from(bench.restore(database, RestoreStrategy.Swap, database), key)).message()).contains("creates subscriptions", "--no-subscriptions");
    }

    @Test
    void aSecondAttemptKnowsWhatTheDroppedDatabaseWasLike() throws Exception {
        make("pg_dump -Fc DB");
        postgres.run(database, "ALTER DATABASE " + database + " SET work_mem = '7MB'");
        RestoreTask task = bench.from(bench.restore(database, RestoreStrategy.Recreate, database), key);
        Journal interrupted = new Journal() {
            @Override
            void done(String what) {
                super.done(what);
                if (what.endsWith("is dropped")) {
                    throw new WorkFailure(Reason.StorageUnreachable, "a cause that passes");
                }
            }
        };
        assertThatThrownBy(() -> bench.run(task, interrupted)).isInstanceOf(WorkFailure.class);

        bench.restored(task);

        assertThat(postgres.ask(database, "SHOW work_mem")).containsExactly("7MB");
        assertThat(postgres.ask("postgres", "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '" + database + "'").getFirst()).doesNotContain("shape");
    }

    @Test
    void aTarOfAFolderNeedsRoom() throws Exception {
        make("pg_dump -Fd -f OUT DB && tar -C OUT -cf - .");
        RestoreTask task = bench.from(bench.restore(database + "_copy", RestoreStrategy.Create, null), key);

        assertThat(bench.failed(bench.preflight(task)).message()).contains("must be unpacked", "there is no room for it", "set scratch");
        assertThat(bench.failed(bench.as(task, null, 1, 1_000)).message()).contains("set scratch");
    }

    @Test
    void whatIsNotThere() {
        FailureResult failure = bench.failed(bench.preflight(bench.from(bench.restore(database + "_copy", RestoreStrategy.Create, null), key)));

        assertThat(failure.reason()).isEqualTo(Reason.ObjectMissing);
        assertThat(failure.message()).contains("correct source.object.key");
    }

    @Test
    void oneRoleOwnsAllThatIsRestored() throws Exception {
        postgres.run(database, "CREATE ROLE lost", "ALTER TABLE horses OWNER TO lost", "GRANT SELECT ON races TO lost", "CREATE EXTENSION IF NOT EXISTS plpgsql");
        make("pg_dump -Fc DB");
        postgres.run(database, "ALTER TABLE horses OWNER TO postgres", "REVOKE ALL ON races FROM lost", "DROP ROLE lost", "CREATE ROLE heir");
        RestoreTask task = bench.from(bench.restore(database + "_copy", RestoreStrategy.Create, null), key);

        assertThat(bench.failed(bench.preflight(task)).message()).contains("lost", "owner.role");
        bench.restored(bench.as(task, "heir", 1, 0));

        String copy = database + "_copy";
        assertThat(postgres.ask(copy, "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'public'::regnamespace")).containsExactly("heir");
        assertThat(postgres.ask(copy, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")).containsExactly("heir");
        assertThat(Racing.checksums(postgres, copy)).isEqualTo(before);
        postgres.run("postgres", "DROP DATABASE " + copy, "DROP ROLE heir");
    }

    private void make(String command) throws IOException, InterruptedException {
        Path file = folder.resolve("dump");
        String shell = "set -o pipefail; { " + command.replace("DB", database).replace("OUT", folder.resolve("out").toString()) + "; } > " + file;
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", shell).redirectErrorStream(true);
        builder.environment().put("PATH", PROGRAMS + ":" + System.getenv("PATH"));
        builder.environment().putAll(java.util.Map.of(
                "PGHOST", postgres.host(), "PGPORT", Integer.toString(postgres.port()), "PGUSER", "postgres", "PGPASSWORD", PostgresServer.PASSWORD));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes());
        int code = process.waitFor();
        assertThat(code == 0 || command.contains("head -c")).as(said).isTrue();
        bench.bucket.write(key, Files.readAllBytes(file));
    }
}
