package dev.remuda.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.support.Folders;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.support.Started;
import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.DumpContent;
import dev.remuda.task.DumpScope;
import dev.remuda.task.Exclusion;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.Result;
import dev.remuda.task.Selection;
import dev.remuda.task.SettleResult;
import dev.remuda.task.TableName;
import dev.remuda.worker.store.Manifest;

import static org.assertj.core.api.Assertions.assertThat;

/** Backups of a part of a database: what is in them, what their manifest says, and how a person brings them back. */
class BackupSelectionIT {
    private static final String DROP = "public.\"\"\"; drop\"";

    private final Bench bench = new Bench();

    /** Names that are hard on whoever writes them into a pattern, a statement or a shell, each beside its harmless double. */
    private String odd() {
        String database = bench.postgres.createDatabase();
        bench.postgres.run(
                database,
                "CREATE SCHEMA \"Odd.Schema\"", "CREATE SCHEMA odd", "CREATE SCHEMA \"Ställe\"", "CREATE SCHEMA \"$(id)'s\"",
                "CREATE TABLE races (id int)", "CREATE TABLE \"Races\" (id int)", "CREATE TABLE \"\"\"; drop\" (id int)", "CREATE TABLE \"drop\" (id serial)",
                "CREATE TABLE \"r*\" (id int)", "CREATE TABLE \"Pferde 🐎\" (id int)", "CREATE TABLE \"$a\" (id int)",
                "CREATE TABLE \"Odd.Schema\".\"T.a\" (id int)", "CREATE TABLE odd.schema (id int)", "CREATE TABLE \"Ställe\".boxen (id int)", "CREATE TABLE \"$(id)'s\".t (id int)",
                "INSERT INTO races VALUES (1)", "INSERT INTO \"Races\" VALUES (1), (2)", "INSERT INTO \"\"\"; drop\" VALUES (1), (2), (3)",
                "INSERT INTO \"drop\" VALUES (1)", "INSERT INTO \"r*\" VALUES (1)", "INSERT INTO \"Pferde 🐎\" VALUES (1), (2)", "INSERT INTO \"$a\" VALUES (1)",
                "INSERT INTO \"Odd.Schema\".\"T.a\" VALUES (1)", "INSERT INTO odd.schema VALUES (1)", "INSERT INTO \"Ställe\".boxen VALUES (1)",
                "INSERT INTO \"$(id)'s\".t VALUES (1)");
        return database;
    }

    private static List<TableName> tables(String... names) {
        return List.of(names).stream().map(TableName::parse).toList();
    }

    private static DumpScope includeSchemas(String... schemas) {
        return new DumpScope(null, new Selection(List.of(schemas), null), null);
    }

    private static DumpScope includeTables(String... names) {
        return new DumpScope(null, new Selection(null, tables(names)), null);
    }

    private static DumpScope exclude(List<String> schemas, List<TableName> tables, List<TableName> data) {
        return new DumpScope(null, null, new Exclusion(schemas, tables, data));
    }

    private BackupTask task(String database, DumpScope scope, boolean globals) {
        return task(bench.database(database), scope, globals);
    }

    private BackupTask task(DatabaseAccess database, DumpScope scope, boolean globals) {
        return task(bench.backup(database, bench.access()), scope, globals);
    }

    private static BackupTask task(BackupTask task, DumpScope scope, boolean globals) {
        return new BackupTask(
                task.backup(), task.namespace(), task.policy(), task.attempt(), task.database(), task.store(), task.prefix(), task.earlier(), task.compression(), task.labels(), task.tier(),
                task.tiers(), task.slot(), task.storageClass(), scope, globals);
    }

    private BackupResult completed(String database, DumpScope scope) {
        Result result = bench.run(task(database, scope, false));
        assertThat(result).isInstanceOf(BackupResult.class);
        return (BackupResult) result;
    }

