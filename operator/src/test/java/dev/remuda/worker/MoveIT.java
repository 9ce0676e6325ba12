package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

import dev.remuda.task.Json;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainResult.Moved;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.Reason;
import dev.remuda.task.StorageClass;
import dev.remuda.task.StoreAccess.Tagging;
import dev.remuda.worker.Shelf.Backup;
import dev.remuda.worker.store.ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;

/** Labels and storage classes, read back from a real store. */
class MoveIT {
    private final Shelf shelf = new Shelf();
    private final Backup backup = shelf.backup("one");

    private MaintainResult move(String tier, StorageClass storageClass) {
        return shelf.run(shelf.task(List.of(backup.kept()), List.of(backup.move(tier, storageClass)), List.of(), null));
    }

    private static void requireMoved(MaintainResult result, String tier, StorageClass storageClass) {
        assertThat(result.failed()).isEmpty();
        assertThat(result.moved()).containsExactly(new Moved("uid-one", tier, storageClass));
    }

    private HeadObjectResponse head() {
        return shelf.bucket.head(backup.dataKey());
    }

    private Mover.Today today() {
        return Json.read(new String(shelf.bucket.read(backup.prefix() + "labels.json"), StandardCharsets.UTF_8), Mover.Today.class);
    }

    private void requireTier(String tier) {
        assertThat(shelf.bucket.tags(backup.dataKey())).containsExactly("database=horse_racing", "namespace=production", "policy=a", "tier=" + tier);
        assertThat(head().metadata()).isEqualTo(
                Map.of("remuda-namespace", "production", "remuda-policy", "a", "remuda-database", "horse_racing"));
        assertThat(head().contentType()).isEqualTo("application/zstd");
    }

    @Test
    void aNewTierIsATagAndNoCopy() {
        requireTier("daily");
        Instant stored = head().lastModified();
        String etag = head().eTag();

        requireMoved(move("weekly", null), "weekly", StorageClass.STANDARD);

        requireTier("weekly");
        assertThat(head().lastModified()).isEqualTo(stored);
        assertThat(head().eTag()).isEqualTo(etag);
        shelf.requireWhole(backup);
    }

    @Test
    void aStoreThatHasNoSuchClassIsNamed() {
        try (ObjectStore store = shelf.store(Tagging.Auto)) {
            List<MaintainTask.Move> moves = List.of(backup.move("cold", StorageClass.STANDARD_IA));
            MaintainResult result = Shelf.run(shelf.task(List.of(backup.kept()), moves, List.of(), null), Mortal.ignoring(store, "copy"));

            assertThat(result.moved()).isEmpty();
            assertThat(result.failed()).singleElement().satisfies(failed -> {
                assertThat(failed.reason()).isEqualTo(Reason.InvalidSpec);
                assertThat(failed.message()).contains("for class STANDARD_IA but keeps it in STANDARD", "take storageClass from tier cold, or set storage.s3.transitions: None");
            });
        }
        shelf.requireWhole(backup);
    }

    @Test
    void theRecordBesideTheManifestTellsTheTierOfToday() {
        move("weekly", StorageClass.STANDARD_IA);
        Instant before = Instant.now().minus(Duration.ofSeconds(1));
        move("monthly", StorageClass.GLACIER);

        assertThat(today().tier()).isEqualTo("monthly");
        assertThat(today().storageClass()).isEqualTo(StorageClass.GLACIER);
        assertThat(today().at()).isBetween(before, Instant.now());
        assertThat(shelf.files()).containsExactly("one/data.dump.zst", "one/labels.json", "one/manifest.json");
    }

    @ParameterizedTest
    @EnumSource(value = StorageClass.class, names = {"STANDARD_IA", "GLACIER", "DEEP_ARCHIVE"})
    void aNewClassIsACopyOfTheSameBytes(StorageClass storageClass) {
        requireMoved(move("weekly", storageClass), "weekly", storageClass);

        assertThat(head().storageClassAsString()).isEqualTo(storageClass.name());
        assertThat(head().checksumCRC64NVME()).isEqualTo(backup.manifest().dump().crc64nvme());
        requireTier("weekly");
        shelf.requireWhole(backup);
    }

    @Test
    void whatIsArchivedStaysWhereItIsAndIsRelabelled() {
        move("monthly", StorageClass.GLACIER);
        Instant archived = head().lastModified();

        requireMoved(move("yearly", StorageClass.STANDARD), "yearly", StorageClass.GLACIER);

        assertThat(head().storageClassAsString()).isEqualTo("GLACIER");
        assertThat(head().lastModified()).isEqualTo(archived);
        requireTier("yearly");
    }

    @Test
    void backToAWarmerClassWhereItCanBe() {
        move("weekly", StorageClass.STANDARD_IA);

        requireMoved(move("daily", StorageClass.STANDARD), "daily", StorageClass.STANDARD);

        assertThat(head().storageClassAsString()).isIn(null, "STANDARD");
        shelf.requireWhole(backup);
    }

