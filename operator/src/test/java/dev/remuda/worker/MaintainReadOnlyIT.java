package dev.remuda.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.remuda.support.Folders;
import dev.remuda.support.SeaweedServer;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.MaintainTask.Kept;
import dev.remuda.task.MaintainTask.Purge;
import dev.remuda.task.MaintainTask.Sweep;
import dev.remuda.task.Reason;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.S3ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;

/** A key that may read and list, on a store that says so itself. */
class MaintainReadOnlyIT {
    private static final String IDENTITIES = """
            {"identities": [
              {"name": "all", "credentials": [{"accessKey": "%s", "secretKey": "%s"}], "actions": ["Admin"]},
              {"name": "reader", "credentials": [{"accessKey": "reader", "secretKey": "readers-key-0123456789"}], "actions": ["Read", "List"]}]}
            """.formatted(SeaweedServer.KEY_ID, SeaweedServer.KEY);

    @Test
    void deletesNothingAndSaysWhy() throws IOException {
        Path folder = Folders.temporary("reader");
        Files.writeString(folder.resolve("identities"), IDENTITIES);
        Files.writeString(folder.resolve("AWS_ACCESS_KEY_ID"), "reader");
        Files.writeString(folder.resolve("AWS_SECRET_ACCESS_KEY"), "readers-key-0123456789");
        try (SeaweedServer server = SeaweedServer.start("-s3.config=" + folder.resolve("identities"))) {
            List<String> keys = List.of("p/b-0a1b2c3d-11112222-1/data.dump", "p/good/data.dump", "p/good/manifest.json", "p/old/data.dump", "p/old/manifest.json");
            keys.forEach(key -> server.bucket().write(key, new byte[1]));
            StoreAccess access = new StoreAccess(
                    SeaweedServer.BUCKET, null, server.endpoint(), true, new SecretFiles("s3", folder.toString(), Map.of()), StoreAccess.Tagging.Auto);
            MaintainTask task = new MaintainTask(
                    access, "p/", null, List.of(new Kept("good", "p/good/data.dump", 1, false)), List.of(), List.of(new Purge("uid-old", "old", "p/old/", null)),
                    new Sweep("0a1b2c3d", List.of(), Instant.now().plus(Duration.ofDays(1))));

            MaintainResult result = run(task);

            assertThat(result.checked()).isOne();
            assertThat(result.purged()).isEmpty();
            assertThat(result.failed()).as("the sweep").singleElement().satisfies(failed -> {
                assertThat(failed.uid()).isNull();
                assertThat(failed.reason()).isEqualTo(Reason.StorageAccessDenied);
            });
            assertThat(result.sweptObjects()).isZero();
            assertThat(result.spared()).singleElement().satisfies(spared -> {
                assertThat(spared.uid()).isEqualTo("uid-old");
                assertThat(spared.why()).contains("403 AccessDenied", "p/old/manifest.json", "allow s3:DeleteObject on bucket");
            });
            assertThat(server.bucket().keys("p/")).containsExactlyElementsOf(keys);
        }
    }

    private static MaintainResult run(MaintainTask task) {
        try (ObjectStore store = new S3ObjectStore(task.store(), new Stop())) {
            return new MaintainRun(task, store, new Stop(), Clock.systemUTC()).run();
        }
    }
}