    /** All steps of the manifest in a shell, as a person without Remuda would. @return each table there and its rows */
    private List<String> byHand(String fresh) throws IOException, InterruptedException {
        Manifest manifest = bench.manifest();
        Path folder = Folders.temporary("by-hand");
        for (String file : bench.files()) {
            Files.write(folder.resolve(file), bench.bucket.read(bench.prefix + file));
        }
        String steps = String.join("\n", manifest.howToRestore()).replace("NEW_DATABASE", fresh);
        Started.run(
                List.of("env", "PGHOST=" + bench.postgres.host(), "PGPORT=" + bench.postgres.port(), "PGUSER=postgres",
                        "PGPASSWORD=" + PostgresServer.PASSWORD, "bash", "-euo", "pipefail", "-c", steps),
                folder);
        return rows(fresh);
    }

    private List<String> rows(String database) {
        return bench.postgres.ask(
                database,
                "SELECT format('%I.%I=%s', n.nspname, c.relname, (xpath('//c/text()', query_to_xml(format('SELECT count(*) AS c FROM ONLY %I.%I', n.nspname, c.relname), true, true, '')))[1])"
                        + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relkind = 'r' AND nspname <> 'information_schema' AND nspname !~ '^pg_' ORDER BY 1");
    }

    private List<String> listed() {
        return bench.manifest().tables().stream().map(table -> new TableName(table.schema(), table.name()) + "=" + table.rows()).toList();
    }

    @Test
    void namesAreExactHoweverOddTheyAre() throws Exception {
        String database = odd();

        BackupResult result = completed(database, includeTables("public.Races", DROP, "public.\"Pferde 🐎\"", "public.\"r*\"", "\"Odd.Schema\".\"T.a\"", "Ställe.boxen", "$(id)'s.t"));

        assertThat(listed()).containsExactlyInAnyOrder(
                "public.\"Races\"=2", DROP + "=3", "public.\"Pferde 🐎\"=2", "public.\"r*\"=1", "\"Odd.Schema\".\"T.a\"=1", "\"Ställe\".boxen=1", "\"$(id)'s\".t=1");
        assertThat(result.rows()).isEqualTo(11);
        assertThat(result.note()).startsWith("It is a part of the database: 7 tables (public.\"Races\", " + DROP);
        assertThat(byHand(database + "_copy")).containsExactlyInAnyOrderElementsOf(listed());
    }

    @Test
    void schemasAreExactAndBroughtBackWithThatWhichEveryDatabaseHas() throws Exception {
        String database = odd();
        bench.postgres.run(database, "CREATE FUNCTION \"Odd.Schema\".f() RETURNS int LANGUAGE sql AS 'SELECT 5'");

        completed(database, includeSchemas("Odd.Schema", "Ställe", "public"));

        assertThat(listed()).contains("\"Odd.Schema\".\"T.a\"=1", "\"Ställe\".boxen=1", DROP + "=3").doesNotContain("odd.schema=1").hasSize(9);
        assertThat(byHand(database + "_copy")).containsExactlyInAnyOrderElementsOf(listed());
        assertThat(bench.postgres.ask(database + "_copy", "SELECT \"Odd.Schema\".f()")).containsExactly("5");
    }

    @Test
    void whatIsExcludedIsExactToo() throws Exception {
        String database = odd();

        BackupResult result = completed(database, exclude(List.of("Ställe", "gone"), tables("public.\"r*\"", DROP, "public.gone"), tables("public.\"Pferde 🐎\"", "public.\"$a\"")));

        assertThat(listed()).containsExactlyInAnyOrder(
                "public.races=1", "public.\"Races\"=2", "public.drop=1", "public.\"Pferde 🐎\"=0", "public.\"$a\"=0", "\"Odd.Schema\".\"T.a\"=1", "odd.schema=1",
                "\"$(id)'s\".t=1");
        assertThat(result.note()).contains("without 2 schemas (Ställe, gone)", "without the rows of 2 tables");
        Manifest.Dump dump = bench.manifest().dump();
        assertThat(dump.content()).isNull();
        assertThat(dump.include()).isNull();
        assertThat(dump.exclude().tableData()).extracting(TableName::name).containsExactly("Pferde 🐎", "$a");
        assertThat(byHand(database + "_hand")).containsExactlyInAnyOrderElementsOf(listed());
        bench.restored(bench.restore(database + "_copy", RestoreStrategy.Create, null));
        assertThat(rows(database + "_copy")).containsExactlyInAnyOrderElementsOf(listed());
    }

    @Test
    void aSchemaAloneHasNoRowsAndNoneAreCounted() {
        String database = Racing.create(bench.postgres);

        BackupResult result = completed(database, new DumpScope(DumpContent.SchemaOnly, null, null));

        assertThat(result.tables()).isEqualTo(Racing.TABLES.size());
        assertThat(result.rows()).isZero();
        assertThat(result.note()).isEqualTo("It is a part of the database: schema only");
        assertThat(bench.manifest().dump().content()).isEqualTo(DumpContent.SchemaOnly);
        bench.restored(bench.restore(database + "_copy", RestoreStrategy.Create, null));
        assertThat(rows(database + "_copy")).containsExactly("public.entries=0", "public.horses=0", "public.photos=0", "public.races=0");
    }

    @Test
    void rowsAloneGoIntoTablesThatAreThere() throws Exception {
        String database = Racing.create(bench.postgres);
        BackupResult result = completed(database, new DumpScope(DumpContent.DataOnly, null, new Exclusion(null, tables("public.photos"), null)));
        assertThat(result.rows()).isEqualTo(Racing.ROWS - 20);
        bench.postgres.run("postgres", "CREATE DATABASE " + database + "_copy TEMPLATE " + database);
        bench.postgres.run(database + "_copy", "TRUNCATE horses, races, entries, photos", "SELECT lo_unlink(oid) FROM pg_largeobject_metadata");

        assertThat(byHand(database + "_copy")).containsExactly("public.entries=3000", "public.horses=3000", "public.photos=0", "public.races=500");
    }

    /** The target would be gone before it is found that there are no tables to fill. */
    @Test
    void rowsAloneAreNotRestoredOverADatabase() {
        String database = Racing.create(bench.postgres);
        completed(database, new DumpScope(DumpContent.DataOnly, null, null));

        FailureResult failure = bench.failed(bench.restore(database, RestoreStrategy.Recreate, database));

        assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec);
        assertThat(failure.message()).contains("rows only", "cannot take the place of the whole");
        assertThat(bench.postgres.ask(database, "SELECT count(*) FROM entries")).containsExactly("3000");
    }

