package dev.remuda.observability;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Where notices go: one key of the Secret of destinations, as JSON.
 *
 * @param type how it is told
 * @param url where; it may hold a secret, so it is never shown
 * @param headers sent with each request, such as Authorization
 */
record Destination(Type type, URI url, Map<String, String> headers) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(10);

    /** How a destination is told. */
    enum Type {
        /** POST of the notice as JSON. */
        Webhook,
        /** POST of {"text": …}, as Slack, Mattermost and Rocket.Chat take it. */
        Slack,
        /** GET without a body: that it comes is all that it says. */
        Heartbeat
    }

    Destination {
        if (type == null || url == null || url.getHost() == null || !("https".equals(url.getScheme()) || "http".equals(url.getScheme()))) {
            throw new IllegalArgumentException("it must be JSON with type (Webhook, Slack or Heartbeat), url (https://…) and, where needed, headers");
        }
        headers = headers == null ? Map.of() : Map.copyOf(headers);
    }

    /** Read anew for each notice, so that a changed Secret counts at once. @throws IllegalArgumentException with what is wrong, without the content */
    static Destination read(Path folder, String name) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("there is no such key in the Secret of destinations");
        }
        try {
            return JSON.readValue(file.toFile(), Destination.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("it must be JSON with type (Webhook, Slack or Heartbeat), url (https://…) and, where needed, headers");
        } catch (IOException e) {
            throw new IllegalArgumentException("it cannot be read: " + e.getMessage(), e);
        }
    }

    HttpRequest request(Notice notice) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(ANSWERS_WITHIN);
        headers.forEach(request::setHeader);
        return switch (type) {
            case Webhook -> request.setHeader("Content-Type", "application/json").POST(BodyPublishers.ofString(json(notice))).build();
            case Slack -> request.setHeader("Content-Type", "application/json").POST(BodyPublishers.ofString(write(Map.of("text", notice.text())))).build();
            case Heartbeat -> request.GET().build();
        };
    }

    private static String json(Notice notice) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("occasion", notice.occasion().name());
        fields.put("namespace", notice.namespace());
        fields.put("policy", notice.policy());
        fields.put("kind", notice.kind());
        fields.put("name", notice.name());
        fields.put("reason", notice.reason());
        fields.put("message", notice.message());
        fields.put("at", notice.at().toString());
        return write(fields);
    }

    private static String write(Map<String, String> fields) {
        try {
            return JSON.writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Without what is secret. */
    @Override
    public String toString() {
        return type + " at " + url.getHost();
    }
}
