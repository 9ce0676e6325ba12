import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** As much of S3 as the Backup of {@link Training} asks for: it believes everybody, and every upload is of one part. */
final class TrainingStore implements AutoCloseable {
    private static final String CHECKSUM = "x-amz-checksum-crc64nvme";
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int PARTIAL = 206;
    private static final int NOT_FOUND = 404;

    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final Map<String, String> checksums = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    private TrainingStore(HttpServer server) {
        this.server = server;
    }

    static TrainingStore start(InetSocketAddress address) throws IOException {
        TrainingStore store = new TrainingStore(HttpServer.create(address, 0));
        store.server.createContext("/", store::answer);
        store.server.setExecutor(store.threads);
        store.server.start();
        return store;
    }

    String endpoint() {
        return "http:/" + server.getAddress();
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String key = exchange.getRequestURI().getPath();
        String query = exchange.getRequestURI().getQuery() == null ? "" : exchange.getRequestURI().getQuery();
        String checksum = exchange.getRequestHeaders().getFirst(CHECKSUM);
        if (checksum != null) {
            checksums.put(key, checksum);
        }
        exchange.getResponseHeaders().set("ETag", "\"training\"");
        switch (exchange.getRequestMethod()) {
            case "POST" -> send(exchange, OK, query.startsWith("uploads") ? begun() : ended(checksum));
            case "PUT" -> put(exchange, key, body);
            case "DELETE" -> send(exchange, NO_CONTENT, new byte[0]);
            default -> get(exchange, key, query);
        }
    }

    private static byte[] begun() {
        return xml("InitiateMultipartUploadResult", "<UploadId>training</UploadId>");
    }

    private static byte[] ended(String checksum) {
        return xml("CompleteMultipartUploadResult", "<ETag>training</ETag>"
                + (checksum == null ? "" : "<ChecksumCRC64NVME>" + checksum + "</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>"));
    }

    private void put(HttpExchange exchange, String key, byte[] body) throws IOException {
        objects.put(key, body);
        send(exchange, OK, new byte[0]);
    }

    private void get(HttpExchange exchange, String key, String query) throws IOException {
        byte[] content = objects.get(key);
        if (query.startsWith("uploads")) {
            send(exchange, OK, xml("ListMultipartUploadsResult", "<IsTruncated>false</IsTruncated>"));
        } else if (content == null) {
            send(exchange, NOT_FOUND, xml("Error", "<Code>NoSuchKey</Code>"));
        } else {
            Headers headers = exchange.getResponseHeaders();
            headers.set(CHECKSUM, checksums.getOrDefault(key, ""));
            headers.set("x-amz-checksum-type", "FULL_OBJECT");
            String range = exchange.getRequestHeaders().getFirst("Range");
            send(exchange, range == null ? OK : PARTIAL, range == null ? content : part(content, range, headers));
        }
    }

    private static byte[] part(byte[] content, String range, Headers headers) {
        String[] ends = range.substring("bytes=".length()).split("-");
        int from = Integer.parseInt(ends[0]);
        int to = Math.min(content.length - 1, Integer.parseInt(ends[1]));
        headers.set("Content-Range", "bytes " + from + "-" + to + "/" + content.length);
        return Arrays.copyOfRange(content, from, to + 1);
    }

    private static void send(HttpExchange exchange, int code, byte[] content) throws IOException {
        try (exchange) {
            boolean head = "HEAD".equals(exchange.getRequestMethod());
            if (head) {
                exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
            }
            exchange.sendResponseHeaders(code, head || content.length == 0 ? -1 : content.length);
            if (!head && content.length > 0) {
                exchange.getResponseBody().write(content);
            }
        }
    }

    private static byte[] xml(String name, String content) {
        return ("<" + name + ">" + content + "</" + name + ">").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
