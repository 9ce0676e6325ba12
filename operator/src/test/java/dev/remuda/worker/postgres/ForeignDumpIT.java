package dev.remuda.worker.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.remuda.support.Folders;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.Started;
import dev.remuda.task.TableName;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Dumps that pg_dump and a shell made of a database with odd names. */
class ForeignDumpIT {
    private static final PostgresServer POSTGRES = PostgresServer.shared();
    private static final Path BIN = PostgresServer.PROGRAMS.resolve("15/bin");
    private static final Path FOLDER = Folders.temporary("foreign");
    private static final String ODD = "Odd \"; drop table x; --";
    private static final String DATABASE = made();

    private final PgArchive archives = new PgArchive(new PgPrograms(PostgresServer.PROGRAMS), 15, new Stop());

    private static String made() {
        String database = POSTGRES.createDatabase();
        POSTGRES.run(
                database, "DO 'BEGIN CREATE ROLE \"my owner\"; EXCEPTION WHEN duplicate_object THEN NULL; END'",
                "DO 'BEGIN CREATE ROLE reader; EXCEPTION WHEN duplicate_object THEN NULL; END'", "CREATE SCHEMA \"Stall Æ\" AUTHORIZATION \"my owner\"",
                "CREATE TYPE going AS ENUM ('firm', 'soft')", "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN /*\n\\connect nothing\n"
                        + "DROP DATABASE x;\nCOPY x FROM stdin;\n*/ NEW.t := coalesce(NEW.t, 'stamped'); RETURN NEW; END $$",
                "CREATE FUNCTION two() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
                "CREATE TABLE horses (id serial PRIMARY KEY, name text UNIQUE)",
                "CREATE TABLE \"Stall Æ\".\"Odd \"\"; drop table x; --\" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, g going, horse int REFERENCES horses, t text)",
                "ALTER TABLE \"Stall Æ\".\"Odd \"\"; drop table x; --\" OWNER TO \"my owner\"",
                "CREATE INDEX odd_idx ON \"Stall Æ\".\"Odd \"\"; drop table x; --\" (t)",
                "CREATE TRIGGER trg BEFORE INSERT ON \"Stall Æ\".\"Odd \"\"; drop table x; --\" FOR EACH ROW EXECUTE FUNCTION stamp()",
                "GRANT SELECT ON \"Stall Æ\".\"Odd \"\"; drop table x; --\" TO reader",
                "CREATE TABLE \"new\nline\" (id serial PRIMARY KEY, \"co\nl\" text DEFAULT 'x;' || E'\\\\', CHECK (\"co\nl\" <> 'never'))",
                "COMMENT ON TABLE \"new\nline\" IS 'it''s\n\\! echo hi\n-- PostgreSQL database dump complete\n'",
                "CREATE TABLE part (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
                "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')", "CREATE TABLE part_d PARTITION OF part DEFAULT",
                "CREATE MATERIALIZED VIEW best AS SELECT count(*) FROM horses",
                "INSERT INTO horses (name) SELECT 'Horse ' || i FROM generate_series(1, 100) i",
                "INSERT INTO horses (name) VALUES (E'\\\\.'), (E'a\n\\\\.\n\\\\connect x\nb'), ('\\! id')",
                "INSERT INTO \"Stall Æ\".\"Odd \"\"; drop table x; --\" (g, horse) SELECT 'soft', i FROM generate_series(1, 50) i",
                "INSERT INTO \"new\nline\" (\"co\nl\") VALUES ('1'), ('2')", "INSERT INTO part VALUES (1, '2025-02-02'), (2, '2020-02-02')",
                "SELECT lo_from_bytea(0, 'a large object')", "REFRESH MATERIALIZED VIEW best");
        return database;
    }

    private static Path shell(String command) throws IOException, InterruptedException {
        List<String> environment = new ArrayList<>(List.of(
                "env", "PGHOST=" + POSTGRES.host(), "PGPORT=" + POSTGRES.port(), "PGUSER=postgres", "PGPASSWORD=" + PostgresServer.PASSWORD,
                "PATH=" + BIN + ":" + System.getenv("PATH")));
        environment.addAll(List.of("bash", "-euo", "pipefail", "-c", command));
        Started.run(environment, FOLDER);
        return FOLDER;
    }

