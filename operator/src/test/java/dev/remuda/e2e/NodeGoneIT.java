package dev.remuda.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.support.Comeback;
import dev.remuda.support.FaultTable;
import dev.remuda.support.Folders;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;
import dev.remuda.support.Victim;
import dev.remuda.task.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/** A node that does not answer any more, with a Backup's Pod on it. It takes minutes until Kubernetes gives a node up, so {@code make faults} runs it. */
@Tag("faults")
class NodeGoneIT {
    private static final Stage STAGE = Stage.shared();
    private static final String GIVEN_UP_SOON = """
            jobTemplate:
              tolerations:
                - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 1}
                - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 1}
            """;

    @Test
    void theBackupIsMadeAgainWhenThereIsANode() throws Exception {
        String database = Racing.padded(STAGE.postgres(), 50);
        STAGE.apply(Stage.policyYaml("node-gone", database, Map.of("compression: {algorithm: Zstd, level: 3}", "compression: {algorithm: None}")) + GIVEN_UP_SOON.indent(2));
        Victim victim = Victim.of(STAGE, "node-gone", "node-gone");
        ProcessHandle kubelet = kubelet();
        Instant fell = Instant.now();
        Victim.signal("STOP", kubelet);
        Backup lost;
        try {
            lost = STAGE.await("node-gone", seen -> seen.getStatus().attempts().getFirst().reason() != null);
        } finally {
            Victim.signal("CONT", kubelet);
        }
        Duration noticed = Duration.between(fell, Instant.now());
        victim.goOn();

        Backup backup = STAGE.ended("node-gone");

        FaultTable.row(
                "the node is gone for minutes", "the dump is half stored", backup.getStatus().phase() + " " + backup.getStatus().conditions().getFirst().getReason(),
                String.join(", ", Stage.ends(backup)), STAGE.bucket().keys(root()).size() + " objects, "
                        + STAGE.bucket().unfinished(root()).size() + " uploads", STAGE.busyJobs(backup).toString(), noticed);
        assertThat(lost.getStatus().attempts().getFirst().reason()).isIn(Reason.PodLost, Reason.Evicted);
        assertThat(backup.getStatus().phase()).as(backup.getStatus().conditions().toString()).isEqualTo(Phase.Completed);
        assertThat(STAGE.bucket().keys(root())).hasSize(2);
        assertThat(STAGE.bucket().unfinished(root())).isEmpty();
        Comeback.assertSame(STAGE, backup, database);
    }

    private static String root() {
        return "demo/" + STAGE.namespace() + "/node-gone/";
    }

    private static ProcessHandle kubelet() throws IOException {
        long node = Long.parseLong(Files.readString(Folders.repository().resolve(".cluster/node.pid")).strip());
        return ProcessHandle.of(node).orElseThrow().descendants().filter(NodeGoneIT::isKubelet).findFirst().orElseThrow();
    }

    /** All of the node's programs are one file; each one's first argument is its name. */
    private static boolean isKubelet(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline")).split("\0")[0].endsWith("kubelet");
        } catch (IOException e) {
            return false; // it has ended meanwhile
        }
    }
}
