package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;

import static org.assertj.core.api.Assertions.assertThat;

/** Restores that are refused, each of which leaves the target as it was. */
class RestoreRefusedIT {
    private final Bench bench = new Bench();
    private final PostgresServer postgres = bench.postgres;
    private final String database = Racing.create(postgres);

    @Test
    void confirmMustNameTheTarget() {
        bench.completed(bench.backup(database));

        refused(bench.restore(database, RestoreStrategy.Recreate, "other"), Reason.NotConfirmed, "confirm is 'other'", "'" + database + "'", "confirm: " + database);
        refused(bench.restore(database, RestoreStrategy.Recreate, null), Reason.NotConfirmed, "'" + database + "'");
    }

    @Test
    void createRefusesADatabaseThatExists() {
        bench.completed(bench.backup(database));

        refused(bench.restore(database, RestoreStrategy.Create, database), Reason.TargetExists, "database " + database + " exists already", "strategy Swap");
    }

    @Test
    void aBackupThatIsNotThere() {
        refused(bench.restore(database, RestoreStrategy.Recreate, database), Reason.ObjectMissing, "manifest.json does not exist", "choose another backup");
    }

    @Test
    void aDumpThatIsNotThere() {
        bench.completed(bench.backup(database));
        bench.bucket.client().deleteObject(request -> request.bucket("remuda-tests").key(bench.prefix + "data.dump.zst"));

        refused(bench.restore(database, RestoreStrategy.Recreate, database), Reason.ObjectMissing, "data.dump.zst is not in the store");
    }

    @Test
    void aDumpWithOneWrongByte() {
        bench.completed(bench.backup(database));
        String key = bench.prefix + "data.dump.zst";
        byte[] bytes = bench.bucket.read(key);
        bytes[bytes.length / 2] ^= 1;
        bench.bucket.write(key, bytes);

        refused(bench.restore(database, RestoreStrategy.Recreate, database), Reason.ChecksumMismatch, "data.dump.zst", "changed or damaged");
    }

    @Test
    void aDumpCutShort() {
        bench.completed(bench.backup(database));
        String key = bench.prefix + "data.dump.zst";
        byte[] bytes = bench.bucket.read(key);
        bench.bucket.write(key, Arrays.copyOf(bytes, bytes.length - 1));

        refused(bench.restore(database, RestoreStrategy.Recreate, database), Reason.DumpIncomplete, "bytes instead of " + bytes.length);
    }

    @Test
    void aManifestThatIsNone() {
        bench.completed(bench.backup(database));
        bench.bucket.write(bench.prefix + "manifest.json", "{}".getBytes(StandardCharsets.UTF_8));

        refused(bench.restore(database, RestoreStrategy.Recreate, database), Reason.ManifestInvalid, "manifest.json");
    }

    @Test
    void aRoleThatDoesNotExistOnTheTarget() {
        postgres.run(database, "CREATE ROLE vanishing", "GRANT SELECT ON horses TO vanishing");
        bench.completed(bench.backup(database));
        postgres.run(database, "REVOKE ALL ON horses FROM vanishing", "DROP ROLE vanishing");

        refused(bench.restore(database, RestoreStrategy.Recreate, database), Reason.RoleMissing, "vanishing", "CREATE ROLE \"vanishing\"");
    }

    @Test
    void aUserWhoMayNotDropTheTarget() {
        bench.completed(bench.backup(database));
        postgres.run("postgres", "CREATE ROLE creator LOGIN CREATEDB PASSWORD 'p'");
        bench.secret("db", Map.of("username", "creator", "password", "p"));

        refused(bench.restore(database, RestoreStrategy.Recreate, database), Reason.DatabasePermissionDenied, "user creator may not replace database " + database);
    }

    @Test
    void aUserWhoMayNotCreateDatabases() {
        bench.completed(bench.backup(database));
        postgres.run("postgres", "CREATE ROLE nobody_1 LOGIN PASSWORD 'p'");
        bench.secret("db", Map.of("username", "nobody_1", "password", "p"));

        refused(bench.restore("fresh_1", RestoreStrategy.Create, null), Reason.DatabasePermissionDenied, "user nobody_1 may not create databases", "CREATEDB");
        assertThat(postgres.has("fresh_1")).isFalse();
    }

    @Test
    void aSchemaThatTheTargetCannotTakeIsFoundInTheRehearsal() {
        postgres.run(database, "CREATE SCHEMA extra", "CREATE TABLE extra.t (id int)");
        bench.completed(bench.backup(database));
        String manifest = new String(bench.bucket.read(bench.prefix + "manifest.json"), StandardCharsets.UTF_8);
        // A locale that this server has not, as happens between distributions.
        bench.bucket.write(bench.prefix + "manifest.json", manifest.replace("\"collate\" : \"C.UTF-8\"", "\"collate\" : \"tlh_KL.UTF-8\"").getBytes(StandardCharsets.UTF_8));

        refused(bench.restore(database, RestoreStrategy.Recreate, database), Reason.InvalidSpec, "rehearsal", "target was not touched", "lacks a locale", "tlh_KL.UTF-8");
    }

    @Test
    void aManifestThatTellsOfAnotherDumpThanTheClusterKnows() {
        bench.completed(bench.backup(database));
        RestoreTask task = bench.restore(database, RestoreStrategy.Recreate, database);

        refused(
                new RestoreTask(
                        task.stage(), task.restore(), task.uid(), task.namespace(), task.store(),
                        new RestoreTask.Source(task.source().prefix(), "sha256:00", null, 1, "Standard"), task.target(), task.strategy(), task.confirm(), null, null, null, null, 1, 0, null),
                Reason.ChecksumMismatch, "status of one with sha256:00", "was replaced");
    }

    private void refused(RestoreTask task, Reason reason, String... words) {
        List<String> asItWas = Racing.checksums(postgres, database);
        FailureResult failure = bench.failed(task);
        assertThat(failure.reason()).as(failure.message()).isEqualTo(reason);
        assertThat(failure.message()).contains(words);
        assertThat(Racing.checksums(postgres, database)).as("the target is as it was").isEqualTo(asItWas);
        bench.requireNoSideDatabases();
    }
}
