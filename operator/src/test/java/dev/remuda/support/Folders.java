package dev.remuda.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Temporary folders that are gone when the JVM is. */
public final class Folders {
    private Folders() {}

    public static Path temporary(String name) {
        try {
            Path folder = Files.createTempDirectory("remuda-" + name + "-");
            AtEnd.run(() -> delete(folder));
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println(folder + " is left: " + e.getMessage());
        }
    }

    /** Where a program's output goes; kept until the next clean build. */
    public static Path log(String name) {
        try {
            Path folder = Files.createDirectories(repository().resolve("operator/target/logs"));
            return Files.createTempFile(folder, name + "-", ".log");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Tools are built by a script, not by Maven. */
    public static Path tool(String name) {
        Path tool = repository().resolve(".tools/bin").resolve(name);
        if (!Files.isExecutable(tool)) {
            throw new IllegalStateException(tool + " is missing; run: make tools");
        }
        return tool;
    }

    /** The folder with README.md, whichever folder Maven runs the tests in. */
    public static Path repository() {
        Path here = Path.of("").toAbsolutePath();
        return Files.isDirectory(here.resolve("crds")) ? here : here.getParent();
    }
}
