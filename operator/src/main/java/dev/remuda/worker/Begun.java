package dev.remuda.worker;

import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.remuda.worker.store.Attributes;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.PartStream;

/** What is on its way into the store and not committed, and how it is taken back. */
final class Begun {
    private static final Logger LOG = LoggerFactory.getLogger(Begun.class);

    private Begun() {}

    /** No answer is no proof that nothing was begun. */
    static ObjectStore.Upload begin(ObjectStore store, String key, Attributes attributes) {
        try {
            return store.begin(key, attributes);
        } catch (WorkFailure e) {
            if (e.reason().canPass()) {
                endStrays(store, key);
            }
            throw e;
        }
    }

    /** The answer to a begun upload may be lost, and then another is begun. Whether these can be ended decides nothing. */
    static void endStrays(ObjectStore store, String key) {
        try {
            store.unfinished(key).forEach(store::abort);
        } catch (WorkFailure e) {
            LOG.warn("whether unfinished uploads of {} are left could not be seen: {}", store.url(key), e.getMessage());
        }
    }

    /** @param beside keys of what was stored beside it, if it was. @return the failure to throw: the cause, and what could not be taken back */
    static RuntimeException takenBack(RuntimeException cause, ObjectStore store, PartStream parts, String key, List<String> beside) {
        try {
            parts.abort();
            endStrays(store, key);
            if (parts.completed()) {
                store.delete(key);
            }
            beside.forEach(store::delete);
            return cause;
        } catch (RuntimeException e) {
            LOG.warn("what was stored so far could not be taken back: {}", e.getMessage());
            return WorkFailure.of(cause)
                    .withLeftovers("What was stored so far under " + store.url(key.substring(0, key.lastIndexOf('/') + 1)) + " could not be taken back: " + WorkFailure.of(e).getMessage());
        }
    }
}
