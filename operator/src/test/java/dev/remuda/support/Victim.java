package dev.remuda.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.fabric8.kubernetes.api.model.Pod;
import org.awaitility.Awaitility;

import dev.remuda.api.Backup;

/** A Backup of the stage whose pg_dump is stopped in mid-stream, so that what happens next happens at a known moment. */
public final class Victim {
    private final Stage stage;
    private final String backup;
    private final Pod pod;
    private final ProcessHandle pgDump;

    private Victim(Stage stage, String backup, Pod pod, ProcessHandle pgDump) {
        this.stage = stage;
        this.backup = backup;
        this.pod = pod;
        this.pgDump = pgDump;
    }

    /** Begins a Backup and stops its pg_dump once a part is stored. */
    public static Victim of(Stage stage, String backup, String policy) throws IOException, InterruptedException {
        stage.backup(backup, policy);
        String prefix = stage.await(backup, seen -> seen.getStatus() != null && seen.getStatus().location() != null).getStatus().location().prefix();
        Awaitility.await(backup).atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(20)).until(
                () -> stage.bucket().parts(prefix) > 0 || stage.backup(backup).getStatus().phase().isFinal());
        Pod pod = stage.cluster().client().pods().inNamespace(stage.namespace()).withLabel("job-name", job(stage.backup(backup))).list().getItems().getFirst();
        ProcessHandle pgDump = program(pod, "/pg_dump").orElseThrow(() -> new AssertionError("no pg_dump: " + stage.backup(backup).getStatus()));
        signal("STOP", pgDump);
        return new Victim(stage, backup, pod, pgDump);
    }

    public String job() {
        return job(stage.backup(backup));
    }

    public Pod pod() {
        return pod;
    }

    public ProcessHandle pgDump() {
        return pgDump;
    }

    public ProcessHandle worker() {
        return pgDump.parent().orElseThrow();
    }

    public void goOn() throws IOException, InterruptedException {
        if (pgDump.isAlive()) {
            signal("CONT", pgDump);
        }
    }

    /** The containers' processes are this machine's processes, and belong to another user. */
    public static void signal(String name, ProcessHandle process) throws IOException, InterruptedException {
        asRoot("kill", "-" + name, Long.toString(process.pid()));
    }

    public static void asRoot(String... command) throws IOException, InterruptedException {
        boolean root = "root".equals(System.getProperty("user.name"));
        Started.run(root ? List.of(command) : prepended("sudo", command), Folders.repository());
    }

    private static List<String> prepended(String first, String... rest) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(rest));
        return all;
    }

    /** A program that runs in a Pod. @param name the end of its path */
    static Optional<ProcessHandle> program(Pod pod, String name) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").endsWith(name) && isOf(pod, process))
                .findFirst();
    }

    /** A container's cgroup is named after its Pod. */
    private static boolean isOf(Pod pod, ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cgroup")).contains("pod" + pod.getMetadata().getUid());
        } catch (IOException e) {
            return false; // it has ended meanwhile
        }
    }

    private static String job(Backup backup) {
        return backup.getStatus().attempts().getLast().job();
    }
}
