package dev.remuda.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.Map;

import io.fabric8.kubernetes.api.model.Service;

/** A way from the stage's Pods to its servers that leads through this machine, where a test can spoil it. */
public final class Detour implements AutoCloseable {
    private static final int S3 = 8333;
    private static final int POSTGRES = 5432;

    private final FaultyStore store;
    private final FaultyLink database;

    public Detour(Stage stage) {
        store = FaultyStore.before("http://" + address(stage, "seaweedfs") + ":" + S3, here());
        database = FaultyLink.to(address(stage, "postgres"), POSTGRES, here());
    }

    public FaultyStore store() {
        return store;
    }

    public FaultyLink database() {
        return database;
    }

    /** What stands otherwise in the example's policy when its Jobs take this way. */
    public Map<String, String> changes() {
        return Map.of(
                "http://seaweedfs:8333", store.endpoint(),
                "host: postgres                       # any PostgreSQL that Pods can reach: a Service, RDS, Railway…", "host: " + database.host() + "\n    port: " + database.port());
    }

    @Override
    public void close() {
        store.close();
        database.close();
    }

    private static String address(Stage stage, String service) {
        Service found = stage.cluster().client().services().inNamespace(stage.namespace()).withName(service).get();
        return found.getSpec().getClusterIP();
    }

    /** This machine's end of the cable to the node, with any port. */
    public static InetSocketAddress here() {
        try {
            String address = Files.readAllLines(Folders.repository().resolve(".cluster/network")).stream()
                    .filter(line -> line.startsWith("HOST_IP="))
                    .findFirst()
                    .orElseThrow()
                    .substring("HOST_IP=".length());
            return new InetSocketAddress(InetAddress.getByName(address), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
