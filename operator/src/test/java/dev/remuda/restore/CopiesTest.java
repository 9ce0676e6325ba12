package dev.remuda.restore;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.fabric8.kubernetes.api.model.ConditionBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.api.S3Spec;
import dev.remuda.api.StorageSpec;
import dev.remuda.api.VolumeSpec;
import dev.remuda.support.Changes;
import dev.remuda.task.FailureResult;
import dev.remuda.task.PreflightResult;
import dev.remuda.task.Reason;
import dev.remuda.task.ReportTask;
import dev.remuda.task.RestoreTask;

import static org.assertj.core.api.Assertions.assertThat;

/** A Backup that cannot be read in its own store is read from a copy, and one may be asked for. */
class CopiesTest {
    private static final Instant AT = Instant.parse("2026-03-02T02:00:00Z");

    private final RestoreWorld world = new RestoreWorld();

    @BeforeEach
    void copies() {
        Backup monday = world.backups.get("monday");
        monday.setStatus(monday.getStatus()
                .copied(copy("local", new StorageSpec(null, new VolumeSpec("local-backups", null)), "volume://local-backups/"), List.of())
                .copied(copy("off-site", new StorageSpec(new S3Spec("elsewhere", null, null, null, null, null, null, null, null, null), null), "s3://elsewhere/"), List.of("local", "off-site")));
    }

    private static BackupStatus.Copy copy(String name, StorageSpec storage, String url) {
        String prefix = "stable/horses/monday-6f1c2a34-6f1c2a34-1/";
        return new BackupStatus.Copy(name, storage, url + prefix, prefix, AT, null);
    }

    private void asking(String copy) {
        world.restore.setSpec(Changes.in(world.restore.getSpec(), Map.of("source", Map.of("backupRef", Map.of("name", "monday"), "copy", copy))));
    }

    private void damage() {
        Backup monday = world.backups.get("monday");
        monday.setStatus(monday.getStatus().in(Phase.Completed, List.of(new ConditionBuilder().withType("Intact").withStatus("False").withReason("ChecksumMismatch").build())));
    }

    private String store() {
        world.reconcileUntilItRests();
        RestoreTask task = world.task(RestoreTask.class);
        return task.store().bucket() + " " + task.source().prefix();
    }

    private void failing(Reason reason) {
        world.says(new FailureResult(reason, "it cannot be read", false));
        world.reconcileUntilItRests();
        world.now = world.now.plusSeconds(600);
    }

    @Test
    void itsOwnStoreIsReadFirst() {
        assertThat(store()).isEqualTo("backups stables/stable/horses/monday-6f1c2a34-6f1c2a34-1/");
        assertThat(world.status().copy()).isNull();
    }

    @Test
    void theCopyThatIsAskedForIsReadAndNoOther() {
        asking("off-site");
        assertThat(store()).isEqualTo("elsewhere stable/horses/monday-6f1c2a34-6f1c2a34-1/");
        assertThat(world.status().copy()).isEqualTo("off-site");
        assertThat(world.status().source()).isEqualTo("s3://elsewhere/stable/horses/monday-6f1c2a34-6f1c2a34-1/");
        failing(Reason.ObjectMissing);
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
    }

    @Test
    void aCopyThatThereIsNotIsNamedWithThoseThatThereAre() {
        asking("moon");
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo("NoBackupFound");
        assertThat(world.message()).startsWith("Backup monday has no copy named moon; it has local, off-site");
    }

