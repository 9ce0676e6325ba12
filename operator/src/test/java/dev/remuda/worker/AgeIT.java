package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.support.AgeKey;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.task.BackupResult;
import dev.remuda.task.Compression;
import dev.remuda.task.DrillTask;
import dev.remuda.task.FailureResult;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.PreflightResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StorageClass;
import dev.remuda.task.VerifyResult;
import dev.remuda.task.VerifyTask;

import static org.assertj.core.api.Assertions.assertThat;

/** Backups that only the holder of an identity can read. */
class AgeIT {
    private final Bench bench = new Bench();
    private final PostgresServer postgres = bench.postgres;
    private final String database = Racing.create(postgres);
    private final List<String> before = Racing.checksums(postgres, database);
    private final AgeKey key = AgeKey.generate();
    private final AgeKey second = AgeKey.generate();
    private final SecretFiles identity = bench.secret("identity", Map.of("identity", key.file()));

    @ParameterizedTest
    @EnumSource(Compression.Algorithm.class)
    void eachOfTheRecipientsBringsBackEveryRow(Compression.Algorithm algorithm) {
        BackupResult backup = bench.completed(bench.encrypted(bench.backup(bench.database(database), bench.access(), new Compression(algorithm, 1)), key.recipient(), second.recipient()));

        assertThat(backup.dataKey()).endsWith("data.dump" + algorithm.suffix() + ".age");
        assertThat(new String(bench.bucket.read(backup.dataKey()), 0, 22, StandardCharsets.US_ASCII)).isEqualTo("age-encryption.org/v1\n");
        assertThat(bench.manifest().dump().recipients()).containsExactly(key.recipient(), second.recipient());
        bench.restored(bench.opened(bench.restore(database, RestoreStrategy.Recreate, database), identity));
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
        bench.restored(bench.opened(bench.restore(database + "_2", RestoreStrategy.Create, null), bench.secret("second", Map.of("identity", second.identity()))));
        assertThat(Racing.checksums(postgres, database + "_2")).isEqualTo(before);
    }

    /** In the preflight, and again when it is restored. */
    @Test
    void withoutTheRightIdentityNothingIsTouched() {
        bench.completed(bench.encrypted(bench.backup(database), key.recipient()));
        RestoreTask none = bench.restore(database, RestoreStrategy.Recreate, database);
        RestoreTask wrong = bench.opened(bench.restore(database, RestoreStrategy.Recreate, database), bench.secret("wrong", Map.of("identity", second.file())));
        RestoreTask empty = bench.opened(bench.restore(database, RestoreStrategy.Recreate, database), bench.secret("empty", Map.of("other", second.file())));
        RestoreTask missing = bench.opened(bench.restore(database, RestoreStrategy.Recreate, database), bench.named("missing"));

        for (RestoreTask task : List.of(none, bench.preflight(none))) {
            refused(task, Reason.DecryptionFailed, "is encrypted with age for " + key.recipient(), "decryption.secretRef");
        }
        for (RestoreTask task : List.of(wrong, bench.preflight(wrong))) {
            refused(task, Reason.DecryptionFailed, "no identity in Secret wrong opens");
        }
        refused(empty, Reason.SecretMissing, "Secret empty has no identity", "its keys are: other");
        refused(missing, Reason.SecretMissing, "Secret missing does not exist");
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
        bench.requireNoSideDatabases();
    }

    @Test
    void thePreflightOpensIt() {
        bench.completed(bench.encrypted(bench.backup(database), key.recipient()));
        assertThat(bench.run(bench.preflight(bench.opened(bench.restore(database, RestoreStrategy.Recreate, database), identity)))).isInstanceOf(PreflightResult.class);
    }

    @Test
    void itIsReadWithoutAnIdentityAndDrilledWithOne() {
        BackupResult backup = bench.completed(bench.encrypted(bench.backup(database), key.recipient()));
        VerifyTask.Item item = new VerifyTask.Item("u", "b", bench.prefix, backup.checksum());

        assertThat(bench.run(new VerifyTask(bench.access(), List.of(item), null))).isEqualTo(new VerifyResult(null, List.of("u"), null, null, null));
        assertThat(bench.run(new VerifyTask(bench.access(), List.of(item), identity))).isEqualTo(new VerifyResult(List.of("u"), null, null, null, null));
        assertThat(bench.run(new VerifyTask(bench.access(), List.of(item), bench.secret("other", Map.of("identity", second.file()))))).as("an identity of others says nothing")
                .isEqualTo(new VerifyResult(null, List.of("u"), null, null, null));
        assertThat(drill(backup, null)).isInstanceOfSatisfying(FailureResult.class, failure -> {
            assertThat(failure.reason()).isEqualTo(Reason.DecryptionFailed);
            assertThat(failure.reason().speaksAgainstBackup()).isFalse();
        });
        assertThat(drill(backup, identity)).isInstanceOfSatisfying(RestoreResult.class, result -> assertThat(result.rows()).isEqualTo(Racing.ROWS));
    }

    @Test
    void itIsADumpLikeAnyOtherForWhoeverNamesItByItsKey() {
        BackupResult backup = bench.completed(bench.encrypted(bench.backup(database), key.recipient()));
        RestoreTask task = bench.from(bench.restore(database + "_3", RestoreStrategy.Create, null), backup.dataKey());

        refused(task, Reason.DecryptionFailed, "is encrypted with age, and no identity was named");
        bench.restored(bench.opened(task, identity));
        assertThat(Racing.checksums(postgres, database + "_3")).isEqualTo(before);
    }

    @Test
    void whenItIsMovedNobodyIsToldThatItIsCompressedOnly() {
        BackupResult backup = bench.completed(bench.encrypted(bench.backup(database), key.recipient()));
        String root = bench.prefix.substring(0, bench.prefix.lastIndexOf('/', bench.prefix.length() - 2) + 1);
        MaintainTask.Move move = new MaintainTask.Move("u", "b", bench.prefix, "weekly", StorageClass.STANDARD_IA);

        MaintainResult result = (MaintainResult) bench.run(new MaintainTask(bench.access(), root, null, List.of(), List.of(move), List.of(), null));

        assertThat(result.moved()).containsExactly(new MaintainResult.Moved("u", "weekly", StorageClass.STANDARD_IA));
        assertThat(bench.bucket.head(backup.dataKey()).contentType()).isEqualTo("application/octet-stream");
    }

    @Test
    void aRecipientThatIsNoneFailsBeforeAnythingIsStored() {
        FailureResult failure = bench.failed(bench.encrypted(bench.backup(database), "age1" + "q".repeat(58)));
        assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec);
        assertThat(failure.message()).contains("encryption.age.recipients");
        bench.requireNothingStored();
    }

    private Object drill(BackupResult backup, SecretFiles opener) {
        return bench.run(new DrillTask("p", UUID.randomUUID().toString(), "production", bench.access(), bench.prefix, backup.checksum(), opener, bench.database("any"), null));
    }

    private void refused(RestoreTask task, Reason reason, String... words) {
        FailureResult failure = bench.failed(task);
        assertThat(failure.reason()).as(failure.message()).isEqualTo(reason);
        assertThat(failure.message()).contains(words).doesNotContain("AGE-SECRET-KEY");
    }
}
