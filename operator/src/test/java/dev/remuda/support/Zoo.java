package dev.remuda.support;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.SortedMap;

/** A database of all that is easily lost or changed on the way through a dump, and what it is as facts that can be compared. */
public final class Zoo {
    /**
     * The largest that a bytea can be and still come back, as the only column of its table. COPY prints it as hexadecimal digits, two a byte,
     * with {@code \\x} before and a line's end after them. pg_dump gets 536870909 bytes through the server's limit of 1 GiB - 1 for a line; but
     * pg_restore sends an uncompressed archive's line as one message, for which the limit is four bytes less: "invalid message length".
     * Either program needs 2 GiB of memory for it.
     */
    public static final int LARGEST_BYTEA = 536_870_907;

    private static final List<String> ROLES = List.of("zoo_owner", "zoo_app", "Mixed Role");
    private static final int OLDEST = 15;

    private Zoo() {}

    /** What a zoo has only when it is asked for. */
    public enum Extra {
        /** A materialized view filled by way of policies, which pg_restore refuses unless row security is left on. */
        POLICIES("trap-policies.sql"),
        /** Rows that are in other partitions after a restore. */
        HASHED_ENUM("trap-hashed-enum.sql"),
        /** One row of 1 GiB as pg_dump sees it; on disk it is small. */
        LARGEST_ROW("largest-row.sql");

        private final String file;

        Extra(String file) {
            this.file = file;
        }
    }

    /** A new database, with all that the server's major knows. */
    public static String create(PostgresServer server, Extra... extras) {
        roles(server);
        String name = server.createDatabase();
        fill(server, name, "zoo.sql");
        for (int major = OLDEST + 1; major <= server.major(); major++) {
            fill(server, name, "zoo-" + major + ".sql");
        }
        for (Extra extra : extras) {
            fill(server, name, extra.file);
        }
        return name;
    }

    /** Those that own things in a zoo and may do things; a server must have them before one is restored into it. */
    public static void roles(PostgresServer server) {
        List<String> there = server.ask("postgres", "SELECT rolname FROM pg_roles");
        ROLES.stream().filter(role -> !there.contains(role)).forEach(role -> server.run("postgres", "CREATE ROLE \"" + role + "\""));
    }

    /** Equal for equal databases, whatever the major; see the queries for what is not compared. */
    public static SortedMap<String, String> fingerprint(Connection connection) throws SQLException {
        return Fingerprint.of(connection);
    }

    public static SortedMap<String, String> fingerprint(PostgresServer server, String database) {
        try (Connection connection = server.connect(database)) {
            return fingerprint(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** By psql, whose errors name the line. */
    private static void fill(PostgresServer server, String database, String file) {
        try {
            Path copy = Files.writeString(Folders.temporary("zoo").resolve(file), resource(file));
            server.client("psql", database, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=largest=" + LARGEST_BYTEA, "--file=" + copy);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static String resource(String file) {
        try (InputStream stream = Zoo.class.getResourceAsStream("/zoo/" + file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
