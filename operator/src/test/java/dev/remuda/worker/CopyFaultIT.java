package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.support.Fault;
import dev.remuda.support.FaultRule;
import dev.remuda.support.FaultyStore;
import dev.remuda.support.Folders;
import dev.remuda.support.S3Call;
import dev.remuda.support.Started;
import dev.remuda.task.Claimant;
import dev.remuda.task.CopyResult;
import dev.remuda.task.CopyTask;
import dev.remuda.task.Json;
import dev.remuda.task.Reason;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.StoreAccess.Tagging;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.PartStream;
import dev.remuda.worker.store.S3ObjectStore;
import dev.remuda.worker.store.VolumeObjectStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Copies between stores that fail, and by workers that die: never is anything listed that is not whole, and the next run ends what this one began. */
class CopyFaultIT {
    private static final Claimant CLAIMANT = new Claimant("policy-1", "cluster-1", null);
    private static final byte[] GLOBALS = "CREATE ROLE jockey;\n".getBytes(StandardCharsets.UTF_8);

    private final Shelf shelf = new Shelf();
    private final FaultyStore faulty = FaultyStore.before(shelf.server);
    private final Place bucket = Place.bucket(shelf.bucket, shelf.access(Tagging.Auto));
    private final Place volume = Place.volume();
    private final String root = "copies/" + shelf.root;
    private final Shelf.Backup good = backup("good");
    private final Shelf.Backup other = backup("other");

    @AfterEach
    void close() {
        faulty.close();
    }

    /** With roles beside it. */
    private Shelf.Backup backup(String name) {
        Shelf.Backup plain = shelf.backup(name);
        Manifest m = plain.manifest();
        Manifest.Globals globals = new Manifest.Globals("globals.sql", GLOBALS.length, HexFormat.of().formatHex(PartStream.sha256().digest(GLOBALS)), null);
        Manifest manifest = new Manifest(
                m.schemaVersion(), m.tool(), m.namespace(), m.policy(), m.backup(), m.attempt(), m.startedAt(), m.finishedAt(), m.snapshot(), m.database(), m.dump(), globals, m.tables(), m.tiers(),
                m.slot(), m.safety(), m.labels(), m.howToRestore(), m.suspicion());
        shelf.bucket.write(plain.prefix() + "globals.sql", GLOBALS);
        shelf.bucket.write(plain.manifestKey(), manifest.toBytes());
        return new Shelf.Backup(name, plain.prefix(), manifest, plain.dump());
    }

    private Place place(String name) {
        return name.equals("bucket") ? bucket : volume;
    }

    private CopyTask.Item item(Shelf.Backup backup) {
        return new CopyTask.Item("uid-" + backup.name(), backup.name(), backup.prefix(), to(backup), "sha256:" + backup.manifest().dump().sha256());
    }

    private String to(Shelf.Backup backup) {
        return root + backup.name() + "/";
    }

    private CopyTask task(StoreAccess from, StoreAccess to, CopyTask.Item... items) {
        return new CopyTask(from, to, root, CLAIMANT, List.of(items));
    }

    private static ObjectStore open(StoreAccess access, Stop stop) {
        return access.directory() == null ? new S3ObjectStore(access, stop) : new VolumeObjectStore(Path.of(access.directory()), access.bucket(), stop);
    }

    private CopyResult run(CopyTask task) {
        return run(task, UnaryOperator.identity(), UnaryOperator.identity());
    }

    private CopyResult run(CopyTask task, UnaryOperator<ObjectStore> from, UnaryOperator<ObjectStore> to) {
        Stop stop = new Stop(StoreFaultIT.SHORT);
        try (ObjectStore source = open(task.from(), stop); ObjectStore target = open(task.to(), stop)) {
            return new CopyRun(task, from.apply(source), to.apply(target), new Journal(), stop).run();
        }
    }

    private void requireWhole(Place to, Shelf.Backup backup) {
        assertThat(to.keys(to(backup))).containsExactly(to(backup) + "data.dump.zst", to(backup) + "globals.sql", to(backup) + "manifest.json");
        assertThat(to.read(to(backup) + "data.dump.zst")).isEqualTo(backup.dump());
        assertThat(to.read(to(backup) + "globals.sql")).isEqualTo(GLOBALS);
        assertThat(to.read(to(backup) + "manifest.json")).isEqualTo(backup.manifest().toBytes());
    }

