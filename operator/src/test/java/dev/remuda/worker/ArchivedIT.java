package dev.remuda.worker;

import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.StorageClass;

import dev.remuda.support.MotoServer;
import dev.remuda.support.Racing;
import dev.remuda.task.DrillTask;
import dev.remuda.task.FailureResult;
import dev.remuda.task.PreflightResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.VerifyResult;
import dev.remuda.task.VerifyTask;

import static org.assertj.core.api.Assertions.assertThat;

/** Dumps that lie in GLACIER, where a store really refuses to read them: asked back, waited for, restored. */
class ArchivedIT {
    private final Bench bench = new Bench();
    private final MotoServer moto = MotoServer.shared();
    private final String database = Racing.create(bench.postgres);
    private final StoreAccess store = new StoreAccess(
            MotoServer.BUCKET, "us-east-1", moto.endpoint(), true, bench.secret("moto", Map.of("AWS_ACCESS_KEY_ID", MotoServer.KEY_ID, "AWS_SECRET_ACCESS_KEY", MotoServer.KEY)),
            StoreAccess.Tagging.Auto);

    @Test
    void aBackupIsAskedBackWaitedForAndRestored() {
        RestoreTask task = restore(bench.prefix, null);
        archive(bench.prefix, "data.dump.zst");
        moto.restoreInSteps();

        assertThat(bench.failed(task)).as("it must not be tried before it is there").satisfies(failure -> {
            assertThat(failure.reason()).isEqualTo(Reason.ObjectArchived);
            assertThat(failure.message()).contains("GLACIER");
        });
        assertThat(looked(task).archived()).contains("GLACIER", "on its way back");
        PreflightResult there = looked(task);

        assertThat(there.archived()).isNull();
        assertThat(((RestoreResult) bench.run(task)).rows()).isEqualTo(Racing.ROWS);
        bench.run(bench.cleaning(task, database + "_copy"));
    }

    @Test
    void aDumpOfNobodyKnowsWhatIsAskedBackToo() {
        restore(bench.prefix, null);
        archive(bench.prefix, "data.dump.zst");
        moto.restoreInSteps();
        RestoreTask task = restore(null, bench.prefix + "data.dump.zst");

        assertThat(looked(task).archived()).contains("was asked back (Standard, for 1 days)");
        assertThat(looked(task).archived()).contains("on its way back");
        assertThat(looked(task).archived()).isNull();
        assertThat(((RestoreResult) bench.run(task)).rows()).isEqualTo(Racing.ROWS);
        bench.run(bench.cleaning(task, database + "_copy"));
    }

    @Test
    void whatIsOnlyVerifiedIsNotAskedBack() {
        restore(bench.prefix, null);
        archive(bench.prefix, "data.dump.zst");

        VerifyResult found = (VerifyResult) bench.run(new VerifyTask(store, List.of(new VerifyTask.Item("u", "b", bench.prefix, null)), null));
        assertThat(found).isEqualTo(new VerifyResult(null, null, List.of("u"), null, null));
        FailureResult drilled = bench.failed(new DrillTask("p", UUID.randomUUID().toString(), "production", store, bench.prefix, null, null, bench.database("any"), null));
        assertThat(drilled.reason()).isEqualTo(Reason.ObjectArchived);
        assertThat(moto.bucket().head(bench.prefix + "data.dump.zst").restore()).as("which costs").isNull();
    }

    private PreflightResult looked(RestoreTask task) {
        return (PreflightResult) bench.run(bench.preflight(task));
    }

    /** moto keeps no checksums, so the backup is made elsewhere and carried over. */
    private RestoreTask restore(String prefix, String key) {
        if (bench.files().isEmpty()) {
            bench.completed(bench.backup(database));
            bench.bucket.contents(bench.prefix).keySet().forEach(name -> moto.bucket().write(name, bench.bucket.read(name)));
        }
        RestoreTask t = bench.restore(database + "_copy", RestoreStrategy.Create, null);
        return new RestoreTask(
                t.stage(), t.restore(), t.uid(), t.namespace(), store, new RestoreTask.Source(prefix, null, key, 1, "Standard"), t.target(), t.strategy(), t.confirm(), t.targetOid(), t.replaced(),
                t.include(), t.ownerRole(), t.jobs(), t.scratchBytes(), t.checks());
    }

    private void archive(String prefix, String name) {
        byte[] bytes = bench.bucket.read(prefix + name);
        moto.bucket().client().putObject(
                request -> request.bucket(MotoServer.BUCKET).key(prefix + name).storageClass(StorageClass.GLACIER), RequestBody.fromBytes(bytes));
    }
}
