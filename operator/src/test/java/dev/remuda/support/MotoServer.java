package dev.remuda.support;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.awaitility.Awaitility;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * moto on the loopback interface: an S3 store in memory that has archives. What is in GLACIER or DEEP_ARCHIVE cannot be read until it was
 * restored. It takes any credentials and does not keep what it does not know, so all else is tested on {@link SeaweedServer}.
 */
public final class MotoServer {
    public static final String BUCKET = "remuda-archives";
    public static final String KEY_ID = "any";
    public static final String KEY = "any";

    private static MotoServer shared;

    private final int port = ApiServer.freePort();
    private final Bucket bucket = new Bucket(endpoint(), KEY_ID, KEY, BUCKET);

    private MotoServer() {}

    public static synchronized MotoServer shared() {
        if (shared == null) {
            MotoServer server = new MotoServer();
            server.run();
            server.bucket.create();
            shared = server;
        }
        return shared;
    }

    public int port() {
        return port;
    }

    public String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    public Bucket bucket() {
        return bucket;
    }

    /** An object is restored as soon as it was asked for, as at first. */
    public void restoreAtOnce() {
        restore("{\"progression\": \"immediate\"}");
    }

    /** An object whose restore was asked for is under way when it is looked at first, and restored when it is looked at again. */
    public void restoreInSteps() {
        restore("{\"progression\": \"manual\", \"times\": 1}");
    }

    /** What was seen under way stays so. */
    public void holdRestores() {
        restore("{\"progression\": \"time\", \"seconds\": 86400}");
    }

    private void restore(String transition) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(endpoint() + "/moto-api/state-manager/set-transition"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"model_name\": \"s3::keyrestore\", \"transition\": " + transition + "}"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 201) {
                throw new IllegalStateException(request.uri() + " answered " + response.statusCode() + ": " + response.body());
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void run() {
        try {
            Started program = Started.program(
                    List.of(Folders.tool("moto_server").toString(), "--host", "127.0.0.1", "--port", Integer.toString(port)), Map.of(), Folders.log("moto"));
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> answers(program));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean answers(Started program) {
        if (!program.isAlive()) {
            throw new IllegalStateException("moto did not start:\n" + program.output());
        }
        try {
            bucket.client().listBuckets();
            return true;
        } catch (SdkException e) {
            return false;
        }
    }
}
