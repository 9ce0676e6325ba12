package dev.remuda.worker;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import dev.remuda.worker.store.ObjectStore;

/** A real store, met by a worker that dies or is refused something. */
final class Mortal {
    private static final Set<String> CHANGING = Set.of("begin", "putIfAbsent", "put", "relabel", "copy", "delete", "abort");

    private Mortal() {}

    /** No failure that the work could handle: nothing after it is carried out. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Dies when that many changes were carried out, before it learns of the last one. */
    static ObjectStore killedAfter(int changes, ObjectStore store) {
        AtomicInteger left = new AtomicInteger(changes);
        return proxy((_, method, arguments) -> {
            if (left.get() <= 0) {
                throw new Killed();
            }
            Object answer = answer(method, store, arguments);
            if (CHANGING.contains(method.getName()) && left.decrementAndGet() == 0) {
                throw new Killed();
            }
            return answer;
        });
    }

    static ObjectStore refusing(ObjectStore store, String method, String key, WorkFailure refusal) {
        return proxy((_, called, arguments) -> {
            if (called.getName().equals(method) && arguments[0].equals(key)) {
                throw refusal;
            }
            return answer(called, store, arguments);
        });
    }

    /** A store that says yes to a method and does nothing. */
    static ObjectStore ignoring(ObjectStore store, String method) {
        return proxy((_, called, arguments) -> called.getName().equals(method) ? null : answer(called, store, arguments));
    }

    /** Something happens right before a method is carried out. */
    static ObjectStore before(String method, ObjectStore store, Runnable event) {
        return proxy((_, called, arguments) -> {
            if (called.getName().equals(method)) {
                event.run();
            }
            return answer(called, store, arguments);
        });
    }

    /** Something happens right after it. */
    static ObjectStore after(String method, ObjectStore store, Runnable event) {
        return proxy((_, called, arguments) -> {
            Object answer = answer(called, store, arguments);
            if (called.getName().equals(method)) {
                event.run();
            }
            return answer;
        });
    }

    private static ObjectStore proxy(InvocationHandler handler) {
        return (ObjectStore) Proxy.newProxyInstance(ObjectStore.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, handler);
    }

    private static Object answer(Method method, ObjectStore store, Object[] arguments) throws Throwable {
        try {
            return method.invoke(store, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
