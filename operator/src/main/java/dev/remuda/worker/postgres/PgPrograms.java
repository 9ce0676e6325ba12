package dev.remuda.worker.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

/** PostgreSQL's own programs, of the major versions that the image has: {@code <folder>/<major>/bin/pg_dump}. */
public final class PgPrograms {
    private final Path folder;

    public PgPrograms(Path folder) {
        this.folder = folder;
    }

    /**
     * The major version to use with a server: its own, else the nearest newer one. An older program refuses a newer server.
     *
     * @throws WorkFailure ServerVersionUnsupported, which names the majors that are there
     */
    public int majorFor(int wanted) {
        NavigableSet<Integer> majors = majors();
        Integer major = majors.ceiling(wanted);
        if (major == null) {
            throw new WorkFailure(
                    Reason.ServerVersionUnsupported, "the server is PostgreSQL " + wanted + ", but this image has programs for "
                            + majors.stream().map(String::valueOf).collect(Collectors.joining(", ")) + " only; use an image built with PG_MAJORS=\"… " + wanted
                            + "\"");
        }
        return major;
    }

    /** The newest that are there: they read what any older one wrote. */
    public int newest() {
        NavigableSet<Integer> majors = majors();
        if (majors.isEmpty()) {
            throw new WorkFailure(Reason.InternalError, "the image has no PostgreSQL programs under " + folder);
        }
        return majors.last();
    }

    String path(int major, String program) {
        return folder.resolve(Integer.toString(major)).resolve("bin").resolve(program).toString();
    }

    private NavigableSet<Integer> majors() {
        try (Stream<Path> folders = Files.list(folder)) {
            return folders.filter(entry -> Files.isExecutable(entry.resolve("bin/pg_dump")))
                    .map(entry -> entry.getFileName().toString())
                    .filter(name -> name.matches("[0-9]+"))
                    .map(Integer::valueOf)
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new WorkFailure(Reason.InternalError, "the image has no PostgreSQL programs under " + folder, e);
        }
    }
}
