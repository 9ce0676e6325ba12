package dev.remuda.task;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.task.Compression.Algorithm;
import dev.remuda.task.StoreAccess.Tagging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class JsonTest {
    private static final SecretFiles SECRET = new SecretFiles("login", "/var/run/remuda/database", Map.of("password", "pw"));
    private static final DatabaseAccess DATABASE = new DatabaseAccess("h", 5432, "d", "require", SECRET, "/ca.crt");
    private static final StoreAccess STORE = new StoreAccess("b", "r", "https://e", true, SECRET, Tagging.Disabled);
    private static final Instant AT = Instant.parse("2026-03-01T02:00:00.123456789Z");

    static Stream<Task> tasks() {
        return Stream.of(
                new BackupTask("b", "n", "p", 2, DATABASE, STORE, "x-2/", List.of("x-1/"), new Compression(Algorithm.Lz4, 1), Map.of("k", "v"),
                        "daily", List.of("daily", "weekly"), AT, StorageClass.STANDARD_IA, new DumpScope(
                                DumpContent.SchemaOnly, new Selection(List.of("\"; drop"), List.of(new TableName("a.b", "Ä 😀"))),
                                new Exclusion(List.of("c"), List.of(new TableName("d", "e")), List.of(new TableName("f", "\"")))), true),
                new BackupTask("b", "n", "p", 1, DATABASE, STORE.locking(new StoreLock("COMPLIANCE", AT)), "x/", null, new Compression(Algorithm.None, 0), Map.of(), null, null, null, null, null, false, new Claimant("u", "c", null), "r", List.of("age1…"), 7, new BackupTask.Baseline("m", "x-0/", 50)),
                new BackupTask("b", "n", "p", 1, DATABASE, STORE, "x/", null, new Compression(Algorithm.None, 0), Map.of(), null, null, null, null, null, false),
                new RestoreTask(RestoreTask.Stage.Preflight, "r", "u", "n", STORE, new RestoreTask.Source("x/", "sha256:aa", null, 3, "Bulk", SECRET), DATABASE, RestoreStrategy.Create,
                        "d", null, null, null, null, 1, 0, null),
                new RestoreTask(RestoreTask.Stage.Restore, "r", "u", "n", new StoreAccess("b", null, null, false, null, Tagging.Auto),
                        new RestoreTask.Source(null, null, "old.sql.gz", 3, "Standard"), new DatabaseAccess(null, null, null, null, SECRET, null), RestoreStrategy.Existing, null,
                        17L, "d_before_r", new Selection(List.of("a"), List.of(new TableName("b", "c.d"))), "app", 4, 5L, List.of("SELECT true")),
                new ConnectionTask(DATABASE, "/x"),
                new SwitchTask("r", "u", DATABASE, "d_before_r"),
                new CleanUpTask("r", "u", DATABASE, null),
                new DropTask("r", DATABASE, "d_before_r", 17),
                new ReportTask(STORE, "x/restores/r-0a0a0a0a.json", new RestoreReport(
                        1, "r", "n", "u", "kubectl at noon", "s3://b/x", "b", AT, "h", 5432, "d", "17.5", RestoreStrategy.Swap, "r-safety", "d_before_r", AT, AT.plusSeconds(1), "Failed", "TargetInUse", "m", 3, 4L, 5L)),
                new SettleTask(STORE, "x/"),
                new MaintainTask(STORE, "x/", new Claimant("u", "c", "v"), List.of(new MaintainTask.Kept("b", "x/b/data.dump", 5, true)),
                        List.of(new MaintainTask.Move("u", "b", "x/b/", "weekly", StorageClass.GLACIER)),
                        List.of(new MaintainTask.Purge("u", "b", "x/b/", AT)), new MaintainTask.Sweep("0a0a0a0a", List.of("x/c/"), AT), true),
                new VerifyTask(STORE, List.of(new VerifyTask.Item("u", "b", "x/b/", "sha256:aa")), SECRET),
                new DrillTask("p", "u", "n", STORE, "x/b/", "sha256:aa", SECRET, DATABASE, List.of("SELECT true")),
                new DrillTask("p", "u", "n", STORE, "x/b/", null, null, null, null),
                new CopyTask(STORE, StoreAccess.volume("v", "/copy/x"), "y/", new Claimant("u", "c", null), List.of(new CopyTask.Item("u", "b", "x/b/", "y/b/", "sha256:aa"))),
                new CopyTask(STORE, STORE.locking(new StoreLock("COMPLIANCE", AT)), "y/", null, List.of(new CopyTask.Item("u", "b", "x/b/", "y/b/", null))),
                new CatalogueTask(STORE, "x/", new Claimant("u", null, null), "x/b/", 7));
    }

    static Stream<Result> results() {
        return Stream.of(
                backup("d", Map.of("timescaledb", "2.19"), "17.5"),
                new RestoreResult("d", 3, 4, 5, "17.5", "a note", AT, AT.plusSeconds(1)),
                new PreflightResult("d", 17L, "17.5", AT, null, null, AT),
                new ConnectionResult(),
                new SwitchResult("d", 17L, "psql …", 5, null, AT),
                new CleanUpResult(false, 17L, List.of("x"), null),
                new DropResult(true),
                new ReportResult("s3://b/x/restores/r-0a0a0a0a.json"),
                new CatalogueResult(3, "x/b/", true, "another", List.of("c/: ManifestInvalid")),
                new SettleResult(backup("d", Map.of(), "17.5"), 1, 2),
                new SettleResult(null, 1, 2),
                verified("word", VerifyTask.MAX_ITEMS),
                maintained("word", 1),
                copied("word", AT, 2, 2),
                copied("word", null, 0, 1),
                new FailureResult(Reason.StorageFull, "full", true));
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void aTaskIsReadAsItWasWritten(Task task) {
        assertThat(Json.read(Json.write(task), Task.class)).isEqualTo(task);
        assertThat(Json.read(Json.writeTask(task), Task.class)).isEqualTo(task);
        assertThat(Json.writeTask(task)).as("a JVM without a locale reads it right").matches("\\p{ASCII}*");
    }

    @ParameterizedTest
    @MethodSource("results")
    void aResultIsReadAsItWasWritten(Result result) {
        assertThat(Json.read(Json.write(result), Result.class)).isEqualTo(result);
        assertThat(Json.read(Json.writeResult(result), Result.class)).isEqualTo(result);
    }

    /** A new kind of task or result is forgotten here otherwise. */
    @Test
    void theSamplesHaveEveryKind() {
        assertThat(tasks().<Class<?>>map(Object::getClass)).contains(Task.class.getPermittedSubclasses());
        assertThat(results().<Class<?>>map(Object::getClass)).contains(Result.class.getPermittedSubclasses());
    }

    @Test
    void timesAreWordsAndNullsAreLeftOut() {
        assertThat(Json.write(new RestoreResult("d", 1, 2, 3, null, null, AT, AT)))
                .contains("\"startedAt\":\"2026-03-01T02:00:00.123456789Z\"")
                .doesNotContain("serverVersion");
    }

    @Test
    void aFieldOfANewerVersionIsNoReasonToFail() {
        assertThat(Json.read("{\"kind\":\"failure\",\"reason\":\"StorageFull\",\"message\":\"m\",\"new\":1}", Result.class))
                .isEqualTo(new FailureResult(Reason.StorageFull, "m", false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{}", "[]", "null", "{\"kind\":\"unknown\"}", "{\"kind\":\"failure\",\"reason\":\"NoSuchReason\"}"})
    void whatIsNoResultIsRefused(String text) {
        assertThatThrownBy(() -> Json.read(text, Result.class)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("Result");
    }

    static Stream<Result> longResults() {
        Map<String, String> many = new TreeMap<>();
        for (int i = 0; i < 300; i++) {
            many.put("extension_" + i, "1." + i);
        }
        String strange = "\u0001".repeat(63);
        return Stream.of(
                new FailureResult(Reason.DumpFailed, "x".repeat(100_000), true),
                new FailureResult(Reason.DumpFailed, "ä€😀".repeat(10_000), false),
                new FailureResult(Reason.DumpFailed, "\"\n\u0001".repeat(10_000), false),
                maintained("\u0001".repeat(1_000), MaintainResult.MAX_ITEMS),
                maintained("€".repeat(300), MaintainResult.MAX_ITEMS),
                backup("d", many, "17.5"),
                backup(strange, many, "17.5"),
                backup("d", Map.of(), "v".repeat(9_000)),
                backup("d", many, "17.5", "k".repeat(1_000), 1, "sha256:" + "0".repeat(64), 4, "\u0001".repeat(2_000)),
                new SettleResult(backup("d", many, "17.5"), 1, 2),
                new SettleResult(backup("d", Map.of(), "€".repeat(9_000)), 1, 2),
                new RestoreResult(strange, 3, 4, 5, "v".repeat(9_000), "n".repeat(9_000), AT, AT),
                new PreflightResult(strange, 17L, "v".repeat(9_000), AT, "a".repeat(9_000), "n".repeat(9_000), AT),
                verified("\u0001".repeat(4_000), VerifyTask.MAX_ITEMS),
                copied("\u0001".repeat(4_000), AT, 0, CopyTask.MAX_ITEMS),
                copied("€".repeat(4_000), AT, CopyTask.MAX_ITEMS / 2, CopyTask.MAX_ITEMS / 2),
                copied("x".repeat(4_000), null, CopyTask.MAX_ITEMS - 1, 1),
                new CatalogueResult(1, "p/", true, "h".repeat(9_000), Collections.nCopies(10, "x".repeat(1_000))));
    }

    @ParameterizedTest
    @MethodSource("longResults")
    void aResultAlwaysFitsATerminationMessageAndKeepsItsFacts(Result result) {
        String text = Json.writeResult(result);

        assertThat(text.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(4096);
        Result read = Json.read(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8), Result.class);
        switch (read) {
            case FailureResult f -> assertThat(f).extracting(FailureResult::reason, FailureResult::leftovers)
                    .containsExactly(((FailureResult) result).reason(), ((FailureResult) result).leftovers());
            case BackupResult b -> assertThat(facts(b)).isEqualTo(facts((BackupResult) result));
            case SettleResult s -> assertThat(facts(s.completed())).isEqualTo(facts(((SettleResult) result).completed()));
            case MaintainResult m -> assertThat(m.purged()).isEqualTo(((MaintainResult) result).purged());
            case RestoreResult r -> assertThat(r.rows()).isEqualTo(4);
            case PreflightResult p -> assertThat(p.targetOid()).isEqualTo(17L);
            case CatalogueResult c -> assertThat(c.last()).isEqualTo(((CatalogueResult) result).last());
            case VerifyResult v -> assertThat(v).extracting(VerifyResult::whole, VerifyResult::archived).containsExactly(((VerifyResult) result).whole(), ((VerifyResult) result).archived());
            case CopyResult c -> assertThat(facts(c)).isEqualTo(facts((CopyResult) result));
            case ConnectionResult c -> assertThat(c).isEqualTo(result);
            case SwitchResult s -> assertThat(s).isEqualTo(result);
            case CleanUpResult c -> assertThat(c).isEqualTo(result);
            case DropResult d -> assertThat(d).isEqualTo(result);
            case ReportResult r -> assertThat(r).isEqualTo(result);
        }
    }

    @Test
    void whatFitsExactlyIsNotShortened() {
        int room = 4096 - Json.write(new FailureResult(Reason.DumpFailed, "", false)).length();
        FailureResult exact = new FailureResult(Reason.DumpFailed, "x".repeat(room), false);
        assertThat(Json.writeResult(exact)).hasSize(4096).isEqualTo(Json.write(exact));
        assertThat(Json.writeResult(new FailureResult(Reason.DumpFailed, "x".repeat(room + 1), false))).contains("…");
    }

    @Test
    void aBackupsVersionIsKeptAsFarAsItTells() {
        BackupResult read = (BackupResult) Json.read(Json.writeResult(backup("d", Map.of(), "17" + "x".repeat(9_000))), Result.class);
        assertThat(read.serverVersion()).isEqualTo("17" + "x".repeat(98) + " …");
    }

    @Test
    void aShortenedMessageKeepsAsMuchAsFitsAndShowsThatItIsCut() {
        FailureResult read = (FailureResult) Json.read(Json.writeResult(new FailureResult(Reason.DumpFailed, "x".repeat(100_000), false)), Result.class);
        assertThat(read.message()).hasSizeGreaterThan(3_000).endsWith("x …").containsOnlyOnce("…");
    }

    @Test
    void aShortenedMessageIsNotCutInsideACharacter() {
        for (int shift = 0; shift < 4; shift++) {
            String message = "a".repeat(shift) + "😀".repeat(5_000);
            FailureResult read = (FailureResult) Json.read(Json.writeResult(new FailureResult(Reason.DumpFailed, message, false)), Result.class);
            assertThat(read.message().substring(shift)).matches("(😀)+ …");
        }
    }

    private static VerifyResult verified(String words, int items) {
        List<String> uids = IntStream.range(0, items).mapToObj(i -> "6f1c2a34-0000-4000-8000-0000000000" + (10 + i)).toList();
        return new VerifyResult(
                uids.subList(0, items / 4), List.of("u"), uids.subList(items / 4, items / 2),
                uids.subList(items / 2, items).stream().map(uid -> new VerifyResult.Damaged(uid, Reason.DatabaseAuthenticationFailed, words)).toList(),
                new FailureResult(Reason.StorageUnreachable, words, false));
    }

    private static CopyResult copied(String words, Instant lockedUntil, int copied, int failed) {
        List<String> uids = IntStream.range(0, copied + failed).mapToObj(i -> "6f1c2a34-0000-4000-8000-0000000000" + (10 + i)).toList();
        return new CopyResult(
                uids.subList(0, copied), lockedUntil,
                uids.subList(copied, uids.size()).stream().map(uid -> new CopyResult.Failed(uid, Reason.DatabaseAuthenticationFailed, words)).toList());
    }

    private static CopyResult facts(CopyResult c) {
        return new CopyResult(c.copied(), c.lockedUntil(), c.failed().stream().map(one -> new CopyResult.Failed(one.uid(), one.reason(), "any")).toList());
    }

    private static MaintainResult maintained(String words, int items) {
        List<String> uids = IntStream.range(0, items).mapToObj(i -> "6f1c2a34-0000-4000-8000-0000000000" + (10 + i)).toList();
        return new MaintainResult(
                3, Collections.nCopies(10, words), uids.subList(0, items / 4),
                uids.subList(items / 4, items / 2).stream()
                        .map(uid -> new MaintainResult.Moved(uid, "t".repeat(32), StorageClass.INTELLIGENT_TIERING)).toList(),
                uids.subList(items / 2, items * 3 / 4).stream().map(uid -> new MaintainResult.Spared(uid, words)).toList(),
                uids.subList(items * 3 / 4, items).stream()
                        .map(uid -> new MaintainResult.Failed(uid, Reason.DatabaseAuthenticationFailed, words)).toList(),
                4, 5);
    }

    private static BackupResult facts(BackupResult b) {
        return backup(b.databaseName(), Map.of(), "any", b.dataKey(), b.sizeBytes(), b.checksum(), b.rows(), "a note");
    }

    private static BackupResult backup(String database, Map<String, String> extensions, String version) {
        return backup(database, extensions, version, "k".repeat(1_000), 1, "sha256:" + "0".repeat(64), 4, "a note");
    }

    private static BackupResult backup(
            String database, Map<String, String> extensions, String version, String key, long size, String checksum, long rows, String note) {
        return new BackupResult(database, key, size, checksum, 2, AT, AT, AT, version, "0/1", extensions, 3, rows, note, null);
    }
}
