package dev.remuda.support;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/** A program that a test started. It ends with the JVM, and its output is in a file. */
public final class Started {
    private final Process process;
    private final Path log;

    private Started(Process process, Path log) {
        this.process = process;
        this.log = log;
        AtEnd.run(this::kill);
    }

    public static Started program(List<String> command, Map<String, String> environment, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return new Started(builder.start(), log);
    }

    /** Runs to its end, which must be good. */
    public static void run(List<String> command, Path directory) throws IOException, InterruptedException {
        File log = Files.createTempFile("remuda-run", ".log").toFile();
        int code = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).redirectOutput(log).start().waitFor();
        if (code != 0) {
            throw new IllegalStateException(command.getFirst() + " ended with " + code + ":\n" + Files.readString(log.toPath()));
        }
        Files.delete(log.toPath());
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Waits for its end. */
    public int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    /** As if its machine lost power. Nothing that is tested here is kept, so nothing needs a good end. */
    public void kill() {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        // Not by onExit, which looks after a second or two when a process is not our own child.
        Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20)).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    }
}
