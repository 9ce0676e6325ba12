package dev.remuda.observability;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people at once. Whatever becomes of a notice, nothing waits for it: each has a thread of its own, is tried again for a quarter of an hour,
 * and is then given up. Those that were not sent when the operator ends are lost; conditions, Events, metrics and alerts are not.
 */
public final class Notifier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);
    private static final List<Duration> RESTS =
            List.of(Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(10));
    private static final int AT_ONCE = 1_000;
    private static final int TOO_MANY_REQUESTS = 429;

    private final Optional<Path> folder;
    private final Supplier<Fleet> fleet;
    private final MeterRegistry metrics;
    private final List<Duration> rests;
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).followRedirects(HttpClient.Redirect.NEVER).build();

    /** @param folder where the Secret of destinations is mounted; empty: nobody is told */
    public Notifier(Optional<Path> folder, Supplier<Fleet> fleet, MeterRegistry metrics) {
        this(folder, fleet, metrics, RESTS);
    }

    Notifier(Optional<Path> folder, Supplier<Fleet> fleet, MeterRegistry metrics, List<Duration> rests) {
        this.folder = folder;
        this.fleet = fleet;
        this.metrics = metrics;
        this.rests = rests;
    }

    /** Sends it to all whom the policy names for the occasion, and returns at once. */
    public void tell(Notice notice) {
        if (folder.isEmpty()) {
            return;
        }
        for (Addressed each : Addressed.of(notice, fleet.get())) {
            if (room.tryAcquire()) {
                Thread.ofVirtual().name("notice").start(() -> {
                    try {
                        deliver(each);
                    } finally {
                        room.release();
                    }
                });
            } else {
                count(each, "failed");
                LOG.warn("{} is not told of {}: {} notices wait already", each.to(), each.notice().text(), AT_ONCE);
            }
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private void deliver(Addressed to) {
        String trouble = "";
        for (int attempt = 0; attempt <= rests.size(); attempt++) {
            try {
                if (attempt > 0) {
                    Thread.sleep(rests.get(attempt - 1));
                }
                int status = http.send(Destination.read(folder.orElseThrow(), to.to()).request(to.notice()), HttpResponse.BodyHandlers.discarding()).statusCode();
                if (status / 100 == 2) {
                    count(to, "sent");
                    LOG.info("{} was told of {}", to.to(), to.notice().text());
                    return;
                }
                trouble = "it answers " + status;
                if (status / 100 == 4 && status != TOO_MANY_REQUESTS) {
                    break;
                }
            } catch (IOException e) {
                trouble = "it does not answer (" + e.getClass().getSimpleName() + ")"; // the message may hold the URL
            } catch (IllegalArgumentException e) {
                trouble = e.getMessage();
                break;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        count(to, "failed");
        LOG.warn("destination {} could not be told of {}: {}", to.to(), to.notice().text(), trouble);
    }

    private void count(Addressed to, String result) {
        Counter.builder("remuda.notifications")
                .description("Notices by destination; failed: given up")
                .tags("destination", to.to(), "result", result)
                .register(metrics)
                .increment();
    }
}
