package dev.remuda.support;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * A real SeaweedFS on a loopback address of its own. The ports are its own too: SeaweedFS names its local sockets in the temporary folder by
 * port alone, and the second of two with one port silently takes the first one's.
 */
public final class SeaweedServer implements AutoCloseable {
    public static final String BUCKET = "remuda-tests";
    public static final String KEY_ID = "remuda-tests";
    public static final String KEY = "a-key-of-the-tests-0123456789";

    /** No two servers have the same: whatever its address, each has sockets in /tmp that are named by its ports alone. */
    private static final AtomicInteger PORTS = new AtomicInteger(ThreadLocalRandom.current().nextInt(1000, 2000) * 10);

    private static SeaweedServer shared;

    private final String address;
    private final int port = PORTS.getAndAdd(10);
    private final Path folder;
    private final List<String> more;
    private Started program;
    private final Bucket bucket;

    private SeaweedServer(String address, Path folder, List<String> more) {
        this.address = address;
        this.folder = folder;
        this.more = more;
        this.bucket = new Bucket(endpoint(), KEY_ID, KEY, BUCKET);
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
        server.bucket.create();
        return server;
    }

    public String endpoint() {
        return "http://" + address + ":" + port;
    }

    public Bucket bucket() {
        return bucket;
    }

    /** As if its machine lost power. */
    public void kill() {
        program.kill();
    }

    /** With the data it had. */
    public void run() {
        try {
            Path log = Folders.log("seaweed");
            List<String> usual = List.of(
                    Folders.tool("weed").toString(), "mini", "-dir=" + folder, "-ip=" + address, "-ip.bind=" + address, "-s3.port=" + port, "-master.port=" + (port + 1),
                    "-volume.port=" + (port + 2), "-filer.port=" + (port + 3), "-admin.port=" + (port + 4),
                    "-s3.port.iceberg=0", "-s3.port.lance=0", "-admin.ui=false", "-webdav=false", "-master.telemetry=false",
                    "-master.volumeSizeLimitMB=64", "-s3.autoCreateBucket=false");
            program = Started.program(
                    Stream.concat(usual.stream(), more.stream()).toList(),
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
            bucket.client().listBuckets();
            return true;
        } catch (SdkException e) {
            return false;
        }
    }

    @Override
    public void close() {
        program.kill();
    }
}
