package dev.remuda.observability;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicy;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.NotificationSpec;
import dev.remuda.api.Occasion;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreStatus;
import dev.remuda.support.Folders;
import dev.remuda.support.KnownFleet;
import dev.remuda.support.Samples;
import dev.remuda.task.RestoreStrategy;

import static org.assertj.core.api.Assertions.assertThat;

/** Notices as a real HTTP server gets them. */
class NotifierTest {
    private static final Instant NOON = Instant.parse("2026-03-10T12:00:00Z");
    private static final List<Duration> SHORT = List.of(Duration.ofMillis(10), Duration.ofMillis(20));

    private record Request(String method, String path, String authorization, String body) {}

    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final HttpServer server = server();
    private final Path folder = Folders.temporary("destinations");
    private final BackupPolicy policy = Samples.policy();
    private final List<Backup> backups = new ArrayList<>();
    private final List<Restore> restores = new ArrayList<>();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Notifier notifier = new Notifier(Optional.of(folder), this::fleet, metrics, SHORT);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        ((Logger) LoggerFactory.getLogger(Notifier.class)).addAppender(log);
    }

    @AfterEach
    void close() {
        ((Logger) LoggerFactory.getLogger(Notifier.class)).detachAppender(log);
        hanging.countDown();
        notifier.close();
        server.stop(0);
    }

    @Test
    void aWebhookGetsTheNoticeAsJson() throws Exception {
        destination("ops", "{'type': 'Webhook', 'url': 'URL/hook?token=s3cret', 'headers': {'Authorization': 'Bearer t0ken'}}");
        wishes(new NotificationSpec("ops", null));

        notifier.tell(failed());

        assertThat(next()).isEqualTo(new Request("POST", "/hook?token=s3cret", "Bearer t0ken",
                "{\"occasion\":\"Failed\",\"namespace\":\"stable\",\"policy\":\"horses\",\"kind\":\"Backup\",\"name\":\"monday\",\"reason\":\"DiskFull\",\"message\":\"the disk \\\"d\\\" is full\","
                        + "\"at\":\"2026-03-10T12:00:00Z\"}"));
        counted("ops", "sent");
        assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage).noneMatch(line -> line.contains("s3cret") || line.contains("t0ken"));
    }

    @Test
    void slackGetsWordsForPeople() throws Exception {
        destination("chat", "{'type': 'Slack', 'url': 'URL/services/T/B/x'}");
        wishes(new NotificationSpec("chat", null));

        notifier.tell(failed());

        assertThat(next().body()).isEqualTo("{\"text\":\"[FAILED] Backup stable/monday: DiskFull: the disk \\\"d\\\" is full\"}");
    }

    @Test
    void aHeartbeatComesWithEachSuccess() throws Exception {
        destination("alive", "{'type': 'Heartbeat', 'url': 'URL/ping'}");
        wishes(new NotificationSpec("alive", List.of(Occasion.Succeeded)));

        notifier.tell(failed());
        notifier.tell(succeeded());

        assertThat(next()).isEqualTo(new Request("GET", "/ping", null, ""));
        assertThat(requests).as("not with a failure").isEmpty();
    }

    @Test
    void whoWantsRecoveryIsToldOnceAndOnlyAfterAFailure() throws Exception {
        destination("ops", "{'type': 'Slack', 'url': 'URL/ops'}");
        wishes(new NotificationSpec("ops", List.of(Occasion.Recovered, Occasion.Succeeded)));
        backups.add(backup("sunday", Samples.failed(NOON.minusSeconds(3_600))));
        backups.add(backup("saturday", Samples.completed(NOON.minusSeconds(90_000), "p/", null, null)));

        notifier.tell(succeeded());
        assertThat(next().body()).contains("[RECOVERED] Backup stable/monday");

        backups.getFirst().setStatus(Samples.completed(NOON.minusSeconds(3_600), "p/", null, null));
        notifier.tell(succeeded());
        assertThat(next().body()).contains("\"Backup stable/monday");
        assertThat(requests).isEmpty();
    }

    @Test
    void usuallyNobodyIsToldOfASuccess() {
        assertThat(new NotificationSpec("ops", null).occasions()).containsExactly(Occasion.Failed, Occasion.Recovered, Occasion.Missed, Occasion.RestoreFinished, Occasion.VerificationFailed);
    }

    @Test
    void aRestoreIsOfThePolicyOfItsBackup() throws Exception {
        destination("ops", "{'type': 'Slack', 'url': 'URL/ops'}");
        wishes(new NotificationSpec("ops", null));
        backups.add(backup("monday", Samples.completed(NOON.minusSeconds(90_000), "p/", null, null)));
        Restore restore = Samples.restore(RestoreStrategy.Create, null, null);
        restore.setStatus(RestoreStatus.NONE);
        restores.add(restore);

        notifier.tell(new Notice(Occasion.RestoreFinished, "stable", null, "Restore", "back", "Completed", "in 5s", NOON));
        assertThat(next().body()).contains("[RESTORED] Restore stable/back: Completed: in 5s");
        notifier.tell(new Notice(Occasion.RestoreFinished, "stable", null, "Restore", "unknown", "Completed", "in 5s", NOON));
        notifier.tell(new Notice(Occasion.RestoreFinished, "stable", null, "Restore", "back", "DiskFull", "no", NOON));
        assertThat(next().body()).as("of a restore that nobody knows nobody is told").contains("[RESTORE FAILED] Restore stable/back");
    }

    @Test
    void aServerThatFailsNowAndThenIsToldOnceAndOneThatRefusesIsLeftAlone() throws Exception {
        destination("ops", "{'type': 'Slack', 'url': 'URL/ops'}");
        wishes(new NotificationSpec("ops", null));
        answers.addAll(List.of(500, 429, 200));
        notifier.tell(failed());
        counted("ops", "sent");
        assertThat(requests).hasSize(3);

        answers.add(404);
        notifier.tell(failed());
        counted("ops", "failed");
        assertThat(requests).hasSize(4);
        assertThat(log.list.getLast().getFormattedMessage()).startsWith("destination ops could not be told of [FAILED] Backup stable/monday").endsWith("it answers 404");
    }

    @Test
    void aServerThatFailsForGoodIsGivenUp() {
        destination("ops", "{'type': 'Slack', 'url': 'URL/ops'}");
        wishes(new NotificationSpec("ops", null));
        answers.addAll(List.of(500, 500, 500, 500));
        notifier.tell(failed());
        counted("ops", "failed");
        assertThat(requests).hasSize(1 + SHORT.size());
    }

    @Test
    void whatIsWrongWithADestinationIsSaidWithoutItsContent() {
        destination("broken", "{'type': 'Pigeon', 'url': 'https://h/s3cret'}");
        destination("no-url", "{'type': 'Slack', 'url': 's3cret'}");
        wishes(new NotificationSpec("broken", null), new NotificationSpec("no-url", null), new NotificationSpec("nobody", null));
        notifier.tell(failed());
        Stream.of("broken", "no-url", "nobody").forEach(name -> counted(name, "failed"));
        assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.contains("destination nobody") && line.endsWith("there is no such key in the Secret of destinations"))
                .anyMatch(line -> line.contains("destination broken") && line.contains("it must be JSON with type (Webhook, Slack or Heartbeat)"))
                .noneMatch(line -> line.contains("s3cret"));
    }

    @Test
    void nothingWaitsForADestination() {
        destination("slow", "{'type': 'Slack', 'url': 'URL/hang'}");
        wishes(new NotificationSpec("slow", null));
        for (int i = 0; i < 1_001; i++) {
            notifier.tell(failed());
        }
        counted("slow", "failed");
        assertThat(log.list.getLast().getFormattedMessage()).contains("1000 notices wait already");
    }

    @Test
    void withoutDestinationsNobodyIsTold() {
        try (Notifier mute = new Notifier(Optional.empty(), () -> {
            throw new AssertionError("nobody needs to know");
        }, metrics)) {
            mute.tell(failed());
        }
        assertThat(metrics.getMeters()).isEmpty();
    }

    private void destination(String name, String json) {
        try {
            Files.writeString(folder.resolve(name), json.replace('\'', '"').replace("URL", "http://localhost:" + server.getAddress().getPort()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void wishes(NotificationSpec... wishes) {
        policy.setSpec(Samples.notifying(policy.getSpec(), List.of(wishes)));
    }

    private static Notice failed() {
        return new Notice(Occasion.Failed, "stable", "horses", "Backup", "monday", "DiskFull", "the disk \"d\" is full", NOON);
    }

    private static Notice succeeded() {
        return new Notice(Occasion.Succeeded, "stable", "horses", "Backup", "monday", "Completed", "4 tables", NOON);
    }

    private static Backup backup(String name, BackupStatus status) {
        Backup backup = Samples.backup();
        backup.getMetadata().setName(name);
        backup.setStatus(status);
        return backup;
    }

    private Request next() throws InterruptedException {
        Request request = requests.poll(5, TimeUnit.SECONDS);
        assertThat(request).isNotNull();
        return request;
    }

    private void counted(String destination, String result) {
        Awaitility.await().atMost(Duration.ofSeconds(5)).pollInterval(Duration.ofMillis(5)).until(
                () -> metrics.find("remuda.notifications").tags("destination", destination, "result", result).counter() != null);
    }

    private Fleet fleet() {
        return new KnownFleet(true, List.of(policy), backups, restores);
    }

    private HttpServer server() {
        try {
            HttpServer made = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
            made.createContext("/", exchange -> {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                if (exchange.getRequestURI().getPath().equals("/hang")) {
                    await();
                }
                Integer answer = answers.poll();
                requests.add(new Request(exchange.getRequestMethod(), exchange.getRequestURI().toString(), exchange.getRequestHeaders().getFirst("Authorization"), body));
                exchange.sendResponseHeaders(answer == null ? 204 : answer, -1);
                exchange.close();
            });
            made.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            made.start();
            return made;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void await() {
        try {
            hanging.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
