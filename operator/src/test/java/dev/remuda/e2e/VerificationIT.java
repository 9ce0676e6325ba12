package dev.remuda.e2e;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;
import dev.remuda.support.Zoo;

import static org.assertj.core.api.Assertions.assertThat;

/** Stored backups are proved on a real cluster: read whole, and restored for a trial into a server beside the worker and into one that there is. */
class VerificationIT {
    private static final Stage STAGE = Stage.shared();
    private static final String BESIDE = "verification: {server: {image: 'docker.io/library/remuda-postgres:dev', size: 2Gi}}\n";

    @Test
    void aDrillBesideTheWorkerOfAllThatADatabaseCanHave() {
        String database = Zoo.create(STAGE.postgres());
        STAGE.postgres().run(
                database, "CREATE EXTENSION IF NOT EXISTS timescaledb", "CREATE TABLE public.laps (at timestamptz NOT NULL, horse int)", "SELECT create_hypertable('public.laps', 'at')",
                "INSERT INTO public.laps SELECT timestamptz '2026-01-01Z' + i * interval '1 hour', i FROM generate_series(1, 1000) i");
        List<String> before = STAGE.postgres().ask("postgres", "SELECT datname FROM pg_database ORDER BY 1");
        STAGE.policy("drilled", database, BESIDE.replace("}}", "}, checks: [{sql: 'SELECT count(*) = 1000 FROM public.laps'}]}"));
        completed("drilled-1", "drilled");

        verify("drilled-1");
        Backup proved = STAGE.await("drilled-1", backup -> has(backup, "Verified", "True"));

        assertThat(proved.getStatus().verification().restoreSeconds()).isPositive();
        assertThat(condition(proved, "Verified")).contains("rows are what was backed up");
        assertThat(STAGE.kubectl("get", "backup", "drilled-1")).contains("VERIFIED").containsPattern("drilled-1 .* True ");
        assertThat(STAGE.awaitPolicy("drilled", policy -> has(policy, "Verified", "True")).getStatus().verification().lastVerified().backup()).isEqualTo("drilled-1");
        assertThat(STAGE.events("BackupPolicy", "drilled")).contains("Normal Restored Backup drilled-1 was restored in a drill within ");
        assertThat(STAGE.postgres().ask("postgres", "SELECT datname FROM pg_database ORDER BY 1")).as("the database's own server has nothing of it").containsAll(before);
    }

    @Test
    void aDrillOnAServerThatThereIs() {
        String database = Racing.create(STAGE.postgres());
        STAGE.policy("drilled-elsewhere", database, "verification: {target: {host: postgres, secretRef: {name: horse-racing-db}}}\n");
        completed("drilled-elsewhere-1", "drilled-elsewhere");

        verify("drilled-elsewhere-1");
        STAGE.await("drilled-elsewhere-1", backup -> has(backup, "Verified", "True"));

        String uid = STAGE.policy("drilled-elsewhere").getMetadata().getUid().replace("-", "");
        assertThat(STAGE.postgres().ask("postgres", "SELECT datname FROM pg_database")).as("dropped again").noneMatch(name -> name.contains(uid));
    }

    /** By the schedules alone, each minute: what is damaged is found, told, passed over and no longer counted. */
    @Test
    void aWrongByteIsFoundAndTheNextRestoreTakesAnotherBackup() {
        String database = Racing.create(STAGE.postgres());
        List<String> good = Racing.checksums(STAGE.postgres(), database);
        String schedules = "verification:\n  schedule: '* * * * *'\n  integrity: {schedule: '* * * * *'}\n  server: {image: 'docker.io/library/remuda-postgres:dev', size: 2Gi}\n";
        STAGE.apply(Stage.plainPolicyYaml("rots", database, Map.of(), "suspend: true\n" + schedules));
        completed("rots-1", "rots");
        completed("rots-2", "rots");
        String key = STAGE.backup("rots-2").getStatus().location().dataKey();
        byte[] dump = STAGE.bucket().read(key);
        dump[dump.length / 2] ^= 1;
        STAGE.bucket().write(key, dump);
        STAGE.kubectl("patch", "backuppolicy", "rots", "--type=merge", "-p", "{\"spec\": {\"suspend\": false}}");

        Backup damaged = STAGE.await("rots-2", backup -> has(backup, "Intact", "False"));
        assertThat(condition(damaged, "Intact")).contains(key, "SHA-256", "restore another backup");
        STAGE.await("rots-1", backup -> has(backup, "Verified", "True"));
        BackupPolicy policy = STAGE.awaitPolicy("rots", seen -> seen.getStatus().lastBackup().name().equals("rots-1") && has(seen, "Verified", "False"));
        assertThat(policy.getStatus().conditions()).filteredOn(condition -> condition.getType().equals("Verified")).singleElement()
                .satisfies(condition -> assertThat(condition.getReason()).isEqualTo("ChecksumMismatch"));
        assertThat(STAGE.events("BackupPolicy", "rots")).contains("Warning ChecksumMismatch Backup rots-2 ");

        STAGE.apply("""
                apiVersion: remuda.dev/v1beta1
                kind: Restore
                metadata: {name: rots-back}
                spec: {source: {latestOf: {policy: rots}}, strategy: Create, target: {name: %s_back}}
                """.formatted(database));
        Restore back = STAGE.endedRestore("rots-back");
        assertThat(back.getStatus().phase()).isEqualTo(Phase.Completed);
        assertThat(back.getStatus().backup()).isEqualTo("rots-1");
        assertThat(STAGE.events("Restore", "rots-back")).contains("newer, but known to be damaged, and so left out: rots-2");
        assertThat(Racing.checksums(STAGE.postgres(), database + "_back")).isEqualTo(good);
        STAGE.kubectl("delete", "backuppolicy", "rots");
    }

