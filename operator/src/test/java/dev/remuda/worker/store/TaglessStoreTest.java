package dev.remuda.worker.store;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.remuda.support.Folders;
import dev.remuda.task.Reason;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StorageClass;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;
import dev.remuda.worker.store.ObjectStore.Stored;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A store that has no object tags, such as Cloudflare R2, or does not let the key set them: what it is asked then. */
class TaglessStoreTest {
    private static final Attributes WEEKLY = new Attributes("application/zstd", Map.of("policy", "a"), Optional.of("weekly"), Optional.empty());
    private static final Stored COOL = new Stored(5, "\"e\"", Optional.empty(), "STANDARD_IA");

    private record Asked(String what, Headers headers) {
        boolean aboutTags() {
            return what.endsWith("?tagging") || headers.containsKey("x-amz-tagging") || headers.containsKey("x-amz-tagging-directive");
        }
    }

    private final List<Asked> asked = new ArrayList<>();
    private HttpServer server;
    private S3ObjectStore store;
    private int refusal = 501;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        Path folder = Folders.temporary("s3");
        Files.writeString(folder.resolve("AWS_ACCESS_KEY_ID"), "id");
        Files.writeString(folder.resolve("AWS_SECRET_ACCESS_KEY"), "key");
        String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
        store = new S3ObjectStore(
                new StoreAccess("b", null, endpoint, true, new SecretFiles("s3", folder.toString(), Map.of()), StoreAccess.Tagging.Auto), new Stop());
    }

    @AfterEach
    void stop() {
        store.close();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        Asked request = new Asked(exchange.getRequestMethod() + " " + exchange.getRequestURI(), exchange.getRequestHeaders());
        asked.add(request);
        exchange.getRequestBody().readAllBytes();
        String code = refusal == 501 ? "NotImplemented" : "AccessDenied";
        String body = request.aboutTags()
                ? "<Error><Code>" + code + "</Code></Error>"
                : "<Result><ETag>e</ETag><UploadId>u</UploadId></Result>";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(request.aboutTags() ? refusal : 200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Test
    void relabelsByACopyInPlaceThatKeepsTheClass() {
        store.relabel("k", COOL, WEEKLY);

        assertThat(asked).extracting(Asked::what).containsExactly("PUT /b/k?tagging", "PUT /b/k");
        assertThat(asked.getLast().headers()).containsEntry("X-amz-copy-source", List.of("b/k"))
                .containsEntry("X-amz-copy-source-if-match", List.of("\"e\""))
                .containsEntry("X-amz-metadata-directive", List.of("REPLACE"))
                .containsEntry("X-amz-meta-remuda-tier", List.of("weekly"))
                .containsEntry("X-amz-meta-remuda-policy", List.of("a"))
                .containsEntry("X-amz-storage-class", List.of("STANDARD_IA"));
    }

    @Test
    void isAskedForTagsOnceOnly() {
        store.relabel("k", COOL, WEEKLY);
        asked.clear();

        store.relabel("k", COOL, WEEKLY);
        store.begin("k", WEEKLY);

        assertThat(asked).hasSize(2).noneMatch(Asked::aboutTags);
        assertThat(asked.getLast().headers()).containsEntry("X-amz-meta-remuda-tier", List.of("weekly"));
    }

    @Test
    void aCopyToAnotherClassIsMadeWithoutTags() {
        store.copy("k", COOL, new Attributes("application/zstd", Map.of("policy", "a"), Optional.of("monthly"), Optional.of(StorageClass.GLACIER)));

        assertThat(asked).hasSize(2);
        assertThat(asked.getFirst().aboutTags()).isTrue();
        assertThat(asked.getFirst().headers()).doesNotContainKey("X-amz-meta-remuda-tier");
        assertThat(asked.getLast().headers()).containsEntry("X-amz-meta-remuda-tier", List.of("monthly"))
                .containsEntry("X-amz-storage-class", List.of("GLACIER"));
    }

    @Test
    void whatIsArchivedIsNotCopiedForALabel() {
        store.relabel("k", new Stored(5, "\"e\"", Optional.empty(), "GLACIER"), WEEKLY);

        assertThat(asked).extracting(Asked::what).containsExactly("PUT /b/k?tagging");
    }

    @Test
    void aKeyThatMayNotTagIsToldSo() {
        refusal = 403;

        assertThatThrownBy(() -> store.relabel("k", COOL, WEEKLY)).isInstanceOfSatisfying(WorkFailure.class, failure -> {
            assertThat(failure.reason()).isEqualTo(Reason.StorageAccessDenied);
            assertThat(failure.getMessage()).contains("s3:PutObjectTagging", "tagging is Disabled");
        });
        assertThat(asked).hasSize(1);
    }
}
