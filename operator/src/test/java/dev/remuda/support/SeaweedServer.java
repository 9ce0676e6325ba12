package dev.remuda.support;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.Tag;

/** A real SeaweedFS on a loopback address of its own, with its usual ports. */
public final class SeaweedServer implements AutoCloseable {
    public static final String KEY_ID = "remuda-tests";
    public static final String KEY = "a-key-of-the-tests-0123456789";

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static SeaweedServer shared;

    private final String address;
    private final Path folder;
    private final List<String> more;
    private Started program;
    private final S3Client client;

    private SeaweedServer(String address, Path folder, List<String> more) {
        this.address = address;
        this.folder = folder;
        this.more = more;
        this.client = S3Client.builder()
                .endpointOverride(URI.create(endpoint()))
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY_ID, KEY)))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    public static synchronized SeaweedServer shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    /** One that a test may kill or fill. */
    public static SeaweedServer start(String... more) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String address = "127." + random.nextInt(1, 255) + "." + random.nextInt(1, 255) + "." + random.nextInt(1, 255);
        SeaweedServer server = new SeaweedServer(address, Folders.temporary("seaweed"), List.of(more));
        server.run();
        return server;
    }

    public String endpoint() {
        return "http://" + address + ":8333";
    }

    public S3Client client() {
        return client;
    }

    public String createBucket() {
        String name = "bucket-" + NUMBER.incrementAndGet();
        client.createBucket(request -> request.bucket(name));
        return name;
    }

    public List<String> keys(String bucket) {
        return client.listObjectsV2Paginator(request -> request.bucket(bucket)).contents().stream().map(S3Object::key).toList();
    }

    public List<String> unfinished(String bucket) {
        return client.listMultipartUploads(request -> request.bucket(bucket)).uploads().stream().map(MultipartUpload::key).toList();
    }

    public List<String> tags(String bucket, String key) {
        return client.getObjectTagging(request -> request.bucket(bucket).key(key)).tagSet().stream().map(SeaweedServer::text).sorted().toList();
    }

    /** As if its machine lost power. */
    public void kill() {
        program.handle().destroyForcibly();
        Awaitility.await().until(() -> !program.isAlive());
    }

    /** With the data it had. */
    public void run() {
        try {
            Path log = Files.createTempFile("remuda-seaweed", ".log");
            log.toFile().deleteOnExit();
            List<String> usual = List.of(
                    Folders.tool("weed").toString(), "mini", "-dir=" + folder, "-ip=" + address, "-ip.bind=" + address, "-s3.port=8333",
                    "-s3.port.iceberg=0", "-s3.port.lance=0", "-admin.ui=false", "-webdav=false", "-master.telemetry=false",
                    "-master.volumeSizeLimitMB=64", "-s3.autoCreateBucket=false");
            program = Started.program(
                    java.util.stream.Stream.concat(usual.stream(), more.stream()).toList(),
                    Map.of("AWS_ACCESS_KEY_ID", KEY_ID, "AWS_SECRET_ACCESS_KEY", KEY, "GOMEMLIMIT", "300MiB"), log);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(this::answers);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean answers() {
        if (!program.isAlive()) {
            throw new IllegalStateException("SeaweedFS did not start:\n" + program.output());
        }
        try {
            client.listBuckets();
            return true;
        } catch (SdkException e) {
            return false;
        }
    }

    private static String text(Tag tag) {
        return tag.key() + "=" + tag.value();
    }

    @Override
    public void close() {
        program.close();
    }
}
