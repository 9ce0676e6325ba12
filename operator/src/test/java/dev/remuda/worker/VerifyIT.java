package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.task.BackupResult;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.DrillTask;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.Result;
import dev.remuda.task.SideDatabase;
import dev.remuda.task.VerifyResult;
import dev.remuda.task.VerifyTask;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.store.S3ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;

/** What is found when stored backups are read whole, and when one is restored for a trial, on a real server. */
class VerifyIT {
    private final Bench bench = new Bench();
    private final PostgresServer postgres = bench.postgres;
    private final String database = Racing.create(postgres);
    private final String uid = UUID.randomUUID().toString();

    @Test
    void aBackupIsReadWholeAndFoundToBeWhatItWas() {
        BackupResult backup = bench.completed(bench.backup(database));
        Map<String, String> before = bench.bucket.contents(bench.prefix);

        assertThat(read(backup.checksum())).isEqualTo(new VerifyResult(List.of("u"), null, null, null, null));
        assertThat(bench.bucket.contents(bench.prefix)).as("nothing is changed").isEqualTo(before);
    }

    /** Wherever it is, and though the store itself says that all is well. */
    @ParameterizedTest
    @ValueSource(doubles = {0.0, 0.3, 0.999})
    void oneWrongByteIsFoundByReadingAndByADrill(double where) {
        BackupResult backup = bench.completed(bench.backup(database));
        byte[] dump = bench.bucket.read(backup.dataKey());
        dump[(int) (where * dump.length)] ^= 1;
        bench.bucket.write(backup.dataKey(), dump);

        VerifyResult found = (VerifyResult) read(backup.checksum());
        assertThat(found.whole()).isEmpty();
        assertThat(found.damaged()).singleElement().satisfies(damaged -> {
            assertThat(damaged.uid()).isEqualTo("u");
            assertThat(damaged.reason()).isEqualTo(Reason.ChecksumMismatch);
            assertThat(damaged.message()).contains(backup.dataKey(), "restore another backup");
        });
        FailureResult failure = (FailureResult) bench.run(drill(backup, bench.database("any")));
        assertThat(failure.reason()).isEqualTo(Reason.ChecksumMismatch);
        assertThat(postgres.has(side())).isFalse();
    }

    @Test
    void oneThatIsBadKeepsNoOtherFromItsTurn() {
        BackupResult backup = bench.completed(bench.backup(database));
        VerifyResult found = (VerifyResult) bench.run(new VerifyTask(bench.access(), List.of(
                new VerifyTask.Item("gone", "a", bench.prefix + "gone/", null), new VerifyTask.Item("other", "b", bench.prefix, "sha256:00"),
                new VerifyTask.Item("good", "c", bench.prefix, backup.checksum())), null));

        assertThat(found.whole()).containsExactly("good");
        assertThat(found.damaged()).extracting(VerifyResult.Damaged::uid, VerifyResult.Damaged::reason).containsExactly(
                org.assertj.core.api.Assertions.tuple("gone", Reason.ObjectMissing), org.assertj.core.api.Assertions.tuple("other", Reason.ChecksumMismatch));
        assertThat(found.stoppedBy()).isNull();
    }

    /** A node that is drained speaks against no backup. */
    @Test
    void aWorkerThatIsStoppedCallsNothingDamaged() throws Exception {
        BackupResult backup = bench.completed(bench.backup(database));
        Stop stop = new Stop();
        try (S3ObjectStore store = new S3ObjectStore(bench.access(), stop)) {
            VerifyTask task = new VerifyTask(bench.access(), List.of(new VerifyTask.Item("u", "b", bench.prefix, backup.checksum()), new VerifyTask.Item("v", "c", bench.prefix, backup.checksum())), null);
            Journal stopping = new Journal() {
                @Override
                synchronized void bytes(long more) {
                    stop.request();
                    super.bytes(more);
                }
            };
            VerifyResult found = new VerifyRun(task, store, new PgPrograms(bench.programs), stopping, stop).run();
            assertThat(found.damaged()).isEmpty();
            assertThat(found.whole()).doesNotContain("v");
            assertThat(found.stoppedBy().reason()).isEqualTo(Reason.PodLost);
        }
    }

    /** What cannot be read for a reason of its own keeps no other from its turn. */
    @Test
    void anObjectThatIsRefusedKeepsNoOtherFromItsTurn() {
        BackupResult backup = bench.completed(bench.backup(database));
        String manifest = new String(bench.bucket.read(bench.prefix + "manifest.json"), StandardCharsets.UTF_8);
        bench.bucket.write(bench.prefix + "future/manifest.json", manifest.replaceFirst("\"clientMajor\" : [0-9]+", "\"clientMajor\" : 99").getBytes(StandardCharsets.UTF_8));
        bench.bucket.write(bench.prefix + "future/data.dump.zst", bench.bucket.read(backup.dataKey()));

        VerifyResult found = (VerifyResult) bench.run(new VerifyTask(bench.access(), List.of(
                new VerifyTask.Item("future", "a", bench.prefix + "future/", null), new VerifyTask.Item("good", "b", bench.prefix, backup.checksum())), null));
        assertThat(found.whole()).containsExactly("good");
        assertThat(found.damaged()).isEmpty();
        assertThat(found.stoppedBy().reason()).isEqualTo(Reason.ServerVersionUnsupported);
        assertThat(found.stoppedBy().message()).startsWith("a could not be read: ");
    }