    @Test
    void aPartitionedTableIsOneToItsUser() throws Exception {
        String database = bench.postgres.createDatabase();
        bench.postgres.run(
                database, "CREATE SCHEMA parts",
                "CREATE TABLE part (id int) PARTITION BY RANGE (id)", "CREATE TABLE parts.part_1 PARTITION OF part FOR VALUES FROM (0) TO (10)",
                "CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id)",
                "CREATE TABLE part_2a PARTITION OF part_2 FOR VALUES FROM (10) TO (20)", "INSERT INTO part SELECT generate_series(0, 14)",
                "CREATE TABLE other (id int)", "INSERT INTO other VALUES (1)");

        completed(database, includeTables("public.part"));

        assertThat(listed()).containsExactly("parts.part_1=10", "public.part_2a=5");
        Bench again = new Bench();
        BackupResult result = again.completed(task(again.backup(database), exclude(null, null, tables("public.part")), false));
        assertThat(result.rows()).isEqualTo(1);
        assertThat(result.tables()).isEqualTo(3);
        again.restored(again.restore(database + "_copy", RestoreStrategy.Create, null));
        assertThat(rows(database + "_copy")).containsExactly("parts.part_1=0", "public.other=1", "public.part_2a=0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "public.races | include.tables names public.races, which does not exist | It has public.\"Races\"",
        "public.r* | include.tables names public.\"r*\", which does not exist | names are exact",
        "other.Races | include.tables names other.\"Races\", which does not exist | It has public.\"Races\"",
        "pg_catalog.pg_class | include.tables names pg_catalog.pg_class | does not exist",
    })
    void aTableThatDoesNotExistIsNamed(String table, String what, String cure) {
        String database = bench.postgres.createDatabase();
        bench.postgres.run(database, "CREATE TABLE \"Races\" (id int)");

        FailureResult failure = bench.failed(task(database, includeTables("public.Races", table), false));

        assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec);
        assertThat(failure.message()).contains(what, cure, "Correct spec.dump of the BackupPolicy");
        bench.requireNothingStored();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Public", "pub*", "\"public\"", "gone"})
    void aSchemaThatDoesNotExistIsNamed(String schema) {
        FailureResult failure = bench.failed(task(bench.postgres.createDatabase(), includeSchemas("public", schema), false));

        assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec);
        assertThat(failure.message()).contains("include.schemas names " + schema + ", which does not exist", "It has public");
        bench.requireNothingStored();
    }

    @Test
    void theSameNameInTwoWritingsIsStillBothIncludedAndExcluded() {
        String database = Racing.create(bench.postgres);
        DumpScope scope = new DumpScope(null, new Selection(null, tables("public.races")), new Exclusion(null, tables("\"public\".\"races\""), null));

        assertThat(bench.failed(task(database, scope, false)).message()).contains("public.races is both in include.tables and excluded");
    }

    @Test
    void foreignKeysThatLeadOutOfItAreTold() throws Exception {
        String database = Racing.create(bench.postgres);

        BackupResult result = completed(database, exclude(null, tables("public.horses"), null));

        assertThat(result.note()).contains("Foreign keys of public.entries lead to what is not in it");
        assertThat(bench.manifest().dump().dangling()).containsExactlyElementsOf(tables("public.entries"));
        assertThat(bench.manifest().howToRestore().getLast()).doesNotContain("--exit-on-error");
        FailureResult refused = bench.failed(bench.restore(database + "_copy", RestoreStrategy.Create, null));
        assertThat(refused.reason()).isEqualTo(Reason.InvalidSpec);
        assertThat(refused.message()).contains("foreign keys of public.entries", "by hand");
        assertThat(bench.postgres.ask(database, "SELECT count(*) FROM horses")).containsExactly("3000");
    }

    @Test
    void onlyWhatIsDumpedMustBeReadableAndIsLocked() throws Exception {
        String database = Racing.create(bench.postgres);
        String user = "reader_of_" + database;
        bench.postgres.run("postgres", "CREATE ROLE " + user + " LOGIN PASSWORD 'pw'");
        bench.postgres.run(database, "GRANT SELECT ON horses TO " + user, "ALTER TABLE races ENABLE ROW LEVEL SECURITY");
        DatabaseAccess access =
                new DatabaseAccess(bench.postgres.host(), bench.postgres.port(), database, null, bench.secret("reader", Map.of("username", user, "password", "pw")), null);
        DumpScope horses = new DumpScope(null, new Selection(null, tables("public.horses")), null);
        assertThat(bench.failed(task(access, DumpScope.WHOLE, false)).reason()).isEqualTo(Reason.DatabasePermissionDenied);

        try (var other = bench.postgres.connect(database)) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE races, entries, photos IN ACCESS EXCLUSIVE MODE");
            FailureResult sequence = bench.failed(task(access, horses, false));
            assertThat(sequence.reason()).isEqualTo(Reason.DatabasePermissionDenied);
            assertThat(sequence.message()).contains("may not read public.horses_id_seq;");
            other.rollback();
        }
        bench.postgres.run(database, "GRANT SELECT ON horses_id_seq TO " + user);
        try (var other = bench.postgres.connect(database)) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE races, entries, photos IN ACCESS EXCLUSIVE MODE");
            assertThat(bench.run(task(access, horses, false))).isInstanceOf(BackupResult.class);
            other.rollback();
        }
        assertThat(listed()).containsExactly("public.horses=3000");
    }

    @Test
    void inOtherEncodingsOnlyPlainNamesChoose() {
        String database = bench.postgres.createDatabase() + "_latin";
        bench.postgres.run("postgres", "CREATE DATABASE " + database + " TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'");
        bench.postgres.run(database, "CREATE TABLE \"Ställe\" (id int)", "CREATE TABLE races (id int)");

        FailureResult failure = bench.failed(task(database, exclude(null, tables("public.Ställe"), null), false));

        assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec);
        assertThat(failure.message()).contains("public.\"Ställe\" has letters beyond ASCII", "UTF8");
        completed(database, exclude(null, tables("public.races"), null));
        assertThat(listed()).containsExactly("public.\"Ställe\"=0");
    }

    @Test
    void rolesAreStoredBesideItWithoutPasswords() throws Exception {
        String database = Racing.create(bench.postgres);
        String role = "jockey_of_" + database;
        bench.postgres.run("postgres", "CREATE ROLE " + role + " LOGIN PASSWORD 'geheim'");

        BackupResult result = bench.completed(task(database, DumpScope.WHOLE, true));

        assertThat(bench.files()).containsExactly("data.dump.zst", "globals.sql", "manifest.json");
        byte[] sql = bench.bucket.read(bench.prefix + "globals.sql");
        assertThat(new String(sql, StandardCharsets.UTF_8)).contains("CREATE ROLE " + role).doesNotContain("PASSWORD", "SCRAM", "geheim");
        Manifest manifest = bench.manifest();
        assertThat(manifest.globals())
                .isEqualTo(new Manifest.Globals("globals.sql", sql.length, HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(sql)), null));
        assertThat(result.note()).isNull();
        bench.postgres.run("postgres", "DROP ROLE " + role);
        byHand(database + "_copy");
        assertThat(bench.postgres.ask("postgres", "SELECT rolcanlogin FROM pg_roles WHERE rolname = '" + role + "'")).containsExactly("t");
        assertThat(Racing.checksums(bench.postgres, database + "_copy")).isEqualTo(Racing.checksums(bench.postgres, database));
    }

    @Test
    void aDumpThatFailsAfterTheRolesWereStoredLeavesNothing() {
        String database = bench.postgres.createDatabase();
        String user = "unlucky_" + database;
        bench.postgres.run("postgres", "CREATE ROLE " + user + " LOGIN PASSWORD 'pw'");
        bench.postgres.run(database, "REVOKE SELECT ON pg_event_trigger FROM PUBLIC");
        DatabaseAccess access =
                new DatabaseAccess(bench.postgres.host(), bench.postgres.port(), database, null, bench.secret("unlucky", Map.of("username", user, "password", "pw")), null);

        FailureResult failure = bench.failed(task(access, DumpScope.WHOLE, true));

        assertThat(failure.message()).contains("permission denied for table pg_event_trigger");
        assertThat(failure.leftovers()).isFalse();
        bench.requireNothingStored();
    }

    @Test
    void whereRolesMayNotBeReadItIsCompleteAndSaysSo() {
        String database = bench.postgres.createDatabase();
        String user = "managed_" + database;
        bench.postgres.run("postgres", "CREATE ROLE " + user + " LOGIN PASSWORD 'pw'");
        bench.postgres.run(database, "CREATE TABLE t (id int)", "GRANT SELECT ON t TO " + user, "REVOKE SELECT ON pg_auth_members FROM PUBLIC");
        DatabaseAccess access =
                new DatabaseAccess(bench.postgres.host(), bench.postgres.port(), database, null, bench.secret("managed", Map.of("username", user, "password", "pw")), null);

        BackupResult result = bench.completed(task(access, DumpScope.WHOLE, true));

        assertThat(result.note()).contains("Roles and tablespaces are not in it", "permission denied for table pg_auth_members)", "dump.globals: false");
        assertThat(bench.files()).containsExactly("data.dump.zst", "manifest.json");
        assertThat(bench.manifest().howToRestore().getFirst()).startsWith("createdb");
        assertThat(((SettleResult) bench.run(bench.settle())).completed()).as("what is found later says the same").isEqualTo(result);
    }
}
