package dev.remuda.worker;

import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.support.PostgresMajors;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.support.Zoo;
import dev.remuda.task.BackupResult;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.Result;
import dev.remuda.task.SwitchTask;
import dev.remuda.task.Task;
import dev.remuda.task.WorkerProtocol;

import static org.assertj.core.api.Assertions.assertThat;

/** Each major version of PostgreSQL, and the way from an older to a newer one, with the programs of all of them at hand as in the image. */
class MajorsIT {
    private final Bench bench = new Bench();
    private RestoreTask task;

    @Test
    void allThatTheScriptBringsAreThere() {
        assertThat(PostgresMajors.available()).contains(15, 16, 17, 18);
    }

    static Stream<Arguments> ways() {
        return Stream.of(
                Arguments.of(15, 15), Arguments.of(16, 16), Arguments.of(17, 17), Arguments.of(18, 18), Arguments.of(15, 16), Arguments.of(16, 18),
                Arguments.of(17, 18));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("ways")
    void comesBackEqual(int from, int to) {
        PostgresServer source = PostgresServer.shared(from);
        PostgresServer target = PostgresServer.shared(to);
        Zoo.roles(target);
        String database = Zoo.create(source);
        String copy = database + "_from_" + from;

        BackupResult backup = (BackupResult) run(bench.backup(at(source, database), bench.access()));
        RestoreResult restored = restored(target, copy);

        assertThat(backup.serverVersion()).startsWith(from + ".");
        assertThat(bench.manifest().dump().clientMajor()).isEqualTo(from);
        assertThat(restored.serverVersion()).startsWith(to + ".");
        assertThat(Zoo.fingerprint(target, copy)).isEqualTo(Zoo.fingerprint(source, database));
    }

    @Test
    void anOlderServerIsRefusedBeforeAnythingIsDone() {
        PostgresServer target = PostgresServer.shared(16);
        String database = Racing.create(PostgresServer.shared(18));
        run(bench.backup(at(PostgresServer.shared(18), database), bench.access()));

        FailureResult failure = (FailureResult) run(create(target, database + "_older"));

        assertThat(failure.reason()).isEqualTo(Reason.ServerVersionUnsupported);
        assertThat(target.has(database + "_older")).isFalse();
    }

    @Test
    void timescaleIsThereForTheMajorThatHasIt() {
        try (PostgresServer server = PostgresServer.start(17, "shared_preload_libraries=timescaledb", "timescaledb.telemetry_level=off")) {
            String database = server.createDatabase();
            server.run(
                    database, "CREATE EXTENSION timescaledb", "CREATE TABLE odds (at timestamptz NOT NULL, value numeric)",
                    "SELECT create_hypertable('odds', 'at')",
                    "INSERT INTO odds SELECT timestamptz '2026-01-01Z' + i * interval '1 hour', i FROM generate_series(1, 1000) i");

            run(bench.backup(at(server, database), bench.access()));
            RestoreResult restored = restored(server, database + "_copy");

            assertThat(restored.rows()).isEqualTo(1000);
            assertThat(server.ask(database + "_copy", "SELECT num_chunks FROM timescaledb_information.hypertables"))
                    .isEqualTo(server.ask(database, "SELECT num_chunks FROM timescaledb_information.hypertables"));
        }
    }

    private DatabaseAccess at(PostgresServer server, String database) {
        return bench.database(server, database);
    }

    private RestoreResult restored(PostgresServer server, String database) {
        RestoreResult result = (RestoreResult) run(create(server, database));
        run(new SwitchTask(task.restore(), task.uid(), at(server, database), null));
        return result;
    }

    private RestoreTask create(PostgresServer server, String database) {
        task = bench.restore(at(server, database), RestoreStrategy.Create, null);
        return task;
    }

    private Result run(Task task) {
        Map<String, String> environment = Map.of(WorkerProtocol.TASK_VARIABLE, Json.write(task), WorkerProtocol.CLIENTS_VARIABLE, PostgresMajors.folder().toString());
        return WorkerApp.work(environment, new Stop());
    }
}
