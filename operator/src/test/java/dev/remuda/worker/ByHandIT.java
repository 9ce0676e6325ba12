package dev.remuda.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import dev.remuda.support.AgeKey;
import dev.remuda.support.Folders;
import dev.remuda.support.PostgresMajors;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;

import static org.assertj.core.api.Assertions.assertThat;

/** The commands of docs/by-hand.md, as they stand there, with nothing but the bucket and the tools of PostgreSQL. */
class ByHandIT {
    private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

    @Test
    void aPlainDatabase() throws Exception {
        PostgresServer server = PostgresServer.shared();
        Bench bench = new Bench();
        String database = Racing.create(server);
        bench.completed(bench.backup(database));

        assertThat(type(bench, server, database + "_by_hand", Path.of("/usr/lib/postgresql/15/bin"))).doesNotContain("|");

        assertThat(Racing.checksums(server, database + "_by_hand")).isEqualTo(Racing.checksums(server, database));
        server.run(database + "_by_hand", "DELETE FROM photos WHERE id = 1");
        assertThat(type(bench, server, database + "_by_hand", Path.of("/usr/lib/postgresql/15/bin"), 4)).as("a row that is missing shows").contains("20|19");
    }

    @Test
    void aDatabaseWithHypertables() throws Exception {
        PostgresServer server = PostgresServer.timescale();
        Bench bench = new Bench(server);
        String database = server.createDatabase();
        server.run(
                database, "CREATE EXTENSION timescaledb", "CREATE TABLE odds (at timestamptz NOT NULL, value numeric)", "SELECT create_hypertable('odds', 'at')",
                "INSERT INTO odds SELECT timestamptz '2026-01-01Z' + i * interval '1 hour', i FROM generate_series(1, 5000) i");
        bench.completed(bench.backup(database));

        assertThat(type(bench, server, database + "_by_hand", PostgresMajors.bin(17))).doesNotContain("|");

        String rows = "SELECT md5(string_agg(o::text, '|' ORDER BY at)) || (SELECT count(*) FROM timescaledb_information.chunks) FROM odds o";
        assertThat(server.ask(database + "_by_hand", rows)).isEqualTo(server.ask(database, rows));
    }

    @Test
    void anEncryptedBackupWithItsRoles() throws Exception {
        PostgresServer server = PostgresServer.shared();
        Bench bench = new Bench();
        String database = Racing.create(server);
        AgeKey key = AgeKey.generate();
        bench.completed(bench.encrypted(bench.withGlobals(bench.backup(database)), key.recipient(), AgeKey.generate().recipient()));
        assertThat(bench.files()).containsExactlyInAnyOrder("data.dump.zst.age", "globals.sql.age", "manifest.json");
        assertThat(bench.manifest().howToRestore()).contains("age -d -i IDENTITY data.dump.zst.age | zstd -dc | pg_restore --exit-on-error -d NEW_DATABASE");
        assertThat(bench.manifest().howToRestore().getFirst()).startsWith("age -d -i IDENTITY globals.sql.age | psql -X -d postgres");

        Path folder = fetched(bench);
        Files.writeString(folder.resolve("identity.txt"), key.file());
        type(folder, server, database + "_by_hand", Path.of("/usr/lib/postgresql/15/bin"), 1);

        assertThat(Racing.checksums(server, database + "_by_hand")).isEqualTo(Racing.checksums(server, database));
    }

    private static String type(Bench bench, PostgresServer server, String database, Path programs) throws IOException, InterruptedException {
        return type(bench, server, database, programs, 1);
    }

    /** The first block fetches the files, by a tool that is not there; the test does that itself. @param from the block to begin with */
    private static String type(Bench bench, PostgresServer server, String database, Path programs, int from) throws IOException, InterruptedException {
        return type(fetched(bench), server, database, programs, from);
    }

    private static Path fetched(Bench bench) throws IOException {
        Path folder = Folders.temporary("by-hand");
        for (String file : bench.files()) {
            Files.write(folder.resolve(file), bench.bucket.read(bench.prefix + file));
        }
        return folder;
    }

    private static String type(Path folder, PostgresServer server, String database, Path programs, int from) throws IOException, InterruptedException {
        List<String> blocks = BLOCK.matcher(Files.readString(Folders.repository().resolve("docs/by-hand.md"))).results().map((MatchResult m) -> m.group(1)).toList();
        assertThat(blocks).hasSize(5).first().asString().contains("aws s3 cp");
        String script = String.join("", blocks.subList(from, blocks.size())).replace("horse_racing", database);
        ProcessBuilder builder = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("PATH", programs + ":" + System.getenv("PATH"));
        builder.environment().put("PGHOST", server.host());
        builder.environment().put("PGPORT", Integer.toString(server.port()));
        builder.environment().put("PGUSER", "postgres");
        builder.environment().put("PGPASSWORD", PostgresServer.PASSWORD);
        Process bash = builder.start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(said).isZero();
        return said;
    }
}
