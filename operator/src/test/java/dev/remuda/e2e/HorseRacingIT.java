package dev.remuda.e2e;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;

import static org.assertj.core.api.Assertions.assertThat;

/** The main job as its users do it: kubectl apply of the examples, a Backup, a bad day, a Restore. */
class HorseRacingIT {
    private static final Stage STAGE = Stage.shared();
    private static String database;
    private static List<String> before;

    @BeforeAll
    static void aBackupOfADatabaseWithAHypertable() {
        database = Racing.create(STAGE.postgres());
        STAGE.postgres().run(
                database, "CREATE EXTENSION timescaledb",
                "CREATE TABLE odds_snapshots (at timestamptz NOT NULL, race int, horse int, odds numeric)",
                "SELECT create_hypertable('odds_snapshots', 'at')",
                "INSERT INTO odds_snapshots SELECT timestamptz '2026-01-01Z' + i * interval '1 minute', i % 500, i % 3000, i % 90 FROM generate_series(1, 50000) i");
        before = content();
        STAGE.policy("horse-racing", database, Map.of());
        STAGE.backup("first", "horse-racing");
        STAGE.kubectl("wait", "--for=condition=Completed", "backup/first", "--timeout=120s");
    }

    private static List<String> content() {
        return STAGE.postgres().ask(
                database,
                "SELECT 'horses ' || md5(string_agg(t::text, '|' ORDER BY t.id)) FROM horses t"
                        + " UNION ALL SELECT 'entries ' || md5(string_agg(t::text, '|' ORDER BY t.race, t.horse)) FROM entries t"
                        + " UNION ALL SELECT 'odds ' || md5(string_agg(t::text, '|' ORDER BY t.at)) FROM odds_snapshots t"
                        + " UNION ALL SELECT 'chunks ' || count(*) FROM timescaledb_information.chunks WHERE hypertable_name = 'odds_snapshots'");
    }

    @Test
    void theStatusTellsEverythingAboutTheBackup() {
        Backup backup = STAGE.backup("first");

        assertThat(backup.getStatus().phase()).isEqualTo(Phase.Completed);
        assertThat(backup.getStatus().databaseName()).isEqualTo(database);
        assertThat(backup.getStatus().rows()).isEqualTo(Racing.ROWS + 50_000);
        assertThat(backup.getStatus().tables()).isEqualTo(5);
        assertThat(backup.getStatus().extensions()).containsKey("timescaledb");
        assertThat(backup.getStatus().serverVersion()).startsWith("17.");
        assertThat(backup.getStatus().checksum()).startsWith("sha256:");
        assertThat(backup.getStatus().attempts()).hasSize(1);
        assertThat(STAGE.bucket().keys(backup.getStatus().location().prefix()))
                .containsExactly(backup.getStatus().location().dataKey(), backup.getStatus().location().prefix() + "manifest.json");
        assertThat(STAGE.bucket().tags(backup.getStatus().location().dataKey()))
                .contains("namespace=" + STAGE.namespace(), "policy=horse-racing", "database=" + database);
        assertThat(STAGE.events("Backup", "first")).contains("Normal Completed " + database);
    }

    @Test
    void kubectlShowsItAtAGlance() {
        assertThat(STAGE.kubectl("get", "backup", "first")).contains("POLICY", "horse-racing", "Completed");
        assertThat(STAGE.kubectl("get", "bpol")).contains("horse-racing");
        assertThat(STAGE.kubectl("get", "remuda")).contains("backup.remuda.dev/first", "backuppolicy.remuda.dev/horse-racing");
        assertThat(STAGE.kubectl("describe", "backup", "first")).contains("Completed", "rows");
    }

    @Test
    void theJobsPodHasNoTokenAndNoRights() {
        var pod = STAGE.cluster().client().pods().inNamespace(STAGE.namespace()).withLabel("job-name", STAGE.backup("first").getStatus().attempts().getFirst().job())
                .list().getItems().getFirst();

        assertThat(pod.getSpec().getVolumes()).noneMatch(volume -> volume.getProjected() != null);
        assertThat(pod.getSpec().getContainers().getFirst().getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(STAGE.cluster().client().pods().inNamespace(STAGE.namespace()).withName(pod.getMetadata().getName()).getLog())
                .contains("is stored and compared")
                .doesNotContain("circular");
    }

    @Test
    void theOperatorMayNotReadSecrets() {
        assertThat(STAGE.kubectlWith("", "auth", "can-i", "--list", "--as=system:serviceaccount:remuda-system:remuda")).contains("jobs.batch").doesNotContain("secrets");
    }

    @Test
    void aRestoreBringsEveryRowBackAndTheHypertable() {
        STAGE.postgres().run(database, "DELETE FROM entries", "DELETE FROM odds_snapshots WHERE odds > 10", "UPDATE horses SET name = 'x' || id");
        assertThat(content()).isNotEqualTo(before);

        STAGE.restore("bring-back", "first", "strategy: Recreate\nconfirm: " + database);
        STAGE.kubectl("wait", "--for=condition=Completed", "restore/bring-back", "--timeout=180s");

        Restore restore = STAGE.restore("bring-back");
        assertThat(content()).isEqualTo(before);
        assertThat(restore.getStatus().phase()).isEqualTo(Phase.Completed);
        assertThat(restore.getStatus().rows()).isEqualTo(Racing.ROWS + 50_000);
        assertThat(restore.getStatus().duration()).isNotEmpty();
        assertThat(STAGE.events("Restore", "bring-back")).contains("Normal Completed " + database);
        assertThat(STAGE.postgres().ask(database, "SELECT current_setting('timescaledb.restoring')")).containsExactly("off");
        assertThat(STAGE.postgres().ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'remuda%'")).isEmpty();
        STAGE.postgres().run(database, "INSERT INTO odds_snapshots VALUES ('2030-01-01Z', 1, 1, 1)");
        assertThat(STAGE.postgres().ask(database, "SELECT count(*) FROM odds_snapshots WHERE at = '2030-01-01Z'")).containsExactly("1");
        STAGE.postgres().run(database, "DELETE FROM odds_snapshots WHERE at = '2030-01-01Z'");
    }

    @Test
    void aRestoreIntoANewDatabaseLeavesTheOldOneAlone() {
        STAGE.restore("copy", "first", "strategy: Create\ntarget: {name: " + database + "_copy}");

        Restore restore = STAGE.endedRestore("copy");

        assertThat(restore.getStatus().phase()).as(STAGE.events("Restore", "copy")).isEqualTo(Phase.Completed);
        assertThat(STAGE.postgres().ask(database + "_copy", "SELECT count(*) FROM odds_snapshots")).containsExactly("50000");
    }

    @Test
    void aRestoreThatIsNotConfirmedTouchesNothing() {
        STAGE.restore("unconfirmed", "first", "strategy: Recreate\nconfirm: other");

        Restore restore = STAGE.endedRestore("unconfirmed");

        assertThat(restore.getStatus().phase()).isEqualTo(Phase.Failed);
        assertThat(restore.getStatus().conditions().getFirst().getReason()).isEqualTo("NotConfirmed");
        assertThat(restore.getStatus().conditions().getFirst().getMessage()).contains("confirm: " + database);
        assertThat(STAGE.events("Restore", "unconfirmed")).contains("Warning NotConfirmed");
    }
}
