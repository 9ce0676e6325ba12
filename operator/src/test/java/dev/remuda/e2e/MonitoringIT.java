package dev.remuda.e2e;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.remuda.api.Phase;
import dev.remuda.support.Detour;
import dev.remuda.support.Fault;
import dev.remuda.support.Prometheus;
import dev.remuda.support.Racing;
import dev.remuda.support.S3Call;
import dev.remuda.support.Stage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who is told, and how often, when a database breaks, when it is well again, when data was brought back, and when the operator is gone: by the
 * operator itself, and by a real Prometheus with a real Alertmanager.
 */
class MonitoringIT {
    private static final Stage STAGE = Stage.shared();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<JsonNode> NOTICES = new CopyOnWriteArrayList<>();
    private static final List<String> ALERTS = new CopyOnWriteArrayList<>();
    private static HttpServer people;

    @BeforeAll
    static void somebodyListens() throws IOException {
        InetSocketAddress here = Detour.here();
        people = HttpServer.create(here, 0);
        people.createContext("/notice", exchange -> {
            NOTICES.add(JSON.readTree(exchange.getRequestBody()));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        people.createContext("/alert", exchange -> {
            StreamSupport.stream(JSON.readTree(exchange.getRequestBody()).path("alerts").spliterator(), false)
                    .map(alert -> (alert.path("labels").path("alertname").asText() + " " + alert.path("labels").path("policy").asText("")).strip())
                    .forEach(ALERTS::add);
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        people.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        people.start();
        STAGE.cluster().kubectlWith("""
                apiVersion: v1
                kind: Secret
                metadata: {name: remuda-destinations, namespace: remuda-system}
                stringData: {ops: '{"type": "Webhook", "url": "http://%s:%d/notice"}'}
                """.formatted(here.getAddress().getHostAddress(), people.getAddress().getPort()), "apply", "-f", "-");
        STAGE.cluster().scaleOperator(0); // what is mounted when a Pod starts need not be waited for
        STAGE.cluster().scaleOperator(1);
    }

    @AfterAll
    static void nobodyListens() {
        STAGE.cluster().scaleOperator(1);
        STAGE.cluster().kubectl("-n", "remuda-system", "delete", "secret", "remuda-destinations", "--ignore-not-found");
        people.stop(0);
    }

    @Test
    void eachThingIsToldOnce() throws IOException {
        String database = Racing.create(STAGE.postgres());
        STAGE.apply(Stage.plainPolicyYaml("watched", database, Map.of(), "retry: {limit: 0}\nnotifications: [{to: ops}]\n"));
        URI webhook = URI.create("http:/" + people.getAddress() + "/alert");
        try (Prometheus prometheus = Prometheus.scraping(STAGE.cluster().operatorAddress() + ":8080", Prometheus.impatientRules(), webhook)) {
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(prometheus::isUp);
            backup("watched-1", Phase.Completed);
            assertThat(NOTICES).as("nobody asked for successes").isEmpty();

            STAGE.postgres().run("postgres", "ALTER DATABASE " + database + " ALLOW_CONNECTIONS false");
            backup("watched-2", Phase.Failed);
            told("Failed", "watched-2");
            alerted("BackupFailed watched");

            STAGE.postgres().run("postgres", "ALTER DATABASE " + database + " ALLOW_CONNECTIONS true");
            backup("watched-3", Phase.Completed);
            told("Recovered", "watched-3");

            STAGE.restore("watched-back", "watched-3", "strategy: Create\ntarget: {name: watched_back}");
            STAGE.endedRestore("watched-back");
            told("RestoreFinished", "watched-back");

            STAGE.cluster().scaleOperator(0);
            alerted("OperatorDown");
            assertThat(NOTICES).as("each once").hasSize(3);
            assertThat(ALERTS).as("each once").filteredOn(alert -> alert.equals("OperatorDown") || alert.endsWith(" watched")).containsExactly("BackupFailed watched", "OperatorDown");
        }
    }

    /** The server says so by a table's constraint, in the database that a restore fills, and the store by an answer. */
    @Test
    void noRoomOnTheServerOrInTheStoreRaisesAnAlertThatLeadsToTheReason() throws IOException {
        String database = Racing.create(STAGE.postgres());
        STAGE.postgres().run(
                database, "CREATE FUNCTION crammed(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN IF current_database() LIKE ''remuda_restore%'' THEN RAISE EXCEPTION USING "
                        + "ERRCODE = ''53100'', MESSAGE = ''could not extend file: No space left on device''; END IF; RETURN true; END'",
                "CREATE TABLE filling (id int CHECK (crammed(id)))", "INSERT INTO filling VALUES (1)");
        STAGE.cluster().scaleOperator(1);
        try (Detour way = new Detour(STAGE); Prometheus prometheus = Prometheus.scraping(STAGE.cluster().operatorAddress() + ":8080", Prometheus.impatientRules())) {
            STAGE.apply(Stage.plainPolicyYaml("crammed", database, way.changes(), "retry: {limit: 0}\n"));
            backup("crammed", "crammed-1", Phase.Completed);

            STAGE.restore("crammed-back", "crammed-1", "strategy: Create\ntarget: {name: crammed_back}");
            assertThat(STAGE.endedRestore("crammed-back").getStatus().conditions().getFirst().getReason()).isEqualTo("DiskFull");
            seen(prometheus, "RestoreFailed crammed", "Restore", "DiskFull");

            way.store().on(S3Call.UploadPart).then(Fault.answer(507, "InsufficientStorage"));
            backup("crammed", "crammed-2", Phase.Failed);
            seen(prometheus, "BackupFailed crammed", "Backup", "StorageFull");
        }
    }

    private static void seen(Prometheus prometheus, String alert, String kind, String reason) {
        String query = "remuda_failures_total{namespace=\"" + STAGE.namespace() + "\",kind=\"" + kind + "\",reason=\"" + reason + "\"} > 0";
        Awaitility.await(alert).atMost(Duration.ofSeconds(60)).ignoreExceptionsInstanceOf(IOException.class).until(() -> prometheus.firing().contains(alert) && !prometheus.query(query).isEmpty());
    }

    private static void backup(String name, Phase end) {
        backup("watched", name, end);
    }

    private static void backup(String policy, String name, Phase end) {
        STAGE.backup(name, policy);
        assertThat(STAGE.ended(name).getStatus().phase()).as(STAGE.events("Backup", name)).isEqualTo(end);
    }

    private static void told(String occasion, String name) {
        Awaitility.await(occasion + " of " + name).atMost(Duration.ofSeconds(30)).until(
                () -> NOTICES.stream().anyMatch(notice -> notice.path("occasion").asText().equals(occasion) && notice.path("name").asText().equals(name)));
    }

    private static void alerted(String alert) {
        Awaitility.await(alert).atMost(Duration.ofSeconds(60)).until(() -> ALERTS.contains(alert));
    }
}
