package dev.remuda.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;

import dev.remuda.task.Json;

/**
 * PostgreSQL 17 with TimescaleDB: the image of the end-to-end tests without a cluster. Its files are unpacked, and its programs run in a
 * chroot, for they want a newer C library than this machine may have. Needs root, as the cluster does.
 */
public final class TimescaleServer {
    /** Of the server and its pg_dump. */
    public static final int MAJOR = 17;

    private static final String BIN = "/usr/lib/postgresql/" + MAJOR + "/bin/";
    private static final List<String> PROGRAMS = List.of("pg_dump", "pg_dumpall", "pg_restore");
    private static TimescaleServer shared;

    private final PostgresServer postgres;
    private final Path programs;

    private TimescaleServer(PostgresServer postgres, Path programs) {
        this.postgres = postgres;
        this.programs = programs;
    }

    public static synchronized TimescaleServer shared() {
        if (shared == null) {
            try {
                shared = start(unpacked());
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return shared;
    }

    public PostgresServer postgres() {
        return postgres;
    }

    /** The folder with this major's client programs, as the worker looks for them. */
    public Path programs() {
        return programs;
    }

    private static Path unpacked() throws IOException, InterruptedException {
        Path folder = Folders.temporary("timescale");
        Path made = folder.resolve("made");
        Started.run(List.of("sh", "-c", "dev/images/build postgres >\"$1\"", "sh", made.toString()), Folders.repository());
        String image = Files.readString(made).strip();
        Path root = Files.createDirectories(folder.resolve("root"));
        Path layers = Files.createDirectories(folder.resolve("layers"));
        Started.run(List.of("tar", "-xf", image, "-C", layers.toString()), folder);
        for (JsonNode layer : Json.MAPPER.readTree(layers.resolve("manifest.json").toFile()).get(0).get("Layers")) {
            Started.run(List.of("tar", "-xf", layers.resolve(layer.asText()).toString(), "-C", root.toString(), "--exclude=dev/*"), folder);
        }
        Started.run(
                List.of("sh", "-ec", "rm -rf layers root/dev && mkdir root/dev && cd root/dev && mknod -m 666 null c 1 3 && mknod -m 444 urandom c 1 9 && chmod 1777 ../tmp"),
                folder);
        return root;
    }

    private static TimescaleServer start(Path root) throws IOException, InterruptedException {
        Files.writeString(root.resolve("tmp/password"), PostgresServer.PASSWORD);
        Started.run(
                inside(root, "initdb", "-D", "/data/pgdata", "-U", "postgres", "-A", "scram-sha-256", "--pwfile", "/tmp/password", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
                root);
        int port = ApiServer.freePort();
        // There is no /dev/shm in it.
        Started program = Started.program(
                inside(root, "postgres", "-D", "/data/pgdata", "-p", Integer.toString(port), "-k", "/tmp", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
                        "-c", "full_page_writes=off", "-c", "dynamic_shared_memory_type=mmap", "-c", "shared_preload_libraries=timescaledb",
                        "-c", "timescaledb.telemetry_level=off"),
                Map.of(), Folders.log("timescale"));
        return new TimescaleServer(PostgresServer.started(port, program), clients(root));
    }

    private static List<String> inside(Path root, String program, String... arguments) {
        return Stream.concat(Stream.of("chroot", "--userspec=999:999", root.toString(), BIN + program), Stream.of(arguments)).toList();
    }

    /** Programs of this name that become those in the chroot. */
    private static Path clients(Path root) throws IOException {
        Path programs = Folders.temporary("clients");
        Path bin = Files.createDirectories(programs.resolve(MAJOR + "/bin"));
        for (String program : PROGRAMS) {
            Path file = bin.resolve(program);
            Files.writeString(file, "#!/bin/sh\nexec chroot '" + root + "' " + BIN + program + " \"$@\"\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return programs;
    }
}
