package dev.remuda.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.support.PostgresServer;
import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.Selection;
import dev.remuda.task.TableName;
import dev.remuda.worker.postgres.PgProcess;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/** Names that mean something to a shell, to SQL, to libpq or to a program's options mean nothing to us, wherever they stand. */
class NamesIT {
    private static final Path PWNED = Path.of("/tmp/remuda-pwned");

    private final Bench bench = new Bench();
    private final PostgresServer server = bench.postgres;

    /** All within the 63 bytes of a name. */
    private static List<String> names() {
        return List.of(
                "host=evil port=1 user=nobody dbname=x",
                "postgresql://nobody@evil:1/x?sslmode=disable&user=a%20b",
                "a\"; drop table x; --'",
                "$(touch /tmp/remuda-pwned) `touch /tmp/remuda-pwned` %s ${x}\\",
                "--help",
                "two\nlines\tand Ställe 🐎");
    }

    @BeforeEach
    @AfterEach
    void nothingWasRun() throws IOException {
        assertThat(Files.deleteIfExists(PWNED)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("names")
    void aNameIsOnlyANameAsDatabaseRoleSchemaTableColumnAndPolicy(String name) {
        String quoted = '"' + name.replace("\"", "\"\"") + '"';
        // pg_restore's list separates by spaces: three equal names with spaces cannot be told apart.
        String table = quoted + "." + quoted.replaceAll("\"$", "+\"");
        server.run("postgres", "CREATE ROLE " + quoted + " SUPERUSER LOGIN PASSWORD '" + PostgresServer.PASSWORD.replace("'", "''") + "'", "CREATE DATABASE " + quoted + " OWNER " + quoted);
        server.run(
                name, "CREATE SCHEMA " + quoted + " AUTHORIZATION " + quoted, "CREATE TABLE x (id int)", "INSERT INTO x VALUES (1)",
                "CREATE TABLE " + table + " (" + quoted + " text PRIMARY KEY)", "INSERT INTO " + table + " VALUES ('" + name.replace("'", "''") + "')",
                "ALTER TABLE " + table + " OWNER TO " + quoted, "CREATE POLICY " + quoted + " ON " + table + " USING (true)");
        List<String> before = content(name, table, quoted);

        BackupResult backup = bench.completed(task(name));
        assertThat(backup.databaseName()).isEqualTo(name);
        assertThat(new String(bench.bucket.read(bench.prefix + "globals.sql"), StandardCharsets.UTF_8)).contains("CREATE ROLE " + quoted);

        server.run(name, "DELETE FROM " + table);
        RestoreTask existing = bench.of(bench.restore(access(name), RestoreStrategy.Existing, null), new Selection(null, List.of(new TableName(name, name + "+"))));
        if (name.contains("\n")) { // in pg_restore's list a line break is a space, so that the table that is there is not known again
            assertThat(bench.failed(existing).message()).contains("already exists");
        } else {
            assertThat(bench.run(existing)).isInstanceOf(RestoreResult.class);
            assertThat(content(name, table, quoted)).isEqualTo(before);
        }

        server.run(name, "DROP SCHEMA " + quoted + " CASCADE", "DROP TABLE x");
        // As one owner's, in several processes, each of which connects by itself.
        RestoreTask swap = bench.as(bench.restore(access(name), RestoreStrategy.Swap, name), name, 2, 1L << 30);
        assertThat(bench.run(bench.with(swap, "SELECT count(*) = 1 FROM " + table), new Journal())).isInstanceOf(RestoreResult.class);
        bench.run(bench.switching(swap, name));
        assertThat(content(name, table, quoted)).isEqualTo(before);
        assertThat(server.ask(name, "SELECT id FROM public.x")).containsExactly("1");
        assertThat(server.ask("postgres", "SELECT count(*) FROM pg_database WHERE datname = '" + swap.replaced() + "'")).containsExactly("1");
    }

    /** With the label that the operator adds. */
    private BackupTask task(String name) {
        BackupTask t = bench.backup(access(name), bench.access());
        return new BackupTask(
                t.backup(), t.namespace(), t.policy(), t.attempt(), t.database(), t.store(), t.prefix(), t.earlier(), t.compression(), Map.of("namespace", "production", "database", name), null,
                null, null, null, null, true);
    }

    /** Logs in as the odd role, but where it has a line break, which no Secret may have. */
    private DatabaseAccess access(String name) {
        SecretFiles login = bench.secret("odd", Map.of("username", name.contains("\n") ? "postgres" : name, "password", PostgresServer.PASSWORD));
        return new DatabaseAccess(server.host(), server.port(), name, null, login, null);
    }

    private List<String> content(String database, String table, String column) {
        return server.ask(
                database, "SELECT " + column + " FROM " + table + " UNION ALL SELECT 'owner ' || tableowner FROM pg_tables WHERE schemaname NOT LIKE 'pg!_%' ESCAPE '!' AND tablename <> 'x'"
                        + " AND schemaname <> 'information_schema' UNION ALL SELECT 'policy ' || policyname FROM pg_policies");
    }

    @Test
    void aKeyIsOnlyAKey() {
        String database = server.createDatabase();
        server.run(database, "CREATE TABLE horses (id int)", "INSERT INTO horses VALUES (1)");
        bench.completed(bench.backup(database));
        String key = bench.prefix + "a b/../ü $(touch /tmp/remuda-pwned) ?x=1&y=%41+\"'#;.dump.zst";
        bench.bucket.write(key.replace("../", ""), bench.bucket.read(bench.prefix + "data.dump.zst"));

        RestoreTask task = bench.from(bench.restore(database(database + "_copy"), RestoreStrategy.Create, null), key.replace("../", ""));
        assertThat(bench.restored(task).rows()).isEqualTo(1);
    }

    private DatabaseAccess database(String name) {
        return bench.database(name);
    }

    @Test
    void programsAreStartedInOnePlaceAndNeverByAShell() {
        noClasses().that().doNotHaveFullyQualifiedName(PgProcess.class.getName())
                .should().dependOnClassesThat().areAssignableTo(ProcessBuilder.class)
                .orShould().callMethod(Runtime.class, "exec", String.class)
                .orShould().callMethod(Runtime.class, "exec", String[].class)
                .check(new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.remuda"));
    }
}
