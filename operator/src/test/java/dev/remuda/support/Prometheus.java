package dev.remuda.support;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** A Prometheus that scrapes one operator each second and judges by the rules. */
public final class Prometheus implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Started server;
    private final URI address;
    private final HttpClient http = HttpClient.newHttpClient();

    private Prometheus(Started server, URI address) {
        this.server = server;
        this.address = address;
    }

    /** @param target host and port of the operator's probes @param rules as a rules file */
    public static Prometheus scraping(String target, String rules) throws IOException {
        return scraping(target, rules, "", Folders.temporary("prometheus"));
    }

    /** One that has looked before, at an operator in another Pod. @param seen what that told, as it was scraped @param then when it was scraped, in order */
    public static Prometheus remembering(String seen, List<Instant> then, String target, String rules) throws IOException, InterruptedException {
        List<String> series = seen.lines().filter(line -> line.matches("(remuda|database)_.*[{].*")).map(line -> line.replaceFirst("[{]", "{instance=\"10.0.0.7:8080\",job=\"remuda\",")).toList();
        Path folder = Folders.temporary("prometheus");
        Path samples = folder.resolve("past.txt");
        Files.write(samples, Stream.concat(then.stream().flatMap(moment -> series.stream().map(line -> line + " " + moment.getEpochSecond())), Stream.of("# EOF")).toList());
        Started.run(List.of(Folders.tool("promtool").toString(), "tsdb", "create-blocks-from", "openmetrics", samples.toString(), folder.resolve("data").toString()), folder);
        return scraping(target, rules, "", folder);
    }

    /** One whose alerts an Alertmanager groups by policy and tells to the webhook. */
    public static Prometheus scraping(String target, String rules, URI webhook) throws IOException {
        Path folder = Folders.temporary("alertmanager");
        Files.writeString(folder.resolve("alertmanager.yml"), """
                route: {receiver: hook, group_by: [alertname, namespace, policy], group_wait: 0s, group_interval: 1s, repeat_interval: 4h}
                receivers: [{name: hook, webhook_configs: [{url: "%s", send_resolved: false}]}]
                """.formatted(webhook));
        String address = "127.0.0.1:" + freePort();
        Started.program(
                List.of(Folders.tool("alertmanager").toString(), "--config.file=" + folder.resolve("alertmanager.yml"), "--storage.path=" + folder.resolve("data"),
                        "--web.listen-address=" + address, "--cluster.listen-address="),
                Map.of(), Folders.log("alertmanager"));
        return scraping(target, rules, "alerting: {alertmanagers: [{static_configs: [{targets: [\"" + address + "\"]}]}]}", Folders.temporary("prometheus"));
    }

    private static Prometheus scraping(String target, String rules, String alerting, Path folder) throws IOException {
        Files.writeString(folder.resolve("rules.yaml"), rules);
        Files.writeString(folder.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: [rules.yaml]
                scrape_configs:
                  - {job_name: remuda, static_configs: [{targets: ["%s"]}]}
                %s
                """.formatted(target, alerting));
        int port = freePort();
        Started server = Started.program(
                List.of(Folders.tool("prometheus").toString(), "--config.file=" + folder.resolve("prometheus.yml"), "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port),
                Map.of(), Folders.log("prometheus"));
        return new Prometheus(server, URI.create("http://127.0.0.1:" + port));
    }

    /** The project's rules without their patience. */
    public static String impatientRules() throws IOException {
        return Files.readString(Folders.repository().resolve("helm/remuda/rules/remuda.yaml")).replaceAll("(?m)^ *for: .*\n", "");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Whether it answers already. */
    public boolean isUp() {
        try {
            return get("/-/ready").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** The results of a query, each as its labels. */
    public List<Map<String, String>> query(String expression) throws IOException {
        JsonNode answer = JSON.readTree(get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8)).body());
        if (!"success".equals(answer.path("status").asText())) {
            throw new IllegalArgumentException(expression + ": " + answer);
        }
        return StreamSupport.stream(answer.path("data").path("result").spliterator(), false)
                .map(result -> JSON.<Map<String, String>>convertValue(result.path("metric"), JSON.getTypeFactory().constructMapType(Map.class, String.class, String.class)))
                .toList();
    }

    /** What fires now: each alert's name and policy, such as {@code BackupFailed horses}. */
    public Set<String> firing() throws IOException {
        JsonNode answer = JSON.readTree(get("/api/v1/alerts").body());
        return StreamSupport.stream(answer.path("data").path("alerts").spliterator(), false)
                .filter(alert -> "firing".equals(alert.path("state").asText()))
                .map(alert -> (alert.path("labels").path("alertname").asText() + " " + alert.path("labels").path("policy").asText("")).strip())
                .collect(Collectors.toSet());
    }

    @Override
    public void close() {
        http.close();
        server.kill();
    }

    private HttpResponse<String> get(String path) throws IOException {
        try {
            return http.send(HttpRequest.newBuilder(address.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
