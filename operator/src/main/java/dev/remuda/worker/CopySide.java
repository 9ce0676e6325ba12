package dev.remuda.worker;

import java.util.function.Consumer;
import java.util.function.Function;

import dev.remuda.task.Reason;
import dev.remuda.worker.store.ObjectStore;

/** One of the two stores of a copy. Both may have a bucket of one name, so what fails says in which it did. */
record CopySide(String where, ObjectStore store) {
    static CopySide from(ObjectStore store) {
        return new CopySide("where it is copied from", store);
    }

    static CopySide to(ObjectStore store) {
        return new CopySide("where it is copied to", store);
    }

    <T> T ask(Function<ObjectStore, T> work) {
        try {
            return work.apply(store);
        } catch (WorkFailure e) {
            throw e.reason() == Reason.PodLost ? e : e.in(where); // no store told the work to stop
        }
    }

    void tell(Consumer<ObjectStore> work) {
        ask(known -> {
            work.accept(known);
            return known;
        });
    }
}
