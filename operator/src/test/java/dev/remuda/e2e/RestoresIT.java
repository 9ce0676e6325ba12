package dev.remuda.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;
import dev.remuda.support.Victim;

import static org.assertj.core.api.Assertions.assertThat;

/** Restores on the real cluster: the whole way of a Swap, and what is left when something stops it. */
class RestoresIT {
    private static final Stage STAGE = Stage.shared();
    private static final Set<Long> STOPPED = new HashSet<>();
    private static String model;
    private static List<String> before;

    @BeforeAll
    static void oneBackup() {
        model = Racing.create(STAGE.postgres());
        before = Racing.checksums(STAGE.postgres(), model);
        STAGE.policy("restores", model, Map.of());
        STAGE.backup("restores-1", "restores");
        assertThat(STAGE.ended("restores-1").getStatus().phase()).isEqualTo(Phase.Completed);
    }

    /** A database of its own for a test, damaged. */
    private static String damaged(String name) {
        // TimescaleDB's launcher looks into each database now and then, and a template must be alone.
        Awaitility.await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> {
            STAGE.postgres().run("postgres", "CREATE DATABASE " + name + " TEMPLATE " + model);
            return true;
        });
        STAGE.postgres().run(name, "DELETE FROM entries");
        return name;
    }

    private static String into(String database) {
        return "target: {name: " + database + "}\nconfirm: " + database + "\n";
    }

    @Test
    void swapWithSafetyBackupMigrationsAndChecks() {
        String database = damaged("swapped");

        STAGE.restore("swap", "restores-1", into(database) + """
                keepReplaced: 1h
                checks: [{sql: "SELECT count(*) = 3000 FROM entries"}]
                migrations:
                  image: docker.io/library/remuda-postgres:dev
                  command: [sh, -c]
                  args: ["psql -v ON_ERROR_STOP=1 -c 'ALTER TABLE races ADD going_note text' && psql $DATABASE_URL -c 'CREATE TABLE migrated AS SELECT 1 AS id'; test $GREETING = hello"]
                  env: [{name: GREETING, value: hello}]
                """);
        Restore restore = STAGE.endedRestore("swap");

        assertThat(restore.getStatus().phase()).as(STAGE.events("Restore", "swap")).isEqualTo(Phase.Completed);
        assertThat(restore.getStatus().steps()).extracting(step -> step.name()).filteredOn(step -> step != StepName.Report)
                .containsExactly(StepName.Preflight, StepName.SafetyBackup, StepName.Restore, StepName.Migrations, StepName.Switch);
        assertThat(STAGE.postgres().ask(database, "SELECT count(*) FROM migrated")).containsExactly("1");
        assertThat(STAGE.postgres().ask(database, "SELECT count(*) FROM entries")).containsExactly("3000");
        assertThat(STAGE.postgres().has(database + "_before_swap")).isTrue();
        assertThat(restore.getStatus().conditions().getFirst().getMessage()).contains(database + "_before_swap", "goBack");
        assertThat(STAGE.backup("swap-safety").getStatus().databaseName()).isEqualTo(database);
        assertThat(STAGE.kubectl("get", "restore", "swap")).contains("restores-1", "Swap", "Completed");
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> STAGE.restore("swap").getMetadata().getFinalizers().isEmpty());
        noSideDatabase(restore);
    }

    @Test
    void migrationsThatFailLeaveTheTargetAsItWas() {
        String database = damaged("unmigrated");

        STAGE.restore("bad-migrations", "restores-1", into(database) + """
                safetyBackup: false
                migrations:
                  image: docker.io/library/remuda-postgres:dev
                  command: [psql, -v, ON_ERROR_STOP=1, -c]
                  args: ["DROP TABLE nonsense"]
                """);
        Restore restore = STAGE.endedRestore("bad-migrations");

        assertThat(restore.getStatus().phase()).isEqualTo(Phase.Failed);
        assertThat(restore.getStatus().conditions().getFirst().getReason()).isEqualTo("MigrationFailed");
        assertThat(restore.getStatus().conditions().getFirst().getMessage()).contains("kubectl logs job/", "Database " + database + " is as it was");
        assertThat(STAGE.kubectl("logs", "job/" + restore.getStatus().steps().stream().filter(step -> step.name() == StepName.Migrations).findFirst().orElseThrow().job(), "-c", "migrations"))
                .contains("nonsense");
        assertThat(STAGE.postgres().ask(database, "SELECT count(*) FROM entries")).containsExactly("0");
        noSideDatabase(restore);
    }

    @Test
    void theOldDatabaseIsDroppedWhenItsTimeIsOver() {
        String database = damaged("impatient");

        STAGE.restore("drop-old", "restores-1", into(database) + "safetyBackup: false\nkeepReplaced: 0s\n");
        STAGE.endedRestore("drop-old");

        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> STAGE.restore("drop-old").getStatus().replaced().droppedAt() != null);
        assertThat(STAGE.postgres().has(database + "_before_drop-old")).isFalse();
        assertThat(Racing.checksums(STAGE.postgres(), database)).isEqualTo(before);
    }

    @Test
    void anOldScriptsDumpTakesTheTargetsPlace() throws IOException {
        String database = damaged("scripted");
        String sql = STAGE.kubectl("exec", "statefulset/postgres", "--", "pg_dump", "-U", "postgres", "--no-large-objects", model);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(sql.getBytes(StandardCharsets.UTF_8));
        }
        STAGE.bucket().write("old-scripts/backup", packed.toByteArray());

        STAGE.apply("""
                apiVersion: remuda.dev/v1beta1
                kind: Restore
                metadata: {name: scripted}
                spec:
                  source:
                    object:
                      key: old-scripts/backup
                      storage: {s3: {bucket: horse-racing-backups, region: us-east-1, endpoint: "http://seaweedfs:8333", forcePathStyle: true, secretRef: {name: backup-s3}}}
                  target: {host: postgres, name: %s, secretRef: {name: horse-racing-db}}
                  policyRef: {name: restores}
                  confirm: %s
                """.formatted(database, database));
        Restore restore = STAGE.endedRestore("scripted");

        assertThat(restore.getStatus().phase()).as(STAGE.events("Restore", "scripted")).isEqualTo(Phase.Completed);
        assertThat(STAGE.postgres().ask(database, "SELECT count(*) FROM entries")).containsExactly("3000");
        assertThat(STAGE.backup("scripted-safety").getStatus().phase()).isEqualTo(Phase.Completed);
    }

    @Test
    void aDeletedRestoreLeavesTheTargetAsItWas() throws Exception {
        String database = damaged("cancelled");
        large("cancel", database);

        STAGE.kubectl("delete", "restore", "cancel", "--timeout=120s");

        assertThat(STAGE.restore("cancel")).isNull();
        assertThat(STAGE.postgres().ask(database, "SELECT count(*) FROM horses")).containsExactly("3000");
        assertThat(STAGE.postgres().ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'remuda%' AND datname LIKE '%" + uid + "'")).isEmpty();
    }

    @Test
    void aKilledWorkerIsReplacedAndItsProgressIsSeen() throws Exception {
        String database = damaged("killed_worker");
        ProcessHandle pgRestore = large("kill-worker", database);
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> STAGE.restore("kill-worker").getStatus().progress() != null);
        assertThat(STAGE.restore("kill-worker").getStatus().progress().step()).isIn("Restore", "Rehearse");
        assertThat(STAGE.restore("kill-worker").getStatus().progress().totalBytes()).isPositive();

        Victim.signal("KILL", pgRestore.parent().orElseThrow());
        Victim.signal("KILL", pgRestore);

        Restore restore = STAGE.endedRestore("kill-worker");
        assertThat(restore.getStatus().phase()).as(STAGE.events("Restore", "kill-worker")).isEqualTo(Phase.Completed);
        assertThat(restore.getStatus().steps().stream().filter(step -> step.name() == StepName.Restore)).hasSize(2);
        assertThat(STAGE.postgres().ask(database, "SELECT count(*) FROM large")).containsExactly("310");
        noSideDatabase(restore);
    }

    @Test
    void aKilledOperatorGoesOn() throws Exception {
        String database = damaged("killed_operator");
        ProcessHandle pgRestore = large("kill-operator", database);

        STAGE.cluster().killOperator();
        Victim.signal("CONT", pgRestore);

        Restore restore = STAGE.endedRestore("kill-operator");
        assertThat(restore.getStatus().phase()).isEqualTo(Phase.Completed);
        assertThat(restore.getStatus().steps()).extracting(step -> step.name()).filteredOn(step -> step != StepName.Report).containsExactly(StepName.Preflight, StepName.Restore, StepName.Switch);
        assertThat(STAGE.postgres().ask(database, "SELECT count(*) FROM large")).containsExactly("310");
    }

    private static String largeBackup;
    private String uid;

    /** Begins a Restore of 300 MB and stops its pg_restore in the middle. */
    private ProcessHandle large(String name, String database) throws IOException, InterruptedException {
        synchronized (RestoresIT.class) {
            if (largeBackup == null) {
                STAGE.policy("restores-large", Racing.large(STAGE.postgres()), Map.of());
                STAGE.backup("restores-large-1", "restores-large");
                assertThat(STAGE.ended("restores-large-1").getStatus().phase()).isEqualTo(Phase.Completed);
                largeBackup = "restores-large-1";
            }
        }
        STAGE.restore(name, largeBackup, into(database) + "safetyBackup: false\nkeepReplaced: 0s\n");
        uid = STAGE.restore(name).getMetadata().getUid().replace("-", "");
        Awaitility.await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(5)).until(() -> filling() != null || STAGE.restore(name).getStatus() != null
                && STAGE.restore(name).getStatus().phase().isFinal());
        ProcessHandle running = filling();
        assertThat(running).as(STAGE.events("Restore", name)).isNotNull();
        Victim.signal("STOP", running);
        STOPPED.add(running.pid());
        return running;
    }

    /** The pg_restore that fills the side database: the rehearsal's has the schema only, and the proof's no database. */
    private static ProcessHandle filling() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").endsWith("/pg_restore") && !STOPPED.contains(process.pid()))
                .filter(process -> process.info().arguments().map(List::of).filter(all -> all.contains("--exit-on-error") && !all.contains("--schema-only")).isPresent())
                .findFirst()
                .orElse(null);
    }

    private static void noSideDatabase(Restore restore) {
        assertThat(STAGE.postgres().ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'remuda%" + restore.getMetadata().getUid().replace("-", "") + "'")).isEmpty();
    }
}
