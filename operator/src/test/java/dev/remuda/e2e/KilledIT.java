package dev.remuda.e2e;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.fabric8.kubernetes.api.model.Condition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.support.Folders;
import dev.remuda.support.Racing;
import dev.remuda.support.Stage;
import dev.remuda.support.Started;

import static org.assertj.core.api.Assertions.assertThat;

/** Any process may die at any moment. Each test stops pg_dump in mid-stream first, so that the moment is known. */
class KilledIT {
    private static final Stage STAGE = Stage.shared();

    private static final Map<String, String> UNCOMPRESSED = Map.of("compression: {algorithm: Zstd, level: 3}", "compression: {algorithm: None}");
    private static final Set<Long> STOPPED = new HashSet<>();

    /** One Backup waits for its end meanwhile. */
    @BeforeAll
    static void aDatabaseThatTakesAWhile() throws Exception {
        String database = Racing.large(STAGE.postgres());
        STAGE.policy("large", database, UNCOMPRESSED);
        Map<String, String> soon = new HashMap<>(UNCOMPRESSED);
        soon.put("timeout: 30m", "timeout: 1m ");
        STAGE.policy("in-a-minute", database, soon);
        inMidStream("timed-out", "in-a-minute");
    }

    @Test
    void aBackupThatTakesTooLong() {
        Condition condition = failed("timed-out");
        assertThat(condition.getReason()).isEqualTo("TimedOut");
        assertThat(condition.getMessage())
                .contains("longer than its timeout; raise spec.timeout of the policy", "told to stop (SIGTERM)", "Nothing of it is left in the store");
    }

    @Test
    void killedPgDump() throws Exception {
        ProcessHandle pgDump = inMidStream("pg-dump-killed");

        signal("KILL", pgDump);

        Condition condition = failed("pg-dump-killed");
        assertThat(condition.getReason()).isEqualTo("DumpFailed");
        assertThat(condition.getMessage()).contains("pg_dump was killed (SIGKILL");
    }

    @Test
    void killedWorker() throws Exception {
        ProcessHandle pgDump = inMidStream("worker-killed");

        signal("KILL", pgDump.parent().orElseThrow());
        signal("CONT", pgDump);

        Condition condition = failed("worker-killed");
        assertThat(condition.getReason()).isEqualTo("PodLost");
        assertThat(condition.getMessage()).contains("the worker was killed (SIGKILL)", "Nothing of it is left in the store (0 objects and 1 unfinished uploads removed)");
    }

    @Test
    void deletedPod() throws Exception {
        inMidStream("pod-deleted");

        STAGE.kubectl("delete", "pod", "-l", "job-name=" + STAGE.backup("pod-deleted").getStatus().attempts().getFirst().job(), "--grace-period=0", "--force");

        Condition condition = failed("pod-deleted");
        assertThat(condition.getReason()).isEqualTo("PodLost");
    }

    @Test
    void killedOperator() throws Exception {
        ProcessHandle pgDump = inMidStream("operator-killed");

        STAGE.cluster().killOperator();
        signal("CONT", pgDump);

        Backup backup = STAGE.ended("operator-killed");
        assertThat(backup.getStatus().phase()).isEqualTo(Phase.Completed);
        assertThat(STAGE.jobs(backup)).as("one Job and no second").hasSize(1);
        assertThat(STAGE.bucket().keys(backup.getStatus().location().prefix())).hasSize(2);
        assertThat(STAGE.events("Backup", "operator-killed").lines().filter(line -> line.contains("Completed"))).hasSize(1);
    }

    /** Starts a Backup and stops its pg_dump once a part is stored. */
    private static ProcessHandle inMidStream(String backup) throws IOException, InterruptedException {
        return inMidStream(backup, "large");
    }

    private static ProcessHandle inMidStream(String backup, String policy) throws IOException, InterruptedException {
        STAGE.backup(backup, policy);
        String prefix = STAGE.await(backup, seen -> seen.getStatus() != null && seen.getStatus().location() != null).getStatus().location().prefix();
        Awaitility.await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(20)).until(() -> STAGE.bucket().parts(prefix) > 0 || STAGE.backup(backup).getStatus().phase().isFinal());
        ProcessHandle pgDump = ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").endsWith("/pg_dump") && !STOPPED.contains(process.pid()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("pg_dump does not run: " + STAGE.backup(backup).getStatus().conditions()));
        signal("STOP", pgDump);
        STOPPED.add(pgDump.pid());
        STAGE.await(backup, seen -> seen.getStatus().phase() == Phase.Running);
        return pgDump;
    }

    private static Condition failed(String name) {
        Backup backup = STAGE.ended(name);
        assertThat(backup.getStatus().phase()).isEqualTo(Phase.Failed);
        assertThat(STAGE.bucket().keys(backup.getStatus().location().prefix())).isEmpty();
        assertThat(STAGE.bucket().unfinished(backup.getStatus().location().prefix())).isEmpty();
        return backup.getStatus().conditions().getFirst();
    }

    /** The containers' processes are this machine's processes, and belong to another user. */
    private static void signal(String name, ProcessHandle process) throws IOException, InterruptedException {
        boolean root = "root".equals(System.getProperty("user.name"));
        List<String> kill = List.of("kill", "-" + name, Long.toString(process.pid()));
        Started.run(root ? kill : List.of("sudo", "kill", "-" + name, Long.toString(process.pid())), Folders.repository());
    }
}
