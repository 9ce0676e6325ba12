package dev.remuda.e2e;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.remuda.api.Phase;
import dev.remuda.support.AgeKey;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;
import dev.remuda.task.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/** Backups for the holder of a key alone, on a real cluster: made without it, restored and drilled with it, refused with another. */
class EncryptionIT {
    private static final Stage STAGE = Stage.shared();

    @Test
    void onlyTheHolderOfAnIdentityBringsItBack() {
        AgeKey key = AgeKey.generate();
        String database = Racing.create(STAGE.postgres());
        List<String> before = Racing.checksums(STAGE.postgres(), database);
        STAGE.secret("sealed-age", Map.of("identity", key.file()));
        STAGE.secret("sealed-other", Map.of("identity", AgeKey.generate().file()));
        STAGE.policy("sealed", database, """
                encryption: {age: {recipients: [%s, %s]}}
                verification: {server: {image: 'docker.io/library/remuda-postgres:dev', size: 2Gi}, decryption: {secretRef: {name: sealed-age}}}
                """.formatted(key.recipient(), AgeKey.generate().recipient()));
        STAGE.backup("sealed-1", "sealed");
        assertThat(STAGE.ended("sealed-1").getStatus().phase()).as(STAGE.events("Backup", "sealed-1")).isEqualTo(Phase.Completed);
        assertThat(STAGE.backup("sealed-1").getStatus().location().dataKey()).endsWith("data.dump.zst.age");
        STAGE.postgres().run(database, "DELETE FROM entries");

        STAGE.restore("sealed-none", "sealed-1", "strategy: Swap\nconfirm: " + database);
        assertThat(STAGE.endedRestore("sealed-none").getStatus().phase()).isEqualTo(Phase.Failed);
        restore("sealed-wrong", "sealed-other", database);
        assertThat(STAGE.endedRestore("sealed-wrong").getStatus().steps().getLast().reason()).isEqualTo(Reason.DecryptionFailed);
        assertThat(STAGE.postgres().ask(database, "SELECT count(*) FROM entries")).as("nothing was touched").containsExactly("0");

        restore("sealed-back", "sealed-age", database);
        assertThat(STAGE.endedRestore("sealed-back").getStatus().phase()).as(STAGE.events("Restore", "sealed-back")).isEqualTo(Phase.Completed);
        assertThat(Racing.checksums(STAGE.postgres(), database)).isEqualTo(before);
        assertThat(STAGE.backup("sealed-back-safety").getStatus().location().dataKey()).as("what was replaced is encrypted too").endsWith(".age");

        STAGE.kubectl("annotate", "backup", "sealed-1", "remuda.dev/verify=now");
        STAGE.await("sealed-1", backup -> backup.getStatus().conditions().stream().anyMatch(condition -> condition.getType().equals("Verified") && condition.getStatus().equals("True")));
    }

    private static void restore(String name, String identity, String database) {
        STAGE.apply("""
                apiVersion: remuda.dev/v1beta1
                kind: Restore
                metadata: {name: %s}
                spec:
                  source: {backupRef: {name: sealed-1}, decryption: {secretRef: {name: %s}}}
                  strategy: Swap
                  confirm: %s
                """.formatted(name, identity, database));
    }
}