    private static DumpFile made(String command) throws IOException, InterruptedException {
        Path file = shell("{ " + command.replace("DB", DATABASE) + "; } > dump.bin").resolve("dump.bin");
        return DumpFile.open("dump.bin", Files.newInputStream(file));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pg_dump -Fc DB | Custom
            pg_dump -Ft DB | Tar
            pg_dump DB | PlainSql
            rm -rf d; pg_dump -Fd -f d DB; tar c d | DirectoryTar
            rm -rf d; pg_dump -Fd -Z0 -f d DB; tar c -C d . | DirectoryTar
            rm -rf d; pg_dump -Fd -Z0 -f d DB; cd d; tar c toc.dat *.dat blobs.toc | DirectoryTar
            rm -rf d; mkdir d; pg_dump -Ft DB > t; tar x -C d -f t; tar c d | DirectoryTar
            """)
    void isTold(String command, String format) throws Exception {
        assertThat(made(command).format()).hasToString(format);
    }

    @ParameterizedTest
    @CsvSource({"gzip, gzip", "zstd -q, zstd", "pzstd -q, pzstd", "lz4 -q, lz4", "lz4 -q -BD, lz4", "bzip2, bzip2", "xz -1, xz"})
    void isUnpackedWhateverPackedIt(String packer, String name) throws Exception {
        DumpFile file = made("pg_dump DB | tee plain | " + packer + " -c");

        assertThat(file.compressions()).containsExactly(name);
        assertThat(file.content().readAllBytes()).isEqualTo(Files.readAllBytes(FOLDER.resolve("plain")));
    }

    @ParameterizedTest
    @CsvSource({"'',7", "--inserts,0", "--rows-per-insert=10,0", "--no-owner --no-acl --no-comments,7", "--clean --if-exists,7", "-E LATIN1,7"})
    void sqlIsProvedWhole(String options, long tables) throws Exception {
        SqlFacts facts = SqlScan.read("dump.sql", made("pg_dump " + options + " DB").content());

        assertThat(facts.databaseVersion()).startsWith("15.");
        assertThat(facts.roles()).isEqualTo(options.contains("no-owner") ? java.util.Set.of() : java.util.Set.of("postgres", "my owner", "reader"));
        if (tables > 0) {
            assertThat(facts.rows()).isEqualTo(157);
        } else {
            assertThat(facts.tables()).isZero();
        }
    }

    @Test
    void sqlThatLeavesTheDatabaseIsRefused() throws Exception {
        InputStream create = made("pg_dump --create DB").content();
        assertThatThrownBy(() -> SqlScan.read("dump.sql", create)).isInstanceOf(WorkFailure.class).hasMessageContaining("CREATE DATABASE " + DATABASE);
        assertThatThrownBy(() -> made("pg_dumpall")).hasMessageContaining("whole cluster (pg_dumpall)");
        InputStream cut = made("pg_dump DB | head -n -3 | head -c -60").content();
        assertThatThrownBy(() -> SqlScan.read("dump.sql", cut)).hasMessageContaining("cut short");
    }

    /** psql agrees with the scan on where strings, rows and statements end. */
    @Test
    void scannedSqlRestores() throws Exception {
        String fresh = POSTGRES.createDatabase();
        made("pg_dump DB");
        shell("psql -qX -v ON_ERROR_STOP=1 -d " + fresh + " -f dump.bin");

        assertThat(POSTGRES.ask(fresh, "SELECT count(*) FROM horses")).containsExactly("103");
    }

    @ParameterizedTest
    @CsvSource({"rm -rf d; pg_dump -Fd -f d DB; tar c d", "pg_dump -Ft DB", "rm -rf d; pg_dump -Fd -j2 -Z0 -f d DB; tar c -C d . | xz -1"})
    void aFolderIsUnpackedForPgRestore(String command) throws Exception {
        Path folder = TarUnpack.into("dump.bin", made(command).content(), Folders.temporary("unpacked"), 100_000_000);
        String fresh = POSTGRES.createDatabase();

        shell("pg_restore -Fd --exit-on-error -j2 -d " + fresh + " " + folder);

        assertThat(archives.toc(Archive.at(folder)).tables()).contains(new TableName("Stall Æ", ODD));
        assertThat(POSTGRES.ask(fresh, "SELECT count(*) FROM horses")).containsExactly("103");
        assertThat(POSTGRES.ask(fresh, "SELECT convert_from(lo_get(oid), 'UTF8') FROM pg_largeobject_metadata")).containsExactly("a large object");
    }

    private ArchivePart selected(DumpFile file, TableName... tables) throws IOException {
        Toc toc = archives.toc(() -> file.content());
        ArchivePart selection = toc.select(List.of(), List.of(tables));
        Files.writeString(FOLDER.resolve("list"), selection.list());
        return selection;
    }

    @ParameterizedTest
    @CsvSource({"pg_dump -Fc DB", "pg_dump -Ft DB"})
    void aTableIsRestoredWithAllThatIsPartOfIt(String command) throws Exception {
        String fresh = POSTGRES.createDatabase();
        ArchivePart selection = selected(made(command), new TableName("Stall Æ", ODD), new TableName("public", "new\nline"), new TableName("public", "part"));
        assertThat(selection.missing()).isEmpty();
        assertThat(selection.ambiguous()).isEmpty();
        assertThat(selection.needs()).extracting(need -> need.kind() + " " + need.name()).containsExactlyInAnyOrder(
                "SCHEMA Stall Æ", "TYPE going", "FUNCTION stamp()", "TABLE horses");
        POSTGRES.run(
                fresh, "CREATE SCHEMA \"Stall Æ\"", "CREATE TYPE going AS ENUM ('firm', 'soft')", "CREATE TABLE horses (id int PRIMARY KEY)",
                "INSERT INTO horses SELECT generate_series(1, 100)", "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'");

        shell("pg_restore --exit-on-error -L list -d " + fresh + " < dump.bin");

        String table = "\"Stall Æ\"." + "\"" + ODD.replace("\"", "\"\"") + "\"";
        assertThat(POSTGRES.ask(fresh, "SELECT count(*) FROM " + table + " WHERE t = 'stamped'")).containsExactly("50");
        assertThat(POSTGRES.ask(fresh, "SELECT conname::text FROM pg_constraint WHERE conrelid = '" + table + "'::regclass ORDER BY contype"))
                .containsExactly(ODD + "_horse_fkey", ODD + "_pkey");
        assertThat(POSTGRES.ask(fresh, "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = '" + table + "'::regclass ORDER BY 1")).hasSize(2);
        assertThat(POSTGRES.ask(fresh, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).containsExactly("trg");
        assertThat(POSTGRES.ask(fresh, "SELECT has_table_privilege('reader', '" + table + "', 'SELECT')")).containsExactly("t");
        POSTGRES.run(fresh, "INSERT INTO " + table + " (g) VALUES ('firm')", "INSERT INTO \"new\nline\" DEFAULT VALUES");
        assertThat(POSTGRES.ask(fresh, "SELECT max(id) FROM " + table)).as("the sequence goes on").containsExactly("51");
        assertThat(POSTGRES.ask(fresh, "SELECT \"co\nl\" FROM \"new\nline\" ORDER BY id")).containsExactly("1", "2", "x;\\");
        assertThat(POSTGRES.ask(fresh, "SELECT tableoid::regclass::text FROM part ORDER BY id")).containsExactly("part_1", "part_d");
        assertThat(POSTGRES.ask(fresh, "SELECT count(*) FROM pg_inherits")).as("tables and their indexes are attached").containsExactly("4");
    }

    @Test
    void aSchemaIsRestoredWithAllThatIsInIt() throws Exception {
        String fresh = POSTGRES.createDatabase();
        DumpFile file = made("pg_dump -Fc DB");
        ArchivePart selection = archives.toc(() -> file.content()).select(List.of("public"), List.of());
        Files.writeString(FOLDER.resolve("list"), selection.list());
        assertThat(selection.needs()).isEmpty();

        shell("pg_restore --exit-on-error -L list -d " + fresh + " < dump.bin");

        assertThat(POSTGRES.ask(fresh, "SELECT count FROM best")).containsExactly("103");
        assertThat(POSTGRES.ask(fresh, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'Stall%'")).isEmpty();
    }

    @Test
    void theVersionOfTimescaleDbIsInTheDump() throws Exception {
        String database = POSTGRES.createDatabase();
        POSTGRES.run(
                database, "CREATE SCHEMA _timescaledb_catalog", "CREATE TABLE _timescaledb_catalog.metadata (key name, value text, include_in_telemetry bool)",
                "INSERT INTO _timescaledb_catalog.metadata VALUES ('uuid', 'x', true), ('timescaledb_version', '2.19.3', false)");

        DumpFile with = made("pg_dump -Fc " + database);
        assertThat(archives.timescaleVersion(() -> with.content())).contains("2.19.3");
        DumpFile without = made("pg_dump -Fc DB");
        assertThat(archives.timescaleVersion(() -> without.content())).isEmpty();
    }

    @Test
    void anArchiveThatCannotBeReadIsSaidToBeSo() throws Exception {
        InputStream cut = made("pg_dump -Fc DB > t; head -c 300 t").content();
        assertThatThrownBy(() -> archives.toc(() -> cut)).isInstanceOf(WorkFailure.class).hasMessageContaining("the archive cannot be read: pg_restore");
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }
        };
        assertThatThrownBy(() -> archives.toc(() -> broken)).isInstanceOf(IOException.class).hasMessage("connection reset");
    }
}
