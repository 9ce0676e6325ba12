package dev.remuda.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask.Sweep;
import dev.remuda.task.Reason;
import dev.remuda.task.StoreAccess.Tagging;
import dev.remuda.worker.Shelf.Backup;
import dev.remuda.worker.store.ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;

/** What is swept of what attempts have left, and all that is not. */
class SweepIT {
    private static final String OWNER = "0a1b2c3d";
    private static final String LEFT = "b-20260101-0200-0a1b2c3d-11112222-1/";
    private static final Instant TOMORROW = Instant.now().plus(Duration.ofDays(1));

    private final Shelf shelf = new Shelf();

    private MaintainResult sweep(Instant before, String... busy) {
        List<String> prefixes = List.of(busy).stream().map(folder -> shelf.root + folder).toList();
        return shelf.run(shelf.task(List.of(), List.of(), List.of(), new Sweep(OWNER, prefixes, before)));
    }

    private static void requireSwept(MaintainResult result, int objects, int uploads) {
        assertThat(result).isEqualTo(new MaintainResult(0, List.of(), List.of(), List.of(), List.of(), List.of(), objects, uploads));
    }

    @Test
    void objectsAndUploadsOfAnAttemptGo() {
        shelf.write(LEFT + "data.dump.zst");
        shelf.write(LEFT + "labels.json");
        shelf.bucket.begin(shelf.root + LEFT + "data.dump.gz");
        shelf.write("-0a1b2c3d-fedcba98-12/data.dump");

        requireSwept(sweep(TOMORROW), 3, 1);

        assertThat(shelf.files()).isEmpty();
        assertThat(shelf.unfinished()).isEmpty();
        requireSwept(sweep(TOMORROW), 0, 0);
    }

    @Test
    void anUploadWithoutAnyObjectGoesToo() {
        shelf.bucket.begin(shelf.root + LEFT + "data.dump.zst");

        requireSwept(sweep(TOMORROW), 0, 1);

        assertThat(shelf.unfinished()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data.dump",
                "b-0a1b2c3d-11112222-1",
                "notes/data.dump",
                "restores/b-0a1b2c3d.json",
                "b-99999999-11112222-1/data.dump",
                "b-0a1b2c3d-11112222/data.dump",
                "b-0a1b2c3d-11112222-1-copy/data.dump",
                "b-0a1b2c3d-11112222-x/data.dump",
                "b-0a1b2c3d-1111222-1/data.dump",
                "b-0a1b2c3d-1111222g-1/data.dump",
                "b0a1b2c3d-11112222-1/data.dump",
                "deep/b-0a1b2c3d-11112222-1/data.dump",
                "production/other/b-0a1b2c3d-11112222-1/data.dump",
                "b-0a1b2c3d-11112222-1/production/other/backup/manifest.json",
                "b-0a1b2c3d-11112222-1/manifest.json"
            })
    void whatIsNotSurelyALeftoverStays(String name) {
        shelf.write(name);
        shelf.bucket.begin(shelf.root + "another/upload");
        shelf.write(LEFT + "data.dump");

        requireSwept(sweep(TOMORROW), 1, 0);

        assertThat(shelf.files()).containsExactly(name);
        assertThat(shelf.unfinished()).containsExactly("another/upload");
    }

    @Test
    void aBackupStaysThoughItsFolderIsNamedLikeAnAttempts() {
        Backup backup = shelf.backup(LEFT.substring(0, LEFT.length() - 1));
        shelf.bucket.begin(backup.prefix() + "data.dump.gz");

        requireSwept(sweep(TOMORROW), 0, 0);

        shelf.requireWhole(backup);
        assertThat(shelf.unfinished()).hasSize(1);
    }

    @Test
    void whatIsBusyStays() {
        shelf.write(LEFT + "data.dump");
        shelf.write("b-20260101-0200-0a1b2c3d-11112222-11/data.dump");

        requireSwept(sweep(TOMORROW, LEFT), 1, 0);

        assertThat(shelf.files()).containsExactly(LEFT + "data.dump");
    }

    @Test
    void whatIsYoungInPartStaysWhole() throws Exception {
        String youngObject = "b-0a1b2c3d-22222222-1/";
        String youngUpload = "b-0a1b2c3d-33333333-1/";
        shelf.write(LEFT + "data.dump");
        shelf.write(youngObject + "data.dump");
        shelf.write(youngUpload + "data.dump");
        Thread.sleep(1100); // stores tell times in seconds
        Instant before = Instant.now();
        Thread.sleep(1100);
        shelf.write(youngObject + "labels.json");
        shelf.bucket.begin(shelf.root + youngUpload + "data.dump.zst");
        shelf.bucket.begin(shelf.root + "b-0a1b2c3d-44444444-1/data.dump.zst");

        requireSwept(sweep(before), 1, 0);

        assertThat(shelf.files()).containsExactly(youngObject + "data.dump", youngObject + "labels.json", youngUpload + "data.dump");
        assertThat(shelf.unfinished()).containsExactlyInAnyOrder("b-0a1b2c3d-44444444-1/data.dump.zst", youngUpload + "data.dump.zst");
    }

    @Test
    void anAttemptThatBecameABackupSinceTheListingStays() {
        String data = shelf.write(LEFT + "data.dump");
        try (ObjectStore store = shelf.store(Tagging.Auto)) {
            // Uploads are listed after the objects, and before the last look at the manifest.
            ObjectStore late = Mortal.before("unfinished", store, () -> shelf.write(LEFT + "manifest.json"));

            requireSwept(Shelf.run(shelf.task(List.of(), List.of(), List.of(), new Sweep(OWNER, List.of(), TOMORROW)), late), 0, 0);
        }
        assertThat(shelf.bucket.read(data)).hasSize(1);
    }

    @Test
    void aFolderThatCannotBeSweptKeepsNoOtherFromIt() {
        String first = shelf.write("a-0a1b2c3d-11112222-1/data.dump");
        shelf.write("b-0a1b2c3d-11112222-1/data.dump");
        try (ObjectStore store = shelf.store(Tagging.Auto)) {
            ObjectStore refusing = Mortal.refusing(store, "delete", first, new WorkFailure(Reason.StorageAccessDenied, "no"));

            MaintainResult result = Shelf.run(shelf.task(List.of(), List.of(), List.of(), new Sweep(OWNER, List.of(), TOMORROW)), refusing);
            assertThat(result.sweptObjects()).isOne();
            assertThat(result.failed()).as("it is said").containsExactly(new MaintainResult.Failed(null, Reason.StorageAccessDenied, "no"));
        }
        assertThat(shelf.files()).containsExactly("a-0a1b2c3d-11112222-1/data.dump");
    }
}