    private void requireFailed(CopyResult result, Shelf.Backup backup, Reason reason, String... words) {
        assertThat(result.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.uid()).isEqualTo("uid-" + backup.name());
            assertThat(failed.reason()).as(failed.message()).isEqualTo(reason);
            assertThat(failed.message()).contains(words);
        });
    }

    /** After each change that it makes, and before it is told of it; what it read before is forgotten. */
    @ParameterizedTest
    @ValueSource(strings = {"bucket", "volume"})
    void theNextRunEndsWhatAKilledOneBegan(String name) {
        Place to = place(name);
        List<Boolean> killed = new ArrayList<>();
        do {
            Shelf.Backup backup = backup("killed-" + killed.size());
            CopyTask task = new CopyTask(bucket.access(), to.access(), root, null, List.of(item(backup)));
            killed.add(isKilled(task, killed.size()));
            if (to.keys(to(backup)).contains(to(backup) + "manifest.json")) {
                requireWhole(to, backup);
            }

            CopyResult result = run(task);

            assertThat(result.failed()).isEmpty();
            assertThat(result.copied()).containsExactly("uid-" + backup.name());
            requireWhole(to, backup);
        } while (killed.getLast());
        assertThat(killed).as("begun, roles, manifest").containsExactly(true, true, true, true, false);
    }

    private boolean isKilled(CopyTask task, int changes) {
        try {
            run(task, UnaryOperator.identity(), store -> Mortal.killedAfter(changes, store));
            return false;
        } catch (Mortal.Killed e) {
            return true;
        }
    }

    /** When the dump is on its way. */
    @ParameterizedTest
    @ValueSource(strings = {"bucket", "volume"})
    void oneThatIsKilledInTheMiddleLeavesNoBackup(String name) {
        Place to = place(name);
        CopyTask task = task(bucket.access(), to.access(), item(good));

        assertThatThrownBy(() -> run(task, store -> Mortal.before("read", store, () -> {
            throw new Mortal.Killed();
        }), UnaryOperator.identity())).isInstanceOf(Mortal.Killed.class);

        assertThat(to.keys(to(good))).as("begun and no more").hasSize(1).noneMatch(key -> key.endsWith("data.dump.zst") || key.endsWith("manifest.json"));
        assertThat(run(task).copied()).containsExactly("uid-good");
        requireWhole(to, good);
    }

    @ParameterizedTest
    @CsvSource({"bucket, volume", "volume, bucket", "bucket, bucket"})
    void aWrongByteInTheSourceIsFoundAndNothingIsLeft(String one, String another) {
        Place from = place(one);
        Place to = place(another);
        bucket.keys(shelf.root).forEach(key -> from.write(key, bucket.read(key)));
        from.flip(good.dataKey());

        CopyResult result = run(task(from.access(), to.access(), item(good), item(other)));

        requireFailed(result, good, Reason.ChecksumMismatch, "where it is copied from: ", from.access().bucket() + "/" + good.dataKey() + " has ", "it was changed or damaged in the store");
        assertThat(to.keys(to(good))).isEmpty();
        assertThat(result.copied()).as("which stands for itself").containsExactly("uid-other");
        requireWhole(to, other);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bucket", "volume"})
    void rolesThatAreDamagedAreFoundAndNothingIsLeft(String name) {
        Place to = place(name);
        bucket.flip(good.prefix() + "globals.sql");

        CopyResult result = run(task(bucket.access(), to.access(), item(good)));

        requireFailed(result, good, Reason.ChecksumMismatch, "where it is copied from: ", good.prefix() + "globals.sql has SHA-256");
        assertThat(to.keys(to(good))).isEmpty();
    }

    /** Of either kind. */
    @ParameterizedTest
    @ValueSource(strings = {"manifest.json", "data.dump.zst", "globals.sql"})
    void whatIsMissingInTheSourceIsNamedAndNothingIsLeft(String file) {
        bucket.delete(good.prefix() + file);

        CopyResult result = run(task(bucket.access(), volume.access(), item(good), item(other)));

        requireFailed(result, good, Reason.ObjectMissing, "where it is copied from: ", good.prefix() + file);
        assertThat(result.copied()).containsExactly("uid-other");
        assertThat(volume.keys(to(good))).isEmpty();
    }

    @Test
    void aBackupThatIsNotTheOneOfTheStatusIsRefused() {
        CopyTask.Item wrong = new CopyTask.Item("uid-good", "good", good.prefix(), to(good), "sha256:00");

        requireFailed(run(task(bucket.access(), volume.access(), wrong)), good, Reason.ChecksumMismatch, "the Backup's status", "sha256:00");
        assertThat(volume.keys(to(good))).isEmpty();
        CopyTask.Item unknown = new CopyTask.Item("uid-good", "good", good.prefix(), to(good), null);
        assertThat(run(task(bucket.access(), volume.access(), unknown)).copied()).as("of which the status knows nothing").containsExactly("uid-good");
    }

    /** A manifest is whoever's that can write to the bucket. */
    @ParameterizedTest
    @ValueSource(strings = {"../../elsewhere.sql", "manifest.json", "a/globals.sql"})
    void aManifestCannotNameFilesElsewhere(String file) {
        String manifest = Json.write(good.manifest()).replace("globals.sql", file);
        bucket.write(good.manifestKey(), manifest.getBytes(StandardCharsets.UTF_8));
        bucket.write(good.prefix() + "manifest.json", manifest.getBytes(StandardCharsets.UTF_8));

        requireFailed(run(task(bucket.access(), volume.access(), item(good))), good, Reason.ManifestInvalid, file);
        assertThat(volume.keys("")).allMatch(key -> key.endsWith(".owner.json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "good", "good/more/", "../good/", "/"})
    void whatIsNoFolderRightUnderTheRootIsRefused(String folder) {
        String to = folder.startsWith("../") ? "copies/" + folder.substring(3) : root + folder;
        CopyTask.Item wrong = new CopyTask.Item("uid-good", "good", good.prefix(), to, null);

        CopyResult result = run(task(bucket.access(), volume.access(), wrong, item(other)));

        requireFailed(result, good, Reason.InternalError, to + " is no folder right under " + root);
        assertThat(result.copied()).containsExactly("uid-other");
    }

    @Test
    void aRootThatIsNoFolderIsRefused() {
        assertThatThrownBy(() -> run(new CopyTask(bucket.access(), volume.access(), "/", CLAIMANT, List.of(item(good))))).isInstanceOf(WorkFailure.class).hasMessageContaining("the root / is no folder");
        assertThat(volume.keys("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bucket", "volume"})
    void anotherBackupThatLiesThereIsNotTouched(String name) {
        Place to = place(name);
        to.write(to(good) + "manifest.json", other.manifest().toBytes());
        to.write(to(good) + "data.dump.zst", other.dump());
        Map<String, String> before = to.contents(to(good));

        CopyResult result = run(task(bucket.access(), to.access(), item(good)));

        requireFailed(result, good, Reason.InternalError, "where it is copied to: another backup lies in", to(good), "nothing was touched");
        assertThat(to.contents(to(good))).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bucket", "volume"})
    void whatLiesThereWithoutAManifestGoesFirst(String name) {
        Place to = place(name);
        for (String file : List.of("data.dump", "data.dump.zst", "globals.sql", "pinned")) {
            to.write(to(good) + file, new byte[3]);
        }

        assertThat(run(task(bucket.access(), to.access(), item(good))).copied()).containsExactly("uid-good");
        requireWhole(to, good);
    }

    @ParameterizedTest
    @CsvSource({"bucket, data.dump.zst", "bucket, globals.sql", "volume, data.dump.zst", "volume, globals.sql"})
    void whatTheOtherStoreHasLostIsBroughtThereAgain(String name, String file) {
        Place to = place(name);
        CopyTask task = task(bucket.access(), to.access(), item(good));
        run(task);
        to.delete(to(good) + file);

        assertThat(run(task).copied()).containsExactly("uid-good");
        requireWhole(to, good);

        to.write(to(good) + file, new byte[3]);
        assertThat(run(task).copied()).containsExactly("uid-good");
        requireWhole(to, good);
    }

    @Test
    void aVolumeWithoutRoomIsLeftAsItWas() throws Exception {
        CopyTask task = task(bucket.access(), small(), item(good));
        try {
            CopyResult result = run(task);

            requireFailed(result, good, Reason.StorageFull, "where it is copied to: volume small has ", "and 1048576 are needed; make room on it");
            assertThat(keys(task.to())).containsExactly(Claim.key(root));

            CopyResult filled = run(task, UnaryOperator.identity(), store -> Mortal.ignoring(store, "requireRoom"));
            requireFailed(filled, good, Reason.StorageFull, "where it is copied to: volume small failed while storing", "No space left on device");
            assertThat(keys(task.to())).as("when others fill it meanwhile").containsExactly(Claim.key(root));
        } finally {
            Started.run(List.of("umount", task.to().directory()), Path.of(task.to().directory()).getParent());
        }
    }

    /** A real one, of a quarter of a MiB. */
    private static StoreAccess small() throws Exception {
        Path folder = Folders.temporary("small");
        Started.run(List.of("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder.toString()), folder);
        return StoreAccess.volume("small", folder.toString());
    }

    private static List<String> keys(StoreAccess access) {
        return new Place.InFolder(Path.of(access.directory()), access).keys("");
    }

    @Test
    void aBucketThatDoesNotExistIsNamed() {
        StoreAccess missing = with(shelf.access(Tagging.Auto), "no-such-copies", shelf.endpoint, shelf.access(Tagging.Auto).secret());

        WorkFailure failure = thrown(task(bucket.access(), missing, item(good)));
        assertThat(failure.reason()).isEqualTo(Reason.BucketNotFound);
        assertThat(failure).hasMessageStartingWith("where it is copied to: bucket no-such-copies does not exist").hasMessageContaining("create it, or correct storage.s3.bucket");

        CopyResult result = run(task(missing, volume.access(), item(good)));
        requireFailed(result, good, Reason.BucketNotFound, "where it is copied from: bucket no-such-copies does not exist");
    }

    /** Though both are of one name. */
    @Test
    void aStoreThatRefusesTheKeyIsNamed() throws Exception {
        Path folder = Folders.temporary("wrong");
        Files.writeString(folder.resolve("AWS_ACCESS_KEY_ID"), "nobody");
        Files.writeString(folder.resolve("AWS_SECRET_ACCESS_KEY"), "wrong");
        StoreAccess wrong = with(shelf.access(Tagging.Auto), shelf.access(Tagging.Auto).bucket(), shelf.endpoint, new SecretFiles("copy-s3", folder.toString(), Map.of()));

        WorkFailure failure = thrown(task(bucket.access(), wrong, item(good)));
        assertThat(failure.reason()).isEqualTo(Reason.StorageAccessDenied);
        assertThat(failure).hasMessageStartingWith("where it is copied to: ").hasMessageContaining("correct Secret copy-s3");

        CopyResult result = run(task(wrong, bucket.access(), item(good)));
        requireFailed(result, good, Reason.StorageAccessDenied, "where it is copied from: ", "correct Secret copy-s3");
    }

    private static StoreAccess with(StoreAccess access, String bucket, String endpoint, SecretFiles secret) {
        return new StoreAccess(bucket, access.region(), endpoint, access.forcePathStyle(), secret, access.tagging());
    }

    private StoreAccess behindFaults() {
        return with(shelf.access(Tagging.Auto), shelf.access(Tagging.Auto).bucket(), faulty.endpoint(), shelf.access(Tagging.Auto).secret());
    }

    private WorkFailure thrown(CopyTask task) {
        return catchThrowableOfType(WorkFailure.class, () -> run(task));
    }

    /** With what was copied before. */
    @ParameterizedTest
    @CsvSource({"GetObject, from", "UploadPart, to"})
    void aStoreThatGoesAwayEndsTheWork(S3Call call, String side) {
        CopyTask task = side.equals("from")
                ? task(behindFaults(), volume.access(), item(good), item(other), item(good))
                : task(bucket.access(), behindFaults(), item(good), item(other), item(good));
        faulty.on(call).key("other/data.dump.zst").then(Fault.answer(500, "InternalError"));

        CopyResult result = run(task);

        assertThat(result.copied()).as("once, for the third was not tried").containsExactly("uid-good");
        requireFailed(result, other, Reason.StorageUnreachable, "where it is copied " + side + ": the store answered 500", "other/data.dump.zst");
        assertThat(place(side.equals("from") ? "volume" : "bucket").keys(to(other))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"GetObject, from", "UploadPart, to", "CreateMultipartUpload, to", "CompleteMultipartUpload, to", "HeadObject, to"})
    void whenNothingWasCopiedBeforeTheJobFailsForThatReason(S3Call call, String side) {
        CopyTask task = side.equals("from") ? task(behindFaults(), volume.access(), item(good), item(other)) : task(bucket.access(), behindFaults(), item(good), item(other));
        faulty.on(call).key("good/data.dump.zst").then(Fault.answer(500, "InternalError"));

        WorkFailure failure = thrown(task);

        assertThat(failure.reason()).isEqualTo(Reason.StorageUnreachable);
        assertThat(failure).hasMessageStartingWith("where it is copied " + side + ": the store answered 500");
        assertThat(failure.leftovers()).isFalse();
        assertThat(place(side.equals("from") ? "volume" : "bucket").keys(root)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = S3Call.class, names = {"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "PutObject", "HeadObject", "GetObject", "ListObjects", "ListMultipartUploads"})
    void aPassingFaultCostsTimeOnly(S3Call call) {
        FaultRule once = faulty.on(call).first(1).then(Fault.answer(503, "SlowDown"));
        faulty.on(call).first(1).then(Fault.answerLost());

        assertThat(run(task(behindFaults(), behindFaults(), item(good))).copied()).containsExactly("uid-good");

        assertThat(once.befallen()).isEqualTo(1);
        requireWhole(bucket, good);
    }

    @Test
    void whatChangesOnItsWayOnceIsReadAgain() {
        FaultRule flip = faulty.on(S3Call.GetObject).key(good.dataKey()).first(1).then(Fault.flipResponse(5000));

        assertThat(run(task(behindFaults(), volume.access(), item(good))).copied()).containsExactly("uid-good");

        assertThat(flip.befallen()).isEqualTo(1);
        requireWhole(volume, good);
    }

    /** Nobody knows whether it is there; the next run does. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aManifestOfWhichTheStoreNeverSaysWhetherItIsThere(boolean stored) {
        if (stored) {
            faulty.on(S3Call.PutObject).key("manifest.json").first(1).then(Fault.answerLost());
        }
        faulty.on(S3Call.PutObject).key("manifest.json").then(Fault.answer(500, "InternalError"));
        CopyTask task = task(bucket.access(), behindFaults(), item(good));

        WorkFailure failure = thrown(task);
        assertThat(failure.leftovers()).isTrue();
        assertThat(failure).hasMessageContaining("manifest.json", "not known whether the manifest is stored");

        faulty.heal();
        int uploads = faulty.count(S3Call.CreateMultipartUpload);
        assertThat(run(task).copied()).containsExactly("uid-good");
        assertThat(faulty.count(S3Call.CreateMultipartUpload)).isEqualTo(stored ? uploads : uploads + 1);
        requireWhole(bucket, good);
    }

    @Test
    void whatCannotBeTakenBackIsToldAndGoesWithTheNextRun() {
        faulty.on(S3Call.UploadPart).then(Fault.answer(403, "AccessDenied"));
        faulty.on(S3Call.AbortMultipartUpload).then(Fault.answer(403, "AccessDenied"));
        CopyTask task = task(bucket.access(), behindFaults(), item(good));

        requireFailed(run(task), good, Reason.StorageAccessDenied, "where it is copied to: ", "could not be taken back", to(good), "allow s3:AbortMultipartUpload");

        assertThat(shelf.bucket.unfinished(to(good))).hasSize(1);
        faulty.heal();
        assertThat(run(task).copied()).containsExactly("uid-good");
        requireWhole(bucket, good);
    }

    /** A worker on a node that was cut off goes on when another has long begun anew. */
    @Test
    void aManifestIsNotLeftWithoutItsDump() {
        CopyTask task = task(bucket.access(), volume.access(), item(good));
        AtomicInteger puts = new AtomicInteger();

        CopyResult result = run(task, UnaryOperator.identity(), store -> Mortal.before("putIfAbsent", store, () -> {
            if (puts.incrementAndGet() == 3) { // whose it is, roles, manifest
                volume.delete(to(good) + "data.dump.zst");
            }
        }));

        requireFailed(result, good, Reason.InternalError, "was removed before its manifest was written");
        assertThat(volume.keys(to(good))).doesNotContain(to(good) + "manifest.json");
    }

    @Test
    void aWorkerThatIsStoppedTakesBackWhatItBegan() {
        for (boolean first : List.of(true, false)) {
            Stop stop = new Stop();
            CopyTask task = first ? task(bucket.access(), volume.access(), item(good), item(other)) : task(bucket.access(), volume.access(), item(good), item(other), item(good));
            Journal stopping = new Journal() {
                private int begun;

                @Override
                synchronized void begin(String name, Long ofBytes, Integer ofTables) {
                    begun++;
                    if (begun == (first ? 1 : 2)) {
                        stop.request();
                    }
                }
            };
            try (ObjectStore source = open(task.from(), stop); ObjectStore target = open(task.to(), stop)) {
                CopyRun run = new CopyRun(task, source, target, stopping, stop);
                if (first) {
                    assertThatThrownBy(run::run).isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.PodLost)).hasMessage("the work was stopped");
                    assertThat(volume.keys(root)).isEmpty();
                } else {
                    CopyResult result = run.run();
                    assertThat(result.copied()).containsExactly("uid-good");
                    requireFailed(result, other, Reason.PodLost, "the work was stopped");
                    assertThat(volume.keys(to(other))).isEmpty();
                }
            }
        }
    }
}
