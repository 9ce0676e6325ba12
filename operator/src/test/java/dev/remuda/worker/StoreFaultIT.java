package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.support.Fault;
import dev.remuda.support.FaultRule;
import dev.remuda.support.FaultyStore;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.S3Call;
import dev.remuda.support.SeaweedServer;
import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.Compression;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.Result;
import dev.remuda.task.SettleResult;
import dev.remuda.worker.store.Manifest;

import static org.assertj.core.api.Assertions.assertThat;

/** A backup into a store that fails in every way that stores fail: passing faults cost time, lasting ones have a reason, and nothing half-done is ever listed. */
class StoreFaultIT {
    private static final int MIB = 1024 * 1024;
    private static final Compression NONE = new Compression(Compression.Algorithm.None, 0);

    /** The usual one with pauses of 0.2 to 0.4 s in all. */
    static final Patience SHORT = patience(Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(30));

    /** Nothing that is waited for comes. */
    private static final Patience SHORTEST = patience(Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2));

    private static Patience patience(Duration silence, Duration attempt, Duration call) {
        return new Patience(
                new Patience.Store(Duration.ofSeconds(2), silence, attempt, call, Duration.ofMillis(10), Duration.ofMillis(50)), Patience.USUAL.database());
    }

    private static String small;
    private static String twoParts;

    private final Bench bench = new Bench();
    private final FaultyStore store = FaultyStore.before(bench.store);

    private String database = small;

    StoreFaultIT() {
        bench.endpoint = store.endpoint();
        bench.patience = SHORT;
    }

    /** Databases whose dumps are of so many parts. */
    @BeforeAll
    static void fill() {
        PostgresServer server = PostgresServer.shared();
        small = server.createDatabase();
        server.run(small, "CREATE TABLE horses (id int)", "INSERT INTO horses VALUES (1)");
        twoParts = server.createDatabase();
        server.run(
                twoParts, "CREATE TABLE photos (id int, image bytea)", "ALTER TABLE photos ALTER image SET STORAGE EXTERNAL",
                "INSERT INTO photos SELECT i, decode(repeat(md5(i::text), 62500), 'hex') FROM generate_series(1, 18) i");
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** For what befalls a part: the first is on its way when the second is filled. */
    private FaultRule onSecondPart() {
        database = twoParts;
        return store.on(S3Call.UploadPart).part(2);
    }

    private BackupTask backup() {
        return bench.backup(bench.database(database), bench.access(), NONE);
    }

    private void completes() throws Exception {
        Result result = bench.run(backup());
        assertThat(result).isInstanceOf(BackupResult.class);
        Manifest manifest = bench.manifest();
        byte[] stored = bench.bucket.read(manifest.dataKey(bench.prefix));
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(stored))).isEqualTo(manifest.dump().sha256());
        assertThat(bench.bucket.unfinished(bench.prefix)).isEmpty();
    }

    private FailureResult fails(Reason reason, String... words) {
        FailureResult failure = bench.failed(backup());
        assertThat(failure.reason()).as(failure.message()).isEqualTo(reason);
        assertThat(failure.message()).contains(words).doesNotContain(SeaweedServer.KEY, PostgresServer.PASSWORD);
        assertThat(bench.files()).doesNotContain("manifest.json");
        return failure;
    }

    private void failsClean(Reason reason, String... words) {
        assertThat(fails(reason, words).leftovers()).isFalse();
        bench.requireNothingStored();
    }

    /** With something left, which settling removes. */
    private void failsAndIsSettled(Reason reason, int objects, int uploads, String... words) {
        assertThat(fails(reason, words).leftovers()).isTrue();
        store.heal();
        assertThat(bench.run(bench.settle())).isEqualTo(new SettleResult(null, objects, uploads));
        bench.requireNothingStored();
    }

    static Stream<List<Fault>> passing() {
        return Stream.of(
                List.of(Fault.answer(500, "InternalError"), Fault.answer(503, "SlowDown"), Fault.answer(429, "TooManyRequests"), Fault.answer(400, "RequestTimeout")),
                List.of(Fault.resetRequest(0), Fault.resetRequest(MIB), Fault.answerLost(), Fault.doneBut(500, "InternalError")),
                List.of(Fault.flipRequest(MIB), Fault.slowRequest(20 * MIB)),
                List.of(Fault.blackHole(), Fault.stallRequest(MIB), Fault.delay(Duration.ofMillis(100))));
    }

    @ParameterizedTest
    @MethodSource("passing")
    void aPartIsSentAgain(List<Fault> faults) throws Exception {
        List<FaultRule> rules = faults.stream().map(fault -> onSecondPart().first(1).then(fault)).toList();

        completes();

        assertThat(rules).extracting(FaultRule::befallen).containsOnly(1);
    }

    /** Among them the answers that are lost when the store has done its work: what is there already is known as one's own. */
    @ParameterizedTest
    @EnumSource(value = S3Call.class, names = {"CreateMultipartUpload", "CompleteMultipartUpload", "HeadObject", "GetObject", "PutObject"})
    void everyOtherCallIsMadeAgain(S3Call call) throws Exception {
        Stream<Fault> faults = Stream.of(Fault.answer(503, "SlowDown"), Fault.answerLost(), Fault.doneBut(500, "InternalError"), Fault.cutResponse(40));
        List<FaultRule> rules = faults.map(fault -> store.on(call).first(1).then(fault)).toList();

        completes();

        assertThat(rules.getFirst().befallen()).isEqualTo(1);
        assertThat(rules.get(1).befallen()).isEqualTo(1);
    }

    @Test
    void aCompletionThatFailsInsideAGoodAnswerIsMadeAgain() throws Exception {
        store.on(S3Call.CompleteMultipartUpload).first(1).then(Fault.answer(200, "InternalError"));

        completes();
    }

    @Test
    void aConflictOfWritersIsTriedAgain() throws Exception {
        store.on(S3Call.PutObject).first(2).then(Fault.answer(409, "ConditionalRequestConflict"));

        completes();
    }

    @Test
    void aStoreThatIsGoneForAWhileIsWaitedFor() throws Exception {
        bench.patience = new Patience(
                new Patience.Store(
                        Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(30), Duration.ofMillis(100), Duration.ofMillis(500)), SHORT.database());
        CountDownLatch gone = new CountDownLatch(1);
        FaultRule held = onSecondPart().first(1).then(Fault.hold(gone));
        CompletableFuture<Void> outage = CompletableFuture.runAsync(() -> {
            Awaitility.await().until(() -> held.befallen() == 1);
            store.down();
            gone.countDown();
        }).thenRunAsync(store::up, CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));

        completes();

        outage.join();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aStoreThatFailsNowAndThenGetsTheWholeBackup(long seed) throws Exception {
        database = twoParts;
        store.onAny().chance(0.1, seed).then(Fault.answer(503, "SlowDown"));
        store.onAny().chance(0.1, seed + 1).then(Fault.answerLost());
        store.onAny().chance(0.1, seed + 2).then(Fault.resetRequest(0));

        completes();
    }

    @Test
    void anUploadThatIsThrottledForGood() {
        onSecondPart().then(Fault.answer(503, "SlowDown"));

        failsClean(Reason.StorageThrottled, "503 SlowDown while storing part 2 of s3://" + SeaweedServer.BUCKET + "/" + bench.prefix + "data.dump", "a quieter hour");
        assertThat(Reason.StorageThrottled.canPass()).isTrue();
    }

    @Test
    void aStoreThatIsFull() {
        onSecondPart().then(Fault.answer(507, "XMinioStorageFull"));

        failsClean(Reason.StorageFull, "the store has no room left", "raise its quota");
    }

    @ParameterizedTest
    @EnumSource(value = S3Call.class, names = {"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "HeadObject", "GetObject"})
    void aStoreThatGoesOnToFail(S3Call call) {
        store.on(call).then(Fault.answer(500, "InternalError"));

        failsClean(Reason.StorageUnreachable, "the store answered 500", "see the store's own log");
    }

    @ParameterizedTest
    @EnumSource(value = S3Call.class, names = {"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "HeadObject"})
    void aStoreThatIsSilentForEverIsNotWaitedForForEver(S3Call call) {
        bench.patience = SHORTEST;
        store.on(call).then(Fault.blackHole());

        failsClean(Reason.StorageUnreachable, store.endpoint() + " does not answer while", "whether the store runs");
    }

    @Test
    void aStoreThatStopsReadingIsNotWaitedForForEver() {
        bench.patience = SHORTEST;
        onSecondPart().then(Fault.stallRequest(3 * MIB));

        failsClean(Reason.StorageUnreachable, store.endpoint() + " does not answer while storing part", "whether the store runs");
    }

    @Test
    void aManifestThatCannotBeStored() {
        store.on(S3Call.PutObject).key("manifest.json").then(Fault.answer(500, "InternalError"));

        failsAndIsSettled(Reason.StorageUnreachable, 1, 0, "500 InternalError while storing s3://", "manifest.json", "not known whether the manifest is stored");
    }

    /** The worker cannot tell this from the last one; whoever settles can. */
    @Test
    void aManifestThatIsStoredThoughTheStoreNeverSaysSo() {
        store.on(S3Call.PutObject).first(1).then(Fault.answerLost());
        store.on(S3Call.PutObject).then(Fault.answer(500, "InternalError"));

        FailureResult failure = bench.failed(backup());

        assertThat(failure.leftovers()).as(failure.message()).isTrue();
        store.heal();
        assertThat(bench.run(bench.settle())).isInstanceOfSatisfying(SettleResult.class, settled -> assertThat(settled.completed()).isNotNull());
    }

    /** A worker on a node that was cut off goes on when its attempt has long been given up and cleared away. */
    @Test
    void aManifestIsNotLeftWithoutItsDump() {
        CountDownLatch cleared = new CountDownLatch(1);
        FaultRule late = store.on(S3Call.PutObject).key("manifest.json").first(1).then(Fault.hold(cleared));
        CompletableFuture<Void> clearing = CompletableFuture.runAsync(() -> {
            Awaitility.await().until(() -> late.befallen() == 1);
            bench.bucket.delete(bench.prefix + "data.dump");
            cleared.countDown();
        });

        fails(Reason.InternalError, "was removed before its manifest was written");

        clearing.join();
        bench.requireNothingStored();
    }

    @Test
    void anothersManifestIsNoSuccess() {
        bench.bucket.write(bench.prefix + "manifest.json", "{}".getBytes(StandardCharsets.UTF_8));

        FailureResult failure = bench.failed(backup());

        assertThat(failure.message()).contains("another manifest exists");
        assertThat(bench.bucket.read(bench.prefix + "manifest.json")).asString().isEqualTo("{}");
    }

    @Test
    void anothersObjectAfterALostCompletionIsNoSuccess() {
        CountDownLatch replaced = new CountDownLatch(1);
        store.on(S3Call.CompleteMultipartUpload).first(1).then(Fault.answerLost());
        FaultRule look = store.on(S3Call.HeadObject).then(Fault.hold(replaced));
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
            Awaitility.await().until(() -> look.befallen() > 0);
            bench.bucket.write(bench.prefix + "data.dump", "another".getBytes(StandardCharsets.UTF_8));
            replaced.countDown();
        });

        fails(Reason.DumpIncomplete, "has 7 bytes instead of");

        other.join();
    }

    @Test
    void bytesThatChangeOnTheirWayEachTime() {
        onSecondPart().then(Fault.flipRequest(MIB));

        failsClean(Reason.ChecksumMismatch, "what arrived is not what was sent", "a proxy");
    }

    @Test
    void anEndThatChangesOnItsWayBackOnce() throws Exception {
        store.on(S3Call.GetObject).first(1).then(Fault.flipResponse(100));

        completes();
    }

    @Test
    void anEndThatIsReadBackWrongEachTime() {
        store.on(S3Call.GetObject).then(Fault.flipResponse(100));

        failsClean(Reason.ChecksumMismatch, "are not those that were written");
    }

    @Test
    void credentialsThatExpireInTheMiddle() {
        onSecondPart().then(Fault.answer(400, "ExpiredToken"));
        store.on(S3Call.AbortMultipartUpload).then(Fault.answer(400, "ExpiredToken"));
        store.on(S3Call.ListMultipartUploads).then(Fault.answer(400, "ExpiredToken"));

        failsAndIsSettled(
                Reason.StorageAccessDenied, 0, 1, "400 ExpiredToken while storing part 2", "the credentials have expired; renew those in Secret s3",
                "could not be taken back");
    }

    @Test
    void aRightThatIsTakenAwayInTheMiddle() {
        onSecondPart().then(Fault.answer(403, "AccessDenied"));

        failsClean(Reason.StorageAccessDenied, "403 AccessDenied while storing part 2", "though parts before it were taken", "allow s3:PutObject on bucket remuda-tests");
    }

    @Test
    void anUploadThatSomebodyEndsInTheMiddle() {
        onSecondPart().then(Fault.answer(404, "NoSuchUpload"));

        failsClean(Reason.ObjectMissing, "somebody has ended the upload", "lifecycle rules");
    }

    @Test
    void aClockThatIsOffIsAllowedFor() throws Exception {
        store.onAny().then(Fault.skew(Duration.ofMinutes(10), Duration.ofMinutes(5)));

        completes();
    }

    @Test
    void aClockThatIsOffInAWayThatCannotBeAllowedFor() {
        store.onAny().then(Fault.answer(403, "RequestTimeTooSkewed").ahead(Duration.ofMinutes(-20)));

        failsClean(Reason.StorageAccessDenied, "the clocks of this node and of the store differ: the store's is 12", "s behind", "NTP");
    }

    /** A bucket that can be read only, and each right that is missing by itself. */
    @ParameterizedTest
    @CsvSource({
        "CreateMultipartUpload, s3:PutObject and s3:PutObjectTagging",
        "UploadPart, s3:PutObject",
        "CompleteMultipartUpload, s3:PutObject",
        "HeadObject, s3:GetObject",
        "GetObject, s3:GetObject",
    })
    void aRightThatIsMissing(S3Call call, String right) {
        store.on(call).then(Fault.answer(403, "AccessDenied"));

        failsClean(Reason.StorageAccessDenied, "403", "may not do this: allow " + right, "on bucket remuda-tests");
    }

    @Test
    void theRightToStoreTheManifestIsMissing() {
        store.on(S3Call.PutObject).then(Fault.answer(403, "AccessDenied"));

        failsAndIsSettled(Reason.StorageAccessDenied, 1, 0, "manifest.json", "allow s3:PutObject on bucket remuda-tests");
    }

    @Test
    void theRightToTakeItBackIsMissing() {
        onSecondPart().then(Fault.answer(500, "InternalError"));
        store.on(S3Call.AbortMultipartUpload).then(Fault.answer(403, "AccessDenied"));

        failsAndIsSettled(Reason.StorageUnreachable, 0, 1, "could not be taken back", "allow s3:AbortMultipartUpload on bucket remuda-tests");
    }

    @Test
    void theRightToDeleteIsMissing() {
        store.on(S3Call.GetObject).then(Fault.flipResponse(100));
        store.on(S3Call.DeleteObject).then(Fault.answer(403, "AccessDenied"));

        failsAndIsSettled(Reason.ChecksumMismatch, 1, 0, "could not be taken back", "allow s3:DeleteObject on bucket remuda-tests");
    }

    @ParameterizedTest
    @CsvSource({
        "HeadObject, s3:GetObject", "ListMultipartUploads, s3:ListBucketMultipartUploads", "AbortMultipartUpload, s3:AbortMultipartUpload", "ListObjects, s3:ListBucket",
        "DeleteObject, s3:DeleteObject"
    })
    void settlingSaysWhichRightItLacks(S3Call call, String right) {
        bench.bucket.write(bench.prefix + "data.dump", new byte[10]);
        bench.bucket.begin(bench.prefix + "data.dump");
        store.on(call).then(Fault.answer(403, "AccessDenied"));

        FailureResult failure = bench.failed(bench.settle());

        assertThat(failure.reason()).isEqualTo(Reason.StorageAccessDenied);
        assertThat(failure.message()).contains("allow " + right + " on bucket");
    }

    @ParameterizedTest
    @EnumSource(value = S3Call.class, names = {"HeadObject", "ListMultipartUploads", "AbortMultipartUpload", "ListObjects", "DeleteObject"})
    void settlingTriesAgain(S3Call call) {
        bench.bucket.write(bench.prefix + "data.dump", new byte[10]);
        bench.bucket.begin(bench.prefix + "data.dump");
        store.on(call).first(1).then(Fault.answerLost());
        store.on(call).first(1).then(Fault.answer(503, "SlowDown"));

        assertThat(bench.run(bench.settle())).isEqualTo(new SettleResult(null, 1, 1));

        bench.requireNothingStored();
    }
}
