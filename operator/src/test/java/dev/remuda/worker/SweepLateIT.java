package dev.remuda.worker;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.MaintainTask.Sweep;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.store.ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;

/** A sweep deletes what it has looked at, and nothing beside it. */
class SweepLateIT {
    private static final String ATTEMPT = "b-0a1b2c3d-11112222-1/";

    private final Shelf shelf = new Shelf();
    private final String leftover = shelf.write(ATTEMPT + "data.dump");
    private final MaintainTask task = shelf.task(
            List.of(), List.of(), List.of(), new Sweep("0a1b2c3d", List.of(), Instant.now().plus(Duration.ofDays(1))));

    @Test
    void foldersBelowAnAttemptAreNotTouched() {
        shelf.write(ATTEMPT + "notes/keep.txt");

        MaintainResult result = shelf.run(task);

        assertThat(result.sweptObjects()).isOne();
        assertThat(shelf.files()).containsExactly(ATTEMPT + "notes/keep.txt");
    }

    /** An attempt that was taken for dead completes its dump after the last look for a manifest; the manifest is on its way. */
    @Test
    void aDumpThatIsCompletedMeanwhileStays() {
        try (ObjectStore store = shelf.store(StoreAccess.Tagging.Auto)) {
            MaintainResult result = Shelf.run(task, completing(store));

            assertThat(result.sweptObjects()).isOne();
        }
        assertThat(shelf.files()).containsExactly(ATTEMPT + "data.dump.zst");
        assertThat(shelf.bucket.keys(leftover)).doesNotContain(leftover);
    }

    private ObjectStore completing(ObjectStore store) {
        return (ObjectStore) Proxy.newProxyInstance(ObjectStore.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (_, method, arguments) -> {
            try {
                Object answer = method.invoke(store, arguments);
                if (method.getName().equals("head")) {
                    shelf.write(ATTEMPT + "data.dump.zst");
                }
                return answer;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }
}
