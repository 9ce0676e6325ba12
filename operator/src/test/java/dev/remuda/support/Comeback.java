package dev.remuda.support;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.remuda.api.Backup;

import static org.assertj.core.api.Assertions.assertThat;

/** Brings a stored dump back with PostgreSQL's own pg_restore, past all code of ours. */
public final class Comeback {
    private static final int MAJOR = 17;

    private Comeback() {}

    /** The dump, which is uncompressed and of the racing database, gives back what is in the database now. */
    public static void assertSame(Stage stage, Backup backup, String database) {
        Path dump = stage.bucket().download(backup.getStatus().location().dataKey());
        PostgresServer server = stage.postgres();
        String again = server.createDatabase();
        try {
            restore(server, stage.password(), again, dump);
            assertThat(Racing.checksums(server, again)).as(backup.getMetadata().getName()).isEqualTo(Racing.checksums(server, database));
            Files.delete(dump);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        server.run("postgres", "DROP DATABASE \"" + again + "\"");
    }

    private static void restore(PostgresServer server, String password, String database, Path dump) throws IOException, InterruptedException {
        File log = Files.createTempFile("remuda-comeback", ".log").toFile();
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        PostgresMajors.bin(MAJOR).resolve("pg_restore").toString(), "--exit-on-error", "--host=" + server.host(), "--port=" + server.port(),
                        "--username=postgres", "--dbname=" + database, dump.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log);
        builder.environment().put("PGPASSWORD", password);
        int code = builder.start().waitFor();
        assertThat(code).as(Files.readString(log.toPath())).isZero();
        Files.delete(log.toPath());
    }
}
