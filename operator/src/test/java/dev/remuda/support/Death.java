package dev.remuda.support;

import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;

/** Lets a client write so many times, less one; then nothing leaves it any more. */
public final class Death implements Interceptor {
    private final AtomicInteger left;
    private final Predicate<HttpRequest> counted;

    /** @param counted which of the writes count */
    public Death(int lastWords, Predicate<HttpRequest> counted) {
        this.left = new AtomicInteger(lastWords);
        this.counted = counted;
    }

    public boolean hasCome() {
        return left.get() <= 0;
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        if (!request.method().equals("GET") && counted.test(request)) {
            left.decrementAndGet();
        }
        if (hasCome()) {
            builder.uri(URI.create("http://127.0.0.1:1/"));
        }
    }
}
