package dev.remuda.e2e;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.github.luben.zstd.ZstdInputStream;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.api.Backup;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.support.Audit;
import dev.remuda.support.Folders;
import dev.remuda.support.Racing;
import dev.remuda.support.SeaweedServer;
import dev.remuda.support.Stage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Passwords and keys are nowhere but in their Secrets. Each place is also searched for a word that must be there, so that a search which finds
 * nothing has looked.
 */
class SecretsIT {
    private static final Stage STAGE = Stage.shared();

    /** No secret: the name of a role and of a table, which is seen in all places where a password could be. */
    private static final String CANARY = "canary" + UUID.randomUUID().toString().substring(0, 8);

    private static final Planted IN_URI = Planted.of("password in a URI");
    private static final Planted IN_KEY = Planted.of("password under a key");
    private static final Planted WRONG = Planted.of("wrong password");
    private static final Planted NO_URI = Planted.of("password in what is no URI");
    private static final Planted WRONG_KEY = Planted.of("wrong secret access key");
    private static final Planted TOKEN = Planted.of("session token");
    private static final Planted TWO_LINES = Planted.of("session token of two lines");

    /** The one that the store takes is no random one; its first half is enough to know it. */
    private static final Planted KEY = new Planted("secret access key", SeaweedServer.KEY.substring(0, 20));

    private static final Planted[] ALL = {IN_URI, IN_KEY, WRONG, NO_URI, WRONG_KEY, TOKEN, TWO_LINES, KEY};

    private static final boolean IS_ROOT = "root".equals(System.getProperty("user.name"));
    private static final Map<String, Map<String, String>> PLACES = new LinkedHashMap<>();
    private static ProcessWatch watch;
    private static Restore restore;

    @BeforeAll
    static void everythingThatHandlesAPassword() throws SQLException {
        String database = Racing.create(STAGE.postgres());
        STAGE.postgres().run(
                database, "CREATE ROLE " + CANARY + " SUPERUSER LOGIN PASSWORD " + literal(IN_KEY), "CREATE ROLE " + CANARY + "_uri SUPERUSER LOGIN PASSWORD " + literal(IN_URI),
                "CREATE TABLE " + CANARY + " AS SELECT '" + CANARY + "' AS word");
        watch = new ProcessWatch(Stream.concat(Stream.of(CANARY), Arrays.stream(ALL).flatMap(one -> one.words().stream())).toList());

        Map<String, String> key = Map.of("AWS_ACCESS_KEY_ID", SeaweedServer.KEY_ID, "AWS_SECRET_ACCESS_KEY", SeaweedServer.KEY);
        start("uri", database, Map.of("uri", uri(CANARY + "_uri", IN_URI)), key, "");
        start("key", database, login(IN_KEY.value()), with(key, TOKEN.core()), "exclude: {tableData: [public.not_" + CANARY + "]}");
        start("wrong", database, login(WRONG.value()), key, "");
        start("no-uri", database, Map.of("uri", "host=postgres user=" + CANARY + " password='" + NO_URI.core() + "'"), key, "");
        start("wrong-key", database, login(IN_KEY.value()), Map.of("AWS_ACCESS_KEY_ID", SeaweedServer.KEY_ID, "AWS_SECRET_ACCESS_KEY", WRONG_KEY.value()), "");
        start("two-lines", database, login(IN_KEY.value()), with(key, TWO_LINES.core() + "\n" + TWO_LINES.core()), "");
        assertThat(ended("uri").getStatus().phase()).as(STAGE.events("Backup", "secrets-uri")).isEqualTo(Phase.Completed);
        restore = restored(database);
        assertThat(ended("key").getStatus().phase()).as(STAGE.events("Backup", "secrets-key")).isEqualTo(Phase.Completed);
        Stream.of("wrong", "no-uri", "wrong-key", "two-lines").forEach(SecretsIT::ended);
        collect();
    }

