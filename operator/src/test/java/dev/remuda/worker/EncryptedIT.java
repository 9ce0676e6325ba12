package dev.remuda.worker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

import dev.remuda.support.Bucket;
import dev.remuda.support.Folders;
import dev.remuda.support.MotoServer;
import dev.remuda.task.Reason;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StorageClass;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.StoreEncryption;
import dev.remuda.worker.store.Attributes;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.PartStream;
import dev.remuda.worker.store.S3ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Whatever is written is encrypted by the store as it was asked, and that is read back. */
class EncryptedIT {
    private static final Attributes DAILY = new Attributes("application/zstd", Map.of("policy", "p"), Optional.of("daily"), Optional.empty());
    private static final int MIB = 1024 * 1024;

    private final MotoServer moto = MotoServer.shared();
    private final String at = Bucket.freshPrefix();

    private StoreAccess access(String endpoint, StoreEncryption how) throws IOException {
        Path folder = Folders.temporary("s3");
        Files.writeString(folder.resolve("AWS_ACCESS_KEY_ID"), MotoServer.KEY_ID);
        Files.writeString(folder.resolve("AWS_SECRET_ACCESS_KEY"), MotoServer.KEY);
        return new StoreAccess(MotoServer.BUCKET, "us-east-1", endpoint, true, new SecretFiles("s3", folder.toString(), Map.of()), StoreAccess.Tagging.Auto, how, null, null);
    }

    private static void dump(ObjectStore store, String key) {
        PartStream parts = new PartStream(store.begin(key, DAILY), 5 * MIB);
        parts.write(new byte[MIB], 0, MIB);
        parts.complete();
    }

    @ParameterizedTest
    @CsvSource({"AES256,", "aws:kms,", "aws:kms,arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"})
    void dumpManifestAndCopyAreEncryptedAsAsked(String algorithm, String key) throws IOException {
        try (ObjectStore store = new S3ObjectStore(access(moto.endpoint(), new StoreEncryption(algorithm, key)), new Stop())) {
            dump(store, at + "data");
            store.putIfAbsent(at + "manifest.json", new byte[] {1}, "application/json", Map.of());
            store.put(at + "labels.json", new byte[] {1}, "application/json");
            for (String name : new String[] {"data", "manifest.json", "labels.json"}) {
                assertEncrypted(moto.bucket().head(at + name), algorithm, key);
            }
            store.copy(at + "data", store.head(at + "data").orElseThrow(), new Attributes("application/zstd", Map.of(), Optional.empty(), Optional.of(StorageClass.STANDARD_IA)));
            assertEncrypted(moto.bucket().head(at + "data"), algorithm, key);
        }
    }

    private static void assertEncrypted(HeadObjectResponse head, String algorithm, String key) {
        assertThat(head.serverSideEncryptionAsString()).isEqualTo(algorithm);
        if (key != null) {
            assertThat(head.ssekmsKeyId()).isEqualTo(key);
        }
    }

    @Test
    void aRealStoreEncryptsAndGivesBackWhatItWasGiven() {
        Shelf shelf = new Shelf();
        StoreAccess plain = shelf.access(StoreAccess.Tagging.Auto);
        StoreAccess access = new StoreAccess(plain.bucket(), plain.region(), plain.endpoint(), true, plain.secret(), plain.tagging(), new StoreEncryption("AES256", null), null, null);
        try (ObjectStore store = new S3ObjectStore(access, new Stop())) {
            dump(store, shelf.root + "data");
            assertThat(shelf.bucket.head(shelf.root + "data").serverSideEncryptionAsString()).isEqualTo("AES256");
            assertThat(shelf.bucket.read(shelf.root + "data")).hasSize(MIB).containsOnly(0);
        }
    }

    /** No store at hand takes the wish and forgets it, so here is one that knows the calls of one upload and nothing else. */
    @Test
    void aStoreThatTakesTheWishAndDoesNotGrantItIsNotBelieved() throws IOException {
        HttpServer forgetful = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        forgetful.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("ETag", "\"e\"");
            boolean begins = exchange.getRequestMethod().equals("POST") && exchange.getRequestURI().getQuery().startsWith("uploads");
            byte[] answer = (begins ? "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>" : "<CompleteMultipartUploadResult/>").getBytes(StandardCharsets.UTF_8);
            boolean speaks = exchange.getRequestMethod().equals("POST");
            exchange.sendResponseHeaders(200, speaks ? answer.length : -1);
            if (speaks) {
                exchange.getResponseBody().write(answer);
            }
            exchange.close();
        });
        forgetful.start();
        try (ObjectStore store = new S3ObjectStore(access("http:/" + forgetful.getAddress(), new StoreEncryption("aws:kms", "k")), new Stop())) {
            assertThatThrownBy(() -> dump(store, at + "data")).isInstanceOfSatisfying(WorkFailure.class, failure -> {
                assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec);
                assertThat(failure.getMessage()).contains("was to be encrypted by the store (aws:kms with key k) but is stored with none: correct storage.s3.serverSideEncryption");
            });
        } finally {
            forgetful.stop(0);
        }
    }
}
