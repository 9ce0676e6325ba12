package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.task.Json;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainResult.Failed;
import dev.remuda.task.MaintainResult.Moved;
import dev.remuda.task.MaintainResult.Spared;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.MaintainTask.Kept;
import dev.remuda.task.MaintainTask.Purge;
import dev.remuda.task.MaintainTask.Sweep;
import dev.remuda.task.Reason;
import dev.remuda.task.Result;
import dev.remuda.task.StorageClass;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.WorkerProtocol;
import dev.remuda.worker.Shelf.Backup;
import dev.remuda.worker.store.ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The look at what should be there, and purges: what goes, and above all what stays. */
class MaintainIT {
    private static final Sweep SWEEP_ALL = new Sweep("0a1b2c3d", List.of(), Instant.now().plus(Duration.ofDays(1)));

    private final Shelf shelf = new Shelf();
    private final Backup good = shelf.backup("good");
    private final Backup old = shelf.backup("old");
    private final String leftover = shelf.write("b-0a1b2c3d-11112222-1/data.dump");

    private MaintainResult run(List<Kept> kept, Purge... purges) {
        return shelf.run(shelf.task(kept, List.of(), List.of(purges), SWEEP_ALL));
    }

    @Test
    void purgesAllUnderThePrefixAndNothingElse() {
        shelf.write("old/labels.json");
        shelf.write("old/more/note.txt");
        shelf.bucket.begin(old.prefix() + "data.dump.gz");
        String sibling = shelf.write("old-sibling/data.dump");

        MaintainResult result = run(List.of(good.kept()), old.purge());

        assertThat(result).isEqualTo(new MaintainResult(1, List.of(), List.of("uid-old"), List.of(), List.of(), List.of(), 1, 0));
        assertThat(shelf.files()).containsExactly("good/data.dump.zst", "good/manifest.json", "old-sibling/data.dump");
        assertThat(shelf.unfinished()).isEmpty();
        assertThat(shelf.bucket.read(sibling)).hasSize(1);
        shelf.requireWhole(good);
    }

    @Test
    void whatIsGoneAlreadyIsPurged() {
        run(List.of(good.kept()), old.purge());

        assertThat(run(List.of(good.kept()), old.purge()).purged()).containsExactly("uid-old");
    }

    @Test
    void aLostDumpStopsAllDeletion() {
        shelf.bucket.delete(good.dataKey());

        requireNothingDeleted(run(List.of(old.kept(), good.kept()), third().purge()), "good", 1);
    }

    @Test
    void aLostManifestStopsAllDeletion() {
        shelf.bucket.delete(good.manifestKey());

        requireNothingDeleted(run(List.of(old.kept(), good.kept()), third().purge()), "good", 1);
    }

    @Test
    void aTruncatedDumpStopsAllDeletion() {
        shelf.bucket.write(good.dataKey(), new byte[good.dump().length - 1]);

        requireNothingDeleted(run(List.of(old.kept(), good.kept()), third().purge()), "good", 1);
    }

    @Test
    void anEmptiedBucketStopsAllDeletion() {
        Shelf elsewhere = new Shelf();
        String left = elsewhere.write("b-0a1b2c3d-11112222-1/data.dump");
        List<Kept> kept = IntStream.range(0, 12).mapToObj(i -> new Kept("k" + i, elsewhere.root + "k" + i + "/data.dump", 1, false)).toList();

        Purge purge = new Purge("u", "b", elsewhere.root + "b-0a1b2c3d-11112222-1/", null);

        MaintainResult result = elsewhere.run(elsewhere.task(kept, List.of(), List.of(purge), SWEEP_ALL));

        assertThat(result.checked()).isZero();
        assertThat(result.missing()).containsExactly("k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9");
        assertThat(result.spared()).extracting(Spared::uid).containsExactly("u");
        assertThat(elsewhere.bucket.read(left)).hasSize(1);
    }