    @Test
    void aStoreThatRefusesTheKeySpeaksAgainstNoBackup() {
        BackupResult backup = bench.completed(bench.backup(database));
        bench.secret("s3", Map.of("AWS_SECRET_ACCESS_KEY", "wrong"));

        VerifyResult found = (VerifyResult) read(backup.checksum());
        assertThat(found.damaged()).isEmpty();
        assertThat(found.whole()).isEmpty();
        assertThat(found.stoppedBy().reason()).isEqualTo(Reason.StorageAccessDenied);
        assertThat(found.stoppedBy().message()).startsWith("b could not be read: ");
    }

    @Test
    void aDrillRestoresComparesChecksAndLeavesNothing() {
        BackupResult backup = bench.completed(bench.backup(database));
        List<String> databases = postgres.ask("postgres", "SELECT datname FROM pg_database ORDER BY 1");

        RestoreResult result = (RestoreResult) bench.run(drill(backup, bench.database("any"), "SELECT count(*) > 0 FROM horses"));

        assertThat(result.rows()).isEqualTo(Racing.ROWS);
        assertThat(result.tables()).isEqualTo(Racing.TABLES.size());
        assertThat(result.finishedAt()).isAfter(result.startedAt());
        assertThat(postgres.has(side())).isFalse();
        assertThat(postgres.ask("postgres", "SELECT datname FROM pg_database ORDER BY 1")).containsAll(databases);
    }

    @Test
    void aCheckThatIsNotTrueIsTheResult() {
        BackupResult backup = bench.completed(bench.backup(database));
        FailureResult failure = (FailureResult) bench.run(drill(backup, bench.database("any"), "SELECT count(*) > 1000000 FROM horses"));

        assertThat(failure.reason()).isEqualTo(Reason.CheckFailed);
        assertThat(failure.message()).contains("SELECT count(*) > 1000000 FROM horses");
        assertThat(postgres.has(side())).isFalse();
    }

    @Test
    void whatALostDrillHasLeftGoesWithTheNext() {
        BackupResult backup = bench.completed(bench.backup(database));
        postgres.run("postgres", "CREATE DATABASE " + side());
        postgres.run(side(), "CREATE TABLE half (a int)");

        assertThat(bench.run(drill(backup, bench.database("any")))).isInstanceOf(RestoreResult.class);
        assertThat(postgres.has(side())).isFalse();
    }

    @Test
    void whoMayOnlyCreateDatabasesOwnsAllInTheDrill() {
        postgres.run("postgres", "CREATE ROLE driller_" + database + " LOGIN CREATEDB PASSWORD 'p'", "CREATE ROLE reader_" + database);
        postgres.run(database, "SELECT lo_unlink(oid) FROM pg_largeobject_metadata", "GRANT SELECT ON horses TO reader_" + database);
        BackupResult backup = bench.completed(bench.backup(database));
        bench.secret("drills", Map.of("username", "driller_" + database, "password", "p"));
        DatabaseAccess target = new DatabaseAccess(postgres.host(), postgres.port(), "any", null, bench.named("drills"), null);

        assertThat(bench.run(drill(backup, target))).isInstanceOf(RestoreResult.class);
        assertThat(postgres.has(side())).isFalse();
    }

    @Test
    void aServerWithoutTheLocaleSpeaksAgainstNoBackup() {
        BackupResult backup = bench.completed(bench.backup(database));
        String manifest = new String(bench.bucket.read(bench.prefix + "manifest.json"), StandardCharsets.UTF_8);
        bench.bucket.write(bench.prefix + "manifest.json", manifest.replaceFirst("\"ctype\" : \"[^\"]*\"", "\"ctype\" : \"xx_XX.utf8\"").getBytes(StandardCharsets.UTF_8));

        FailureResult failure = (FailureResult) bench.run(drill(backup, bench.database("any")));
        assertThat(failure.reason()).as(failure.message()).isEqualTo(Reason.InvalidSpec);
        assertThat(failure.message()).contains("xx_XX.utf8");
    }

    @Test
    void aServerThatIsAwaySpeaksAgainstNoBackup() {
        BackupResult backup = bench.completed(bench.backup(database));
        FailureResult failure = (FailureResult) bench.run(drill(backup, new DatabaseAccess("127.0.0.1", 1, null, null, bench.named("db"), null)));

        assertThat(failure.reason()).isEqualTo(Reason.DatabaseUnreachable);
        assertThat(failure.reason().speaksAgainstBackup()).isFalse();
    }

    private Result read(String checksum) {
        return bench.run(new VerifyTask(bench.access(), List.of(new VerifyTask.Item("u", "b", bench.prefix, checksum)), null));
    }

    private DrillTask drill(BackupResult backup, DatabaseAccess target, String... checks) {
        return new DrillTask("horse-racing", uid, "production", bench.access(), bench.prefix, backup.checksum(), null, target, List.of(checks));
    }

    private String side() {
        return SideDatabase.restore(uid);
    }
}