    @ParameterizedTest
    @EnumSource(value = Reason.class, names = {"ObjectMissing", "ChecksumMismatch", "DumpIncomplete", "ManifestInvalid", "BucketNotFound", "StorageAccessDenied", "SecretMissing"})
    void whatCannotBeReadThereIsReadFromOneCopyAfterTheOther(Reason reason) {
        store();
        failing(reason);
        assertThat(world.told).anySatisfy(words -> {
            assertThat(words.warning()).isTrue();
            assertThat(words.reason()).isEqualTo(reason.name());
            assertThat(words.message()).isEqualTo("Backup monday cannot be read from its own store (it cannot be read), so it is read from its copy local, "
                    + "volume://local-backups/stable/horses/monday-6f1c2a34-6f1c2a34-1/");
        });
        assertThat(store()).startsWith("local-backups stable/");
        failing(reason);
        assertThat(store()).startsWith("elsewhere stable/");
        assertThat(world.status().copy()).isEqualTo("off-site");
        failing(reason);
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.reason()).isEqualTo(reason.name());
        assertThat(world.message()).contains("Nothing was touched");
    }

    @Test
    void whatMayPassIsTriedAgainThereFirstAndInTheCopyToo() {
        store();
        failing(Reason.StorageUnreachable);
        assertThat(store()).startsWith("backups ");
        failing(Reason.StorageUnreachable);
        assertThat(store()).startsWith("backups ");
        failing(Reason.StorageUnreachable);
        assertThat(store()).startsWith("local-backups ");
        failing(Reason.StorageUnreachable);
        assertThat(store()).startsWith("local-backups ");
        world.says(new PreflightResult("horses", 17L, "17.5", AT, null, null, world.now));
        world.reconcileUntilItRests();
        assertThat(world.status().step().orElseThrow().name()).isEqualTo(StepName.SafetyBackup);
    }

    @ParameterizedTest
    @EnumSource(value = Reason.class, names = {"DecryptionFailed", "ExtensionMismatch", "DatabaseAuthenticationFailed", "NotConfirmed", "InternalError"})
    void whatIsTheSameEverywhereIsNotTriedElsewhere(Reason reason) {
        store();
        failing(reason);
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
    }

    @Test
    void whatIsKnownToBeDamagedIsReadFromACopyAtOnce() {
        damage();
        assertThat(store()).startsWith("local-backups ");
        assertThat(world.begun).anyMatch(message -> message.endsWith("; in its own store it is known to be damaged, so it is read from its copy local, "
                + "volume://local-backups/stable/horses/monday-6f1c2a34-6f1c2a34-1/"));
    }

    @Test
    void theNewestThatIsDamagedButWasCopiedIsStillTheNewest() {
        world.completed("sunday", AT.minusSeconds(86_400));
        damage();
        world.restore.setSpec(Changes.in(world.restore.getSpec(), Map.of("source", Map.of("latestOf", Map.of("policy", "horses")))));
        assertThat(store()).startsWith("local-backups ");
        assertThat(world.status().backup()).isEqualTo("monday");
    }

    @Test
    void theNewestWithThatCopyIsChosen() {
        world.completed("tuesday", AT.plusSeconds(86_400));
        world.restore.setSpec(Changes.in(world.restore.getSpec(), Map.of("source", Map.of("latestOf", Map.of("policy", "horses"), "copy", "local"))));
        assertThat(store()).startsWith("local-backups ");
        assertThat(world.status().backup()).isEqualTo("monday");
    }

    @Test
    void aCopyThatGoesBeforeItIsReadIsSaid() {
        store();
        failing(Reason.ObjectMissing);
        Backup monday = world.backups.get("monday");
        monday.setStatus(monday.getStatus().withoutCopy("local"));
        world.reconcileUntilItRests();
        world.now = world.now.plusSeconds(600);
        world.reconcileUntilItRests();
        assertThat(world.status().phase()).isEqualTo(Phase.Failed);
        assertThat(world.message()).startsWith("copy local of Backup monday went before the Restore began");
    }

    @Test
    void theReportIsLeftWhereItWasReadFrom() {
        world.reportsAside = false;
        asking("off-site");
        store();
        world.says(new FailureResult(Reason.ObjectMissing, "it cannot be read", false));
        ReportTask report = world.task(ReportTask.class);
        assertThat(report.store().bucket()).isEqualTo("elsewhere");
        assertThat(report.key()).startsWith("stable/horses/restores/back-");
    }
}