    private Backup third() {
        return shelf.backup("third");
    }

    private void requireNothingDeleted(MaintainResult result, String missing, int checked) {
        assertThat(result.missing()).containsExactly(missing);
        assertThat(result.checked()).isEqualTo(checked);
        assertThat(result.purged()).isEmpty();
        assertThat(result.sweptObjects()).isZero();
        assertThat(result.spared()).singleElement().satisfies(spared -> {
            assertThat(spared.uid()).isEqualTo("uid-third");
            assertThat(spared.why()).contains(missing, "nothing is purged until");
        });
        assertThat(shelf.files()).contains("third/data.dump.zst", "third/manifest.json", "old/data.dump.zst", "old/manifest.json");
        assertThat(shelf.bucket.read(leftover)).hasSize(1);
    }

    @Test
    void movesGoOnThoughOneIsMissing() {
        shelf.bucket.delete(good.dataKey());

        MaintainResult result = shelf.run(shelf.task(List.of(good.kept()), List.of(old.move("weekly", null)), List.of(), null));

        assertThat(result.missing()).containsExactly("good");
        assertThat(result.moved()).extracting(Moved::uid).containsExactly("uid-old");
        assertThat(shelf.bucket.tags(old.dataKey())).contains("tier=weekly");
    }

    @Test
    void anUnreadableStoreIsAFailure() {
        StoreAccess access = shelf.access(StoreAccess.Tagging.Auto);
        StoreAccess nobody = new StoreAccess("no-such-bucket", null, access.endpoint(), true, access.secret(), StoreAccess.Tagging.Auto);
        MaintainTask task = new MaintainTask(nobody, shelf.root, null, List.of(), List.of(), List.of(old.purge()), null);

        assertThatThrownBy(() -> shelf.run(task)).isInstanceOfSatisfying(WorkFailure.class, e -> assertThat(e.reason()).isEqualTo(Reason.BucketNotFound));
    }

