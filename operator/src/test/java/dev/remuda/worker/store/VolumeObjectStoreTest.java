package dev.remuda.worker.store;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.task.Reason;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** A folder that is used as a store. */
class VolumeObjectStoreTest {
    private static final int ROUNDS = 500;
    private static final Attributes LABELS = new Attributes("application/octet-stream", Map.of(), Optional.empty(), Optional.empty());

    @TempDir
    private Path folder;

    private VolumeObjectStore store() {
        return new VolumeObjectStore(folder, "local", new Stop());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void ofTwoWhoStoreIfAbsentOneDoes() {
        assertThat(store().putIfAbsent("p/m", bytes("first"), "t", Map.of())).isTrue();
        assertThat(store().putIfAbsent("p/m", bytes("second"), "t", Map.of())).isFalse();
        assertThat(store().get("p/m")).hasValueSatisfying(found -> assertThat(found).isEqualTo(bytes("first")));
        store().put("p/m", bytes("third"), "t");
        assertThat(store().get("p/m")).hasValueSatisfying(found -> assertThat(found).isEqualTo(bytes("third")));
        assertThat(store().list("")).extracting(ObjectStore.Listed::key).as("no half one beside it").containsExactly("p/m");
        assertThat(store().unfinished("")).isEmpty();
    }

    @Test
    void nothingIsSeenBeforeItIsWhole() {
        ObjectStore.Upload upload = store().begin("p/b/data", LABELS);
        upload.part(1, bytes("half"), 4, null);
        assertThat(store().head("p/b/data")).isEmpty();
        assertThat(store().list("p/")).isEmpty();
        assertThat(store().unfinished("p/")).singleElement().extracting(ObjectStore.Unfinished::key).isEqualTo("p/b/data");
        upload.part(2, bytes(" and more"), 5, null);
        upload.complete(null);
        assertThat(store().get("p/b/data")).hasValueSatisfying(found -> assertThat(new String(found)).isEqualTo("half and "));
        assertThat(store().unfinished("p/")).isEmpty();
    }

    @Test
    void whatIsEndedLeavesNothingBehind() {
        store().begin("p/b/data", LABELS).part(1, bytes("half"), 4, null);
        store().unfinished("p/").forEach(store()::abort);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFileThatWasReplacedIsNotReadOn() {
        store().put("p/m", bytes("first"), "t");
        String etag = store().head("p/m").orElseThrow().etag();
        byte[] buffer = new byte[2];
        store().read("p/m", etag, 3, buffer, 2);
        assertThat(buffer).isEqualTo(bytes("st"));
        store().put("p/m", bytes("again"), "t");
        assertThat(catchThrowableOfType(WorkFailure.class, () -> store().read("p/m", etag, 0, buffer, 2)).reason()).isEqualTo(Reason.ObjectMissing);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "p/../../x", "/etc/x", ""})
    void nothingOutsideIsTouched(String key) {
        assertThatThrownBy(() -> store().put(key, bytes("x"), "t")).isInstanceOf(WorkFailure.class).hasMessageContaining("is no name within the volume");
    }

    @Test
    void aFolderThatTakesNothingIsNamedWithTheCure() throws Exception {
        Files.createFile(folder.resolve("p"));
        WorkFailure failure = catchThrowableOfType(WorkFailure.class, () -> store().put("p/m", bytes("x"), "t"));
        assertThat(failure).hasMessageContaining("volume local failed while storing volume://local/p/m");
    }

    /** A folder that one of them empties goes, while another is about to write into it, and a third one looks. */
    @Test
    void severalWorkersAreNotInEachOthersWay() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<?>> all = IntStream.range(0, 3).<Future<?>>mapToObj(number -> threads.submit(() -> {
                VolumeObjectStore mine = store();
                String key = "n/p/b/m-" + number;
                for (int i = 0; i < ROUNDS; i++) {
                    mine.put(key, bytes("x"), "t");
                    assertThat(mine.list("n/p/")).extracting(ObjectStore.Listed::key).contains(key);
                    mine.delete(key);
                }
            })).toList();
            for (Future<?> each : all) {
                each.get();
            }
        }
        assertThat(folder).isEmptyDirectory();
    }
}
