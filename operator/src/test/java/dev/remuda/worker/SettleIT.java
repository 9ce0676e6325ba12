package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.remuda.support.Racing;
import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.SettleResult;

import static org.assertj.core.api.Assertions.assertThat;

/** What an attempt is found to have come to when its worker left no word. */
class SettleIT {
    private final Bench bench = new Bench();

    @Test
    void aManifestMakesItComplete() {
        BackupResult reported = bench.completed(bench.backup(Racing.create(bench.postgres)));

        SettleResult settled = (SettleResult) bench.run(bench.settle());

        assertThat(settled.completed()).isEqualTo(reported);
        assertThat(bench.files()).containsExactly("data.dump.zst", "manifest.json");
    }

    @Test
    void withoutAManifestAllIsRemovedUnderThePrefixAndNothingElse() {
        bench.bucket.write(bench.prefix + "data.dump.zst", new byte[10]);
        bench.bucket.client().createMultipartUpload(request -> request.bucket("remuda-tests").key(bench.prefix + "data.dump.gz"));
        String sibling = bench.prefix.substring(0, bench.prefix.length() - 1) + "-sibling/data.dump";
        bench.bucket.write(sibling, new byte[10]);

        assertThat(bench.run(bench.settle())).isEqualTo(new SettleResult(null, 1, 1));

        bench.requireNothingStored();
        assertThat(bench.bucket.read(sibling)).hasSize(10);
    }

    @Test
    void aManifestWhoseDumpIsGoneOrAnotherIsNoBackup() {
        bench.completed(bench.backup(Racing.create(bench.postgres)));
        bench.bucket.write(bench.prefix + "data.dump.zst", "another".getBytes(StandardCharsets.UTF_8));

        assertThat(bench.run(bench.settle())).isEqualTo(new SettleResult(null, 2, 0));

        bench.requireNothingStored();
    }

    @Test
    void nothingAtAllIsSettledToo() {
        assertThat(bench.run(bench.settle())).isEqualTo(new SettleResult(null, 0, 0));
    }

    /** The worker of the next attempt finds what the operator did not see. */
    @Test
    void anAttemptBeforeThatTurnsOutToBeWholeIsTheBackup() {
        String database = Racing.create(bench.postgres);
        BackupResult first = bench.completed(bench.backup(database));

        assertThat(bench.completed(second(database))).isEqualTo(first);

        assertThat(bench.bucket.keys(second(database).prefix())).isEmpty();
        assertThat(bench.files()).containsExactly("data.dump.zst", "manifest.json");
    }

    @Test
    void anAttemptBeforeThatIsNotWholeIsRemovedByTheNext() {
        bench.bucket.write(bench.prefix + "data.dump.zst", new byte[10]);
        BackupTask second = second(Racing.create(bench.postgres));

        assertThat(bench.completed(second).dataKey()).isEqualTo(second.prefix() + "data.dump.zst");

        bench.requireNothingStored();
    }

    private BackupTask second(String database) {
        BackupTask first = bench.backup(database);
        return new BackupTask(
                first.backup(), first.namespace(), first.policy(), 2, first.database(), first.store(), bench.prefix.replaceFirst("/$", "-2/"), List.of(bench.prefix), first.compression(),
                first.labels(), null, null, null, null, null, false);
    }

    @Test
    void aStoreThatCannotBeAskedIsAFailure() {
        bench.secret("s3", Map.of("AWS_SECRET_ACCESS_KEY", "wrong"));

        FailureResult failure = bench.failed(bench.settle());

        assertThat(failure.reason()).isEqualTo(Reason.StorageAccessDenied);
    }
}