    @Test
    void withoutTagsTheTierIsInTheMetadataAndTheClassIsKept() {
        Backup plain = shelf.backup("plain", Tagging.Disabled);
        assertThat(shelf.bucket.head(plain.dataKey()).metadata()).containsEntry("remuda-tier", "daily");
        MaintainTask toGlacierIr = withoutTags(plain, "weekly", StorageClass.GLACIER_IR);
        MaintainTask relabelled = withoutTags(plain, "monthly", null);

        assertThat(shelf.run(toGlacierIr).moved()).containsExactly(new Moved("uid-plain", "weekly", StorageClass.GLACIER_IR));
        assertThat(shelf.run(relabelled).moved()).containsExactly(new Moved("uid-plain", "monthly", StorageClass.GLACIER_IR));

        HeadObjectResponse head = shelf.bucket.head(plain.dataKey());
        assertThat(head.metadata()).isEqualTo(Map.of(
                "remuda-namespace", "production", "remuda-policy", "a", "remuda-database", "horse_racing", "remuda-tier", "monthly"));
        assertThat(head.storageClassAsString()).isEqualTo("GLACIER_IR");
        assertThat(head.contentType()).isEqualTo("application/zstd");
        assertThat(shelf.bucket.tags(plain.dataKey())).isEmpty();
        shelf.requireWhole(plain);
    }

    @Test
    void withoutTagsWhatIsArchivedIsRelabelledInTheRecordAlone() {
        Backup plain = shelf.backup("plain", Tagging.Disabled);
        shelf.run(withoutTags(plain, "monthly", StorageClass.GLACIER));

        assertThat(shelf.run(withoutTags(plain, "yearly", null)).moved()).containsExactly(new Moved("uid-plain", "yearly", StorageClass.GLACIER));

        assertThat(shelf.bucket.head(plain.dataKey()).metadata()).containsEntry("remuda-tier", "monthly");
        assertThat(new String(shelf.bucket.read(plain.prefix() + "labels.json"), StandardCharsets.UTF_8)).contains("\"tier\":\"yearly\"");
    }

    private MaintainTask withoutTags(Backup backup, String tier, StorageClass storageClass) {
        return new MaintainTask(
                shelf.access(Tagging.Disabled), shelf.root, null, List.of(backup.kept()), List.of(backup.move(tier, storageClass)), List.of(), null);
    }

    @Test
    void aLostDumpIsAFailureAndTheNextOneIsMoved() {
        Backup lost = shelf.backup("lost");
        shelf.bucket.delete(lost.dataKey());

        MaintainResult result = shelf.run(shelf.task(
                List.of(), List.of(lost.move("weekly", StorageClass.GLACIER), backup.move("weekly", StorageClass.GLACIER)), List.of(), null));

        assertThat(result.failed()).singleElement().satisfies(failed -> {
            assertThat(failed.uid()).isEqualTo("uid-lost");
            assertThat(failed.reason()).isEqualTo(Reason.ObjectMissing);
            assertThat(failed.message()).contains(lost.dataKey());
        });
        assertThat(result.moved()).extracting(Moved::uid).containsExactly("uid-one");
    }

    @Test
    void aLostManifestIsAFailure() {
        shelf.bucket.delete(backup.manifestKey());

        requireFailed(shelf.run(shelf.task(List.of(), List.of(backup.move("weekly", null)), List.of(), null)), Reason.ObjectMissing);
    }

    @Test
    void aDumpThatIsAnotherIsNotCopied() {
        byte[] other = backup.dump().clone();
        other[0]++;
        shelf.store(backup.dataKey(), other, Tagging.Auto);

        requireFailed(move("weekly", StorageClass.GLACIER), Reason.ChecksumMismatch);

        assertThat(head().storageClassAsString()).isNotEqualTo("GLACIER");
    }

    @Test
    void aCopyThatIsNotTheSameIsAFailureAndNotRecorded() {
        try (ObjectStore store = shelf.store(Tagging.Auto)) {
            ObjectStore spoiling = Mortal.after("copy", store, () -> shelf.bucket.write(backup.dataKey(), new byte[3]));

            requireFailed(
                    Shelf.run(shelf.task(List.of(), List.of(backup.move("weekly", StorageClass.GLACIER)), List.of(), null), spoiling),
                    Reason.DumpIncomplete);
        }
        assertThat(shelf.files()).doesNotContain("one/labels.json");
    }

    @Test
    void whatTheStoreWillNotCopyIsAFailureInItsWords() {
        try (ObjectStore store = shelf.store(Tagging.Auto)) {
            WorkFailure archived = new WorkFailure(Reason.ObjectArchived, "ask it back");
            ObjectStore refusing = Mortal.refusing(store, "copy", backup.dataKey(), archived);

            requireFailed(
                    Shelf.run(shelf.task(List.of(), List.of(backup.move("weekly", StorageClass.GLACIER)), List.of(), null), refusing),
                    Reason.ObjectArchived);
        }
        assertThat(shelf.files()).doesNotContain("one/labels.json");
    }

    private static void requireFailed(MaintainResult result, Reason reason) {
        assertThat(result.moved()).isEmpty();
        assertThat(result.failed()).singleElement().extracting(MaintainResult.Failed::reason).isEqualTo(reason);
    }
}
