package dev.remuda.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The major versions of PostgreSQL that this machine has, with the programs of server and clients. */
public final class PostgresMajors {
    private static final Map<Integer, Path> FOR_SERVERS = new HashMap<>();

    private PostgresMajors() {}

    /** As in a user's image: a folder a major, with bin in it. */
    public static Path folder() {
        Path folder = Folders.repository().resolve(".tools/postgresql");
        if (!Files.isDirectory(folder)) {
            throw new IllegalStateException(folder + " is missing; run: dev/postgres/build");
        }
        return folder;
    }

    public static NavigableSet<Integer> available() {
        try (Stream<Path> majors = Files.list(folder())) {
            return majors.filter(major -> Files.isExecutable(major.resolve("bin/initdb")))
                    .map(major -> Integer.valueOf(major.getFileName().toString()))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Path bin(int major) {
        Path bin = folder().resolve(Integer.toString(major)).resolve("bin");
        if (!Files.isExecutable(bin.resolve("initdb"))) {
            throw new IllegalStateException("there is no PostgreSQL " + major + " in " + folder() + "; run: dev/postgres/build");
        }
        return bin;
    }

    /** Programs that a server's user may read: PostgreSQL does not run as root, and root's cache is closed to all others. */
    static synchronized Path forServer(int major) {
        return asOrdinaryUser().isEmpty() ? bin(major) : FOR_SERVERS.computeIfAbsent(major, PostgresMajors::copied);
    }

    private static Path copied(int major) {
        try {
            Path programs = bin(major).getParent().toRealPath();
            if (programs.startsWith("/usr")) {
                return bin(major).toRealPath();
            }
            Path folder = Folders.temporary("postgres-" + major);
            Started.run(List.of("cp", "-a", programs.toString(), folder.toString()), folder);
            Started.run(List.of("chown", "-R", "postgres:", folder.toString()), folder);
            return folder.resolve(programs.getFileName()).resolve("bin");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a command starts with so that it does not run as root. */
    static List<String> asOrdinaryUser() {
        boolean root = "root".equals(System.getProperty("user.name"));
        return root ? List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups") : List.of();
    }
}
