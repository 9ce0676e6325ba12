package dev.remuda.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.remuda.support.Folders;
import dev.remuda.support.SeaweedServer;
import dev.remuda.task.CatalogueResult;
import dev.remuda.task.CatalogueTask;
import dev.remuda.task.Claimant;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask.Sweep;
import dev.remuda.task.Reason;
import dev.remuda.task.ReportResult;
import dev.remuda.task.ReportTask;
import dev.remuda.task.RestoreReport;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.Result;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.Task;
import dev.remuda.task.WorkerProtocol;

import static org.assertj.core.api.Assertions.assertThat;

/** The report of a Restore in a real store: it lies beside the backups, and nobody takes it for one. */
class ReportIT {
    private static final Instant NOON = Instant.parse("2026-03-10T12:00:00Z");
    private static final String FILE = "restores/back-0a1b2c3d.json";
    private static final RestoreReport REPORT = new RestoreReport(
            1, "back", "production", "0a1b2c3d-0000", "kubectl-create at noon", "s3://b/p/monday/data.dump", "monday", NOON, "db", 5432, "horse_racing", "17.6", RestoreStrategy.Swap, "back-safety",
            "horse_racing_before_back", NOON, NOON.plusSeconds(60), "Completed", null, "Ü is as it was", 4, 2_000_000L, 1_000L);

    private final Shelf shelf = new Shelf();
    private final ReportTask task = new ReportTask(shelf.access(StoreAccess.Tagging.Auto), shelf.root + FILE, REPORT);

    private static Result run(Task task) {
        return WorkerApp.work(Map.of(WorkerProtocol.TASK_VARIABLE, Json.writeTask(task)), new Stop());
    }

    private RestoreReport stored() {
        return Json.read(new String(shelf.bucket.read(shelf.root + FILE), StandardCharsets.UTF_8), RestoreReport.class);
    }

    @Test
    void itIsStoredOnceAndWhatIsThereStays() {
        ReportResult written = new ReportResult("s3://" + SeaweedServer.BUCKET + "/" + shelf.root + FILE);
        assertThat(run(task)).isEqualTo(written);
        assertThat(stored()).isEqualTo(REPORT);
        assertThat(run(task)).as("by one that could not say so").isEqualTo(written);
        assertThat(shelf.files()).containsExactly(FILE);
    }

    @Test
    void itIsNoBackupAndNoLeftover() {
        Shelf.Backup monday = shelf.backup("monday");
        Shelf.Backup tuesday = shelf.backup("tuesday");
        run(task);
        Sweep sweep = new Sweep("0a1b2c3d", List.of(), Instant.now().plus(Duration.ofDays(1)));
        MaintainResult result = shelf.run(shelf.task(List.of(tuesday.kept()), List.of(), List.of(monday.purge()), sweep));
        assertThat(result.purged()).containsExactly("uid-monday");
        assertThat(result.sweptObjects()).isZero();
        assertThat(result.failed()).isEmpty();
        assertThat(run(new CatalogueTask(task.store(), shelf.root, new Claimant("u", null, null), null, 10)))
                .isInstanceOfSatisfying(CatalogueResult.class, found -> {
                    assertThat(found.told()).as("backups").isOne();
                    assertThat(found.unreadable()).isEmpty();
                });
        assertThat(stored()).isEqualTo(REPORT);
    }

    /** Such as one for restores alone. */
    @Test
    void aKeyThatMayNotWriteSaysSo() throws IOException {
        Path folder = Folders.temporary("reader");
        Files.writeString(folder.resolve("identities"), """
                {"identities": [{"name": "reader", "credentials": [{"accessKey": "reader", "secretKey": "readers-key-0123456789"}], "actions": ["Read", "List"]},
                  {"name": "all", "credentials": [{"accessKey": "%s", "secretKey": "%s"}], "actions": ["Admin"]}]}
                """.formatted(SeaweedServer.KEY_ID, SeaweedServer.KEY));
        Files.writeString(folder.resolve("AWS_ACCESS_KEY_ID"), "reader");
        Files.writeString(folder.resolve("AWS_SECRET_ACCESS_KEY"), "readers-key-0123456789");
        try (SeaweedServer server = SeaweedServer.start("-s3.config=" + folder.resolve("identities"))) {
            StoreAccess access = new StoreAccess(SeaweedServer.BUCKET, null, server.endpoint(), true, new SecretFiles("s3", folder.toString(), Map.of()), StoreAccess.Tagging.Auto);
            assertThat(run(new ReportTask(access, "p/" + FILE, REPORT))).isInstanceOfSatisfying(FailureResult.class, failure -> {
                assertThat(failure.reason()).isEqualTo(Reason.StorageAccessDenied);
                assertThat(failure.message()).contains("allow s3:PutObject on bucket");
            });
            assertThat(server.bucket().keys("p/")).isEmpty();
        }
    }
}