    @Test
    void muchThatIsMissingIsFlaggedUntilAPersonAcceptsIt() {
        String database = Racing.create(STAGE.postgres());
        STAGE.policy("shrinks", database, "");
        completed("shrinks-1", "shrinks");
        STAGE.awaitPolicy("shrinks", policy -> policy.getStatus().baseline() != null);
        STAGE.postgres().run(database, "DELETE FROM entries", "DROP TABLE photos");

        completed("shrinks-2", "shrinks");
        Backup odd = STAGE.backup("shrinks-2");
        assertThat(condition(odd, "Suspicious")).startsWith("beside Backup shrinks-1, ").contains("table public.photos is gone", "public.entries has 0 rows instead of 3000");
        assertThat(STAGE.events("Backup", "shrinks-2")).contains("Warning Suspicious ");
        assertThat(STAGE.policy("shrinks").getStatus().baseline().backup()).isEqualTo("shrinks-1");

        STAGE.kubectl("annotate", "backup", "shrinks-2", "remuda.dev/accept=yes");
        STAGE.awaitPolicy("shrinks", policy -> policy.getStatus().baseline().backup().equals("shrinks-2"));
        completed("shrinks-3", "shrinks");
        assertThat(STAGE.backup("shrinks-3").getStatus().conditions()).extracting(condition -> condition.getType()).doesNotContain("Suspicious");
    }

    @Test
    void anImageWithoutAServerSaysSoAndSpeaksAgainstNoBackup() {
        assertThat(cannotDrill("wrong-image", BESIDE.replace("remuda-postgres:dev", "remuda:dev")))
                .contains("the image of verification.server could not make a PostgreSQL server: the image has no initdb or postgres");
    }

    @Test
    void aServerThatDoesNotStartSaysSo() {
        assertThat(cannotDrill("wrong-setting", BESIDE.replace("size: 2Gi", "size: 2Gi, parameters: {work_mem: plenty}"))).contains("postgres ended with exit code 1; the log of container server has its words");
    }

    private static String cannotDrill(String policy, String verification) {
        STAGE.policy(policy, Racing.create(STAGE.postgres()), verification);
        completed(policy + "-1", policy);

        verify(policy + "-1");
        BackupPolicy told = STAGE.awaitPolicy(policy, seen -> has(seen, "Verified", "False"));

        assertThat(STAGE.backup(policy + "-1").getStatus().conditions()).extracting(condition -> condition.getType()).containsExactly("Completed");
        STAGE.kubectl("delete", "backuppolicy", policy);
        return told.getStatus().verification().job().message();
    }

    private static void completed(String name, String policy) {
        STAGE.backup(name, policy);
        assertThat(STAGE.ended(name).getStatus().phase()).as(STAGE.events("Backup", name)).isEqualTo(Phase.Completed);
    }

    private static void verify(String name) {
        STAGE.kubectl("annotate", "backup", name, "remuda.dev/verify=now");
    }

    private static boolean has(Backup backup, String type, String status) {
        return backup.getStatus().conditions().stream().anyMatch(condition -> condition.getType().equals(type) && condition.getStatus().equals(status));
    }

    private static boolean has(BackupPolicy policy, String type, String status) {
        return policy.getStatus().conditions().stream().anyMatch(condition -> condition.getType().equals(type) && condition.getStatus().equals(status));
    }

    private static String condition(Backup backup, String type) {
        return backup.getStatus().conditions().stream().filter(condition -> condition.getType().equals(type)).findFirst().orElseThrow().getMessage();
    }
}