    @Test
    void notBeforeIsByTheWorkersOwnClock() {
        Purge early = new Purge("early", "old", old.prefix(), Instant.now().plus(Duration.ofHours(1)));
        Purge due = new Purge("due", "third", third().prefix(), Instant.now().minus(Duration.ofHours(1)));

        MaintainResult result = run(List.of(good.kept()), early, due);

        assertThat(result.purged()).containsExactly("due");
        assertThat(result.spared()).singleElement().satisfies(spared -> {
            assertThat(spared.uid()).isEqualTo("early");
            assertThat(spared.why()).contains("due only at " + early.notBefore());
        });
        shelf.requireWhole(old);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ROOT", "ROOTold", "ROOTo", "ROOTold/more/", "ROOT/", "ROOTgood/", "", "/", "backups/", "elsewhere/old/"})
    void aPrefixThatIsNotOneBackupsFolderIsRefusedAndTheNextOneIsPurged(String prefix) {
        shelf.write("old/more/note.txt");
        List<String> before = shelf.files();
        Purge wrong = new Purge("wrong", "wrong", prefix.replace("ROOT", shelf.root), null);
        MaintainTask task = shelf.task(List.of(good.kept()), List.of(), List.of(wrong), null);

        MaintainResult result = shelf.run(task);

        assertThat(result.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.reason()).isEqualTo(Reason.InternalError);
            assertThat(failed.message()).contains("nothing was touched");
        });
        assertThat(shelf.files()).isEqualTo(before);
        assertThat(run(List.of(good.kept()), wrong, old.purge()).purged()).containsExactly("uid-old");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "backups"})
    void aRootThatIsNoFolderIsRefused(String root) {
        MaintainTask task = new MaintainTask(shelf.access(StoreAccess.Tagging.Auto), root, null, List.of(), List.of(), List.of(old.purge()), SWEEP_ALL);

        assertThatThrownBy(() -> shelf.run(task)).isInstanceOf(WorkFailure.class).hasMessageContaining("is no folder");

        shelf.requireWhole(old);
    }

    @Test
    void aManifestThatMayNotBeDeletedSparesTheBackup() {
        MaintainResult result = runWhereDeletingFails(old.manifestKey(), Reason.StorageAccessDenied);

        assertThat(result.spared()).containsExactly(new Spared("uid-old", "the store says no"));
        assertThat(result.failed()).isEmpty();
        assertThat(result.purged()).containsExactly("uid-third");
        shelf.requireWhole(old);
    }

    @Test
    void aDumpThatMayNotBeDeletedIsAFailureAndTheNextOneIsPurged() {
        MaintainResult result = runWhereDeletingFails(old.dataKey(), Reason.StorageAccessDenied);

        assertThat(result.failed()).containsExactly(new Failed("uid-old", Reason.StorageAccessDenied, "the store says no"));
        assertThat(result.purged()).containsExactly("uid-third");
        assertThat(shelf.files()).contains("old/data.dump.zst").doesNotContain("old/manifest.json");
    }

    @Test
    void aManifestThatCannotBeDeletedForAnotherReasonIsAFailure() {
        MaintainResult result = runWhereDeletingFails(old.manifestKey(), Reason.StorageUnreachable);

        assertThat(result.failed()).containsExactly(new Failed("uid-old", Reason.StorageUnreachable, "the store says no"));
        assertThat(result.spared()).isEmpty();
        shelf.requireWhole(old);
    }

    private MaintainResult runWhereDeletingFails(String key, Reason reason) {
        Backup third = third();
        try (ObjectStore store = shelf.store(StoreAccess.Tagging.Auto)) {
            ObjectStore refusing = Mortal.refusing(store, "delete", key, new WorkFailure(reason, "the store says no"));
            return Shelf.run(shelf.task(List.of(good.kept()), List.of(), List.of(old.purge(), third.purge()), null), refusing);
        }
    }

    @Test
    void policiesWhoseNamesBeginAlikeDoNotTouchEachOther() {
        Shelf ab = new Shelf(shelf.root.substring(0, shelf.root.length() - 1) + "b/");
        Backup theirs = ab.backup("old");
        String theirLeftover = ab.write("b-0a1b2c3d-33334444-1/data.dump");

        run(List.of(good.kept()), old.purge());

        ab.requireWhole(theirs);
        assertThat(ab.bucket.read(theirLeftover)).hasSize(1);
        assertThat(shelf.files()).containsExactly("good/data.dump.zst", "good/manifest.json");

        ab.run(ab.task(List.of(), List.of(), List.of(theirs.purge()), SWEEP_ALL));
        assertThat(ab.files()).isEmpty();
        shelf.requireWhole(good);
    }

    @Test
    void aStopEndsItBetweenTwoItems() {
        Stop stop = new Stop();
        stop.request();
        MaintainTask task = shelf.task(List.of(), List.of(), List.of(old.purge()), null);
        try (ObjectStore store = shelf.store(StoreAccess.Tagging.Auto)) {
            assertThatThrownBy(() -> new MaintainRun(task, store, stop, Clock.systemUTC()).run())
                    .isInstanceOf(WorkFailure.class).hasMessageContaining("stopped");
        }
        shelf.requireWhole(old);
    }

    @Test
    void isCarriedOutByTheWorker() {
        MaintainTask task = shelf.task(List.of(good.kept()), List.of(old.move("weekly", StorageClass.STANDARD_IA)), List.of(), SWEEP_ALL);

        Result result = WorkerApp.work(Map.of(WorkerProtocol.TASK_VARIABLE, Json.write(task)), new Stop());

        assertThat(result).isEqualTo(new MaintainResult(
                1, List.of(), List.of(), List.of(new Moved("uid-old", "weekly", StorageClass.STANDARD_IA)), List.of(), List.of(), 1, 0));
    }
}
