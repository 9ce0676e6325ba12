package dev.remuda.worker;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.support.ApiServer;
import dev.remuda.support.Bucket;
import dev.remuda.support.Folders;
import dev.remuda.support.Started;
import dev.remuda.task.Reason;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StorageClass;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.store.Attributes;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.PartStream;
import dev.remuda.worker.store.S3ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;

/** The policy in docs/storage.md, enforced by moto as IAM would: it suffices for all that a worker asks of a store, and no line of it is idle. */
class S3RightsIT {
    private static final String BUCKET = "horse-racing-backups";
    private static final String POLICY = policy();
    private static final int PORT = ApiServer.freePort();
    private static final String ENDPOINT = "http://127.0.0.1:" + PORT;
    private static final int MIB = 1024 * 1024;
    private static final Map<String, StoreAccess> USERS = new LinkedHashMap<>();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final AtomicInteger ROUNDS = new AtomicInteger();
    private static Started moto;

    /** In this order, for one leaves what the next needs. */
    private static final Map<String, BiConsumer<ObjectStore, String>> WORK = new LinkedHashMap<>();

    static {
        Attributes daily = new Attributes("application/zstd", Map.of("policy", "p"), Optional.of("daily"), Optional.empty());
        WORK.put("store a dump", (store, at) -> {
            PartStream parts = new PartStream(store.begin(at + "data", daily), 5 * MIB);
            parts.write(new byte[MIB], 0, MIB);
            parts.complete();
        });
        WORK.put("look at it", (store, at) -> store.head(at + "data"));
        WORK.put("read it", (store, at) -> store.read(at + "data", store.head(at + "data").orElseThrow().etag(), 0, new byte[10], 10));
        WORK.put("store a manifest", (store, at) -> store.putIfAbsent(at + "manifest.json", new byte[] {1}, "application/json", Map.of()));
        WORK.put("list", (store, at) -> store.list(at));
        WORK.put("relabel", (store, at) -> store.relabel(
                at + "data", store.head(at + "data").orElseThrow(), new Attributes("application/zstd", Map.of("policy", "p"), Optional.of("weekly"), Optional.empty())));
        WORK.put("move to an archive", (store, at) -> store.copy(
                at + "data", store.head(at + "data").orElseThrow(),
                new Attributes("application/zstd", Map.of("policy", "p"), Optional.of("monthly"), Optional.of(StorageClass.GLACIER))));
        WORK.put("ask it back", (store, at) -> store.askBack(at + "data", 3, "Bulk"));
        WORK.put("look for unfinished uploads", (store, at) -> store.unfinished(at));
        WORK.put("end an upload", (store, at) -> store.begin(at + "other", daily).abort());
        WORK.put("delete", (store, at) -> store.delete(at + "manifest.json"));
    }

    private static String policy() {
        try {
            String page = Files.readString(Folders.repository().resolve("docs/storage.md"));
            int from = page.indexOf("```json\n{\n  \"Version\"") + "```json\n".length();
            return page.substring(from, page.indexOf("```", from));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> actions() {
        return Stream.of(POLICY.split("\"")).filter(word -> word.startsWith("s3:")).toList();
    }

    @BeforeAll
    static void usersWithAllRightsAndUsersWithAllButOne() throws Exception {
        moto = Started.program(
                List.of(Folders.tool("moto_server").toString(), "--host", "127.0.0.1", "--port", Integer.toString(PORT)),
                Map.of("INITIAL_NO_AUTH_ACTION_COUNT", "1000000"), Folders.log("moto-iam"));
        Bucket bucket = new Bucket(ENDPOINT, "any", "any", BUCKET);
        Awaitility.await().ignoreExceptions().until(() -> {
            bucket.create();
            return true;
        });
        user("all", POLICY);
        for (String action : actions()) {
            user(action, POLICY.replaceFirst("\"" + action + "\", |, \"" + action + "\"", ""));
        }
        HTTP.send(HttpRequest.newBuilder(URI.create(ENDPOINT + "/moto-api/reset-auth")).POST(BodyPublishers.ofString("0")).build(), BodyHandlers.discarding());
    }

    @AfterAll
    static void end() {
        moto.kill();
    }

    private static void user(String name, String policy) throws Exception {
        String id = "user-" + USERS.size();
        iam("CreateUser&UserName=" + id);
        iam("PutUserPolicy&UserName=" + id + "&PolicyName=p&PolicyDocument=" + URLEncoder.encode(policy, StandardCharsets.UTF_8));
        String key = iam("CreateAccessKey&UserName=" + id);
        Path folder = Folders.temporary("iam");
        Files.writeString(folder.resolve("AWS_ACCESS_KEY_ID"), between(key, "AccessKeyId"));
        Files.writeString(folder.resolve("AWS_SECRET_ACCESS_KEY"), between(key, "SecretAccessKey"));
        USERS.put(name, new StoreAccess(BUCKET, "us-east-1", ENDPOINT, true, new SecretFiles("s3", folder.toString(), Map.of()), StoreAccess.Tagging.Auto));
    }

    private static String iam(String action) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(ENDPOINT + "/"))
                .header("Authorization", "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=any")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("Version=2010-05-08&Action=" + action))
                .build();
        var answer = HTTP.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static String between(String xml, String tag) {
        return xml.substring(xml.indexOf("<" + tag + ">") + tag.length() + 2, xml.indexOf("</" + tag + ">"));
    }

    /** What is refused to that user, and why. */
    private static Map<String, String> refused(String user) {
        Map<String, String> refused = new LinkedHashMap<>();
        String at = "production/" + ROUNDS.incrementAndGet() + "/";
        try (ObjectStore store = new S3ObjectStore(USERS.get(user), new Stop())) {
            WORK.forEach((what, work) -> {
                try {
                    work.accept(store, at);
                } catch (WorkFailure e) {
                    refused.put(what, e.reason() + ": " + e.getMessage());
                } catch (NoSuchElementException e) {
                    refused.put(what, "there is nothing, for what comes before was refused");
                }
            });
        }
        return refused;
    }

    @Test
    void thePolicySufficesForEverything() {
        assertThat(refused("all")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("actions")
    void withoutAnyOneOfThemSomethingIsRefused(String action) {
        assertThat(refused(action).values()).as("without " + action).anyMatch(why -> why.startsWith(Reason.StorageAccessDenied.name()));
    }
}