    /** Its migrations wait for a lock until they were seen. */
    private static Restore restored(String database) throws SQLException {
        try (Connection holder = STAGE.postgres().connect("postgres");
                Statement statement = holder.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(4711)");
            STAGE.restore(CANARY, "secrets-uri", "confirm: " + database + """

                    safetyBackup: false
                    checks: [{sql: "SELECT count(*) = 1 FROM %1$s"}]
                    migrations:
                      image: docker.io/library/remuda-postgres:dev
                      command: [sh, -c]
                      args: ["test -n \\"$DATABASE_URL\\" && echo %1$s && psql -d postgres -c 'SELECT pg_advisory_lock(4711)' && psql -v ON_ERROR_STOP=1 -c 'ALTER TABLE %1$s ADD more text'"]
                    """.formatted(CANARY));
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> watch.variables().stream().anyMatch(seen -> seen.startsWith("psql PGUSER=" + CANARY)) || isOver());
        }
        return STAGE.endedRestore(CANARY);
    }

    private static boolean isOver() {
        Restore seen = STAGE.restore(CANARY);
        return !IS_ROOT || seen.getStatus() != null && seen.getStatus().phase() != null && seen.getStatus().phase().isFinal();
    }

    @AfterAll
    static void nobodyWatches() {
        watch.close();
    }

    private static Map<String, String> login(String password) {
        return Map.of("username", CANARY, "password", password);
    }

    private static String uri(String user, Planted password) {
        return "postgresql://" + user + ":" + URLEncoder.encode(password.value(), StandardCharsets.UTF_8).replace("+", "%20") + "@postgres:5432/elsewhere";
    }

    private static String literal(Planted password) {
        return "E'" + password.value().replace("\\", "\\\\").replace("'", "''") + "'";
    }

    private static Map<String, String> with(Map<String, String> key, String token) {
        Map<String, String> more = new LinkedHashMap<>(key);
        more.put("AWS_SESSION_TOKEN", token);
        return more;
    }

    /** A policy with Secrets of its own, and a Backup of it. */
    private static void start(String name, String database, Map<String, String> login, Map<String, String> key, String dump) {
        String ours = "secrets-" + name;
        STAGE.secret(ours, login);
        STAGE.secret(ours + "-store", key);
        STAGE.policy(ours, database, Map.of(
                "secretRef: {name: horse-racing-db}", "secretRef: {name: " + ours + "}", "secretRef: {name: backup-s3}", "secretRef: {name: " + ours + "-store}", "  dump:\n",
                "  dump:\n    globals: true\n    " + dump + "\n"));
        STAGE.backup(ours, ours);
    }

    private static Backup ended(String name) {
        return STAGE.ended("secrets-" + name);
    }

    @Test
    void theRestoreWentAllTheWay() {
        assertThat(restore.getStatus().phase()).as(STAGE.events("Restore", CANARY)).isEqualTo(Phase.Completed);
    }

    @ParameterizedTest
    @CsvSource({"wrong,DatabaseAuthenticationFailed", "no-uri,InvalidSpec", "wrong-key,StorageAccessDenied", "two-lines,InvalidSpec"})
    void whatIsWrongIsSaid(String name, String reason) {
        var condition = ended(name).getStatus().conditions().getFirst();

        assertThat(condition.getReason()).as(condition.getMessage()).isEqualTo(reason);
        assertThat(condition.getMessage()).contains("Secret");
    }

    @ParameterizedTest
    @MethodSource("places")
    void noPasswordIsThere(String place) {
        PLACES.get(place).forEach((where, text) -> assertThat(Planted.in(text, ALL)).as("in %s", where).isEmpty());
        assertThat(PLACES.get(place).values()).as("what must be found there").anyMatch(text -> text.contains(CANARY));
    }

    private static Set<String> places() {
        return PLACES.keySet();
    }

    @Test
    void noArgumentOfAnyProcess() {
        assertThat(watch.arguments()).filteredOn(command -> command.contains(CANARY)).anyMatch(command -> command.contains("/pg_dump "));
        assertThat(watch.arguments()).allSatisfy(command -> assertThat(Planted.in(command, ALL)).isEmpty());
    }

    /**
     * Linux shows an environment to the same user and to root, who both can read the mounted Secret; so a password may be there, as PostgreSQL's
     * programs want it, and nowhere else: a file for them would be one more place, on the node's disk.
     */
    @Test
    void inEnvironmentsOnlyWhereAProgramReadsIt() {
        Set<String> seen = watch.variables().stream()
                .filter(variable -> !Planted.in(variable, ALL).isEmpty())
                .map(variable -> variable.split("=", 2)[0])
                .collect(Collectors.toSet());

        assertThat(seen).isSubsetOf(
                "pg_dump PGPASSWORD", "pg_dumpall PGPASSWORD", "pg_restore PGPASSWORD", "psql PGPASSWORD", // of the worker
                "sh PGPASSWORD", "psql PGPASSWORD", "sh DATABASE_URL", "psql DATABASE_URL", // of the migrations, as documented
                "weed AWS_SECRET_ACCESS_KEY"); // the store of this test itself
        if (IS_ROOT) {
            assertThat(seen).contains("pg_dump PGPASSWORD", "psql DATABASE_URL");
        }
    }

    @Test
    void theApiServerWasAskedForNoSecretByTheOperatorAndForNothingByAJob() throws IOException {
        List<Audit.Request> requests = Audit.requests(Folders.repository().resolve(".cluster/logs/audit.log"));
        List<Audit.Request> operator = requests.stream().filter(request -> request.user().equals(Audit.OPERATOR)).toList();

        assertThat(requests).as("what is looked for is written down").anyMatch(request -> request.isForSecrets() && request.namespace().equals(STAGE.namespace()));
        assertThat(operator).isNotEmpty().noneMatch(Audit.Request::isForSecrets).allMatch(Audit.Request::permitted);
        assertThat(operator).extracting(Audit.Request::right).isSubsetOf(Audit.rights(STAGE.cluster().client()));
        assertThat(requests).noneMatch(request -> request.user().startsWith("system:serviceaccount:" + STAGE.namespace() + ":"));
    }

    @Test
    void nothingIsKeptInAConfigMap() {
        assertThat(STAGE.kubectl("get", "configmaps", "-o", "name").lines()).containsExactly("configmap/kube-root-ca.crt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "xy"})
    void theSearchFindsAPasswordInEachOfItsForms(String before) {
        String text = before + IN_KEY.value();
        String bytes = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));

        for (String form : List.of(text, bytes, URLEncoder.encode(text, StandardCharsets.UTF_8), text.replace("'", "''"), text.substring(30))) {
            assertThat(Planted.in("… " + form + " …", ALL)).as(form).containsExactly(IN_KEY.name());
        }
    }

    private static void collect() {
        place("events", Map.of("events", STAGE.kubectl("get", "events", "-o", "yaml")));
        place("resources", Map.of("resources", STAGE.kubectl("get", "remuda", "-o", "yaml", "--show-managed-fields")));
        place("Jobs", Map.of("Jobs", STAGE.kubectl("get", "jobs", "-o", "yaml", "--show-managed-fields")));
        Map<String, String> pods = new LinkedHashMap<>();
        Map<String, String> endings = new LinkedHashMap<>();
        Map<String, String> logs = new LinkedHashMap<>();
        List<Pod> begun = STAGE.cluster().client().pods().inNamespace(STAGE.namespace()).list().getItems().stream()
                .filter(pod -> !"Pending".equals(pod.getStatus().getPhase())) // those of policies of other tests that find no node come and go
                .toList();
        for (Pod pod : begun) {
            String name = pod.getMetadata().getName();
            pods.put(name, STAGE.kubectl("get", "pod", name, "-o", "yaml"));
            endings.put(name, STAGE.kubectl("get", "pod", name, "-o", "jsonpath={.status.initContainerStatuses[*].state.terminated.message}{.status.containerStatuses[*].state.terminated.message}"));
            containers(pod).forEach(container -> logs.put(name + "/" + container, STAGE.kubectl("logs", name, "-c", container)));
        }
        place("Pods", pods);
        place("termination messages", endings);
        place("server's log", Map.of("postgres-0", logs.remove("postgres-0/postgres")));
        place("logs of migrations", filtered(logs, "/migrations"));
        place("logs of workers", filtered(logs, "/worker"));
        place("operator's log", Map.of("operator", STAGE.cluster().kubectl("-n", "remuda-system", "logs", "deployment/remuda")));
        place("bucket", objects());
    }

    private static void place(String name, Map<String, String> texts) {
        PLACES.put(name, texts);
    }

    /** Those that have begun, and so have a log: Pods of other tests may have waited for an image in vain. */
    private static List<String> containers(Pod pod) {
        return Stream.concat(pod.getStatus().getInitContainerStatuses().stream(), pod.getStatus().getContainerStatuses().stream())
                .filter(status -> status.getState().getRunning() != null
                        || status.getState().getTerminated() != null && status.getState().getTerminated().getStartedAt() != null)
                .map(ContainerStatus::getName)
                .toList();
    }

    private static Map<String, String> filtered(Map<String, String> logs, String container) {
        return logs.entrySet().stream().filter(log -> log.getKey().endsWith(container)).collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Their names, labels and contents, dumps as pg_dump wrote them. */
    private static Map<String, String> objects() {
        Map<String, String> objects = new LinkedHashMap<>();
        for (String name : List.of("uri", "key")) {
            for (String key : STAGE.bucket().keys(ended(name).getStatus().location().prefix())) {
                objects.put(key, key + STAGE.bucket().tags(key) + STAGE.bucket().head(key).metadata() + content(key));
            }
        }
        // The passwords' hashes are no business of a backup either.
        assertThat(objects).hasSizeGreaterThanOrEqualTo(6).allSatisfy((key, text) -> assertThat(text).as(key).doesNotContain("SCRAM-SHA-256"));
        assertThat(objects).anySatisfy((key, text) -> assertThat(text).contains("CREATE ROLE " + CANARY));
        assertThat(objects).anySatisfy((key, text) -> assertThat(text).contains("CREATE TABLE public." + CANARY));
        return objects;
    }

    private static String content(String key) {
        byte[] bytes = STAGE.bucket().read(key);
        try (var content = key.endsWith(".zst") ? new ZstdInputStream(new ByteArrayInputStream(bytes)) : new ByteArrayInputStream(bytes)) {
            return new String(content.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
