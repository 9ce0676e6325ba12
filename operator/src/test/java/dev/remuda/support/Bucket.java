package dev.remuda.support;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.Tag;

/** A bucket as a test looks into it, past all code of ours. */
public final class Bucket {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final S3Client client;
    private final String name;

    public Bucket(String endpoint, String keyId, String key, String name) {
        this.name = name;
        this.client = S3Client.builder()
                .endpointOverride(URI.create(endpoint))
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(keyId, key)))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    public S3Client client() {
        return client;
    }

    public String name() {
        return name;
    }

    public void create() {
        client.createBucket(request -> request.bucket(name));
    }

    /** A key prefix of its own in the one bucket: SeaweedFS sets volumes aside for each bucket and runs out of them. */
    public static String freshPrefix() {
        return "backups/" + NUMBER.incrementAndGet() + "/";
    }

    public List<String> keys(String prefix) {
        return client.listObjectsV2Paginator(request -> request.bucket(name).prefix(prefix)).contents().stream().map(S3Object::key).toList();
    }

    /** What is under a prefix, told apart by its content and the moment it was written. */
    public Map<String, String> contents(String prefix) {
        return client.listObjectsV2Paginator(request -> request.bucket(name).prefix(prefix)).contents().stream()
                .collect(Collectors.toMap(S3Object::key, object -> object.eTag() + " " + object.lastModified()));
    }

    public List<MultipartUpload> unfinished(String prefix) {
        return client.listMultipartUploads(request -> request.bucket(name).prefix(prefix)).uploads();
    }

    /** How many parts of unfinished uploads are stored. */
    public int parts(String prefix) {
        return unfinished(prefix).stream()
                .mapToInt(upload -> client.listParts(request -> request.bucket(name).key(upload.key()).uploadId(upload.uploadId()))
                        .parts()
                        .size())
                .sum();
    }

    public List<String> tags(String key) {
        return client.getObjectTagging(request -> request.bucket(name).key(key)).tagSet().stream().map(Bucket::text).sorted().toList();
    }

    public HeadObjectResponse head(String key) {
        return client.headObject(request -> request.bucket(name).key(key).checksumMode(ChecksumMode.ENABLED));
    }

    /** Begins an upload that nobody will complete. */
    public void begin(String key) {
        client.createMultipartUpload(request -> request.bucket(name).key(key));
    }

    public byte[] read(String key) {
        return client.getObjectAsBytes(request -> request.bucket(name).key(key)).asByteArray();
    }

    /** Into a temporary file. */
    public Path download(String key) {
        Path file = Folders.temporary("download").resolve("object");
        client.getObject(request -> request.bucket(name).key(key), file);
        return file;
    }

    public void write(String key, byte[] bytes) {
        client.putObject(request -> request.bucket(name).key(key), RequestBody.fromBytes(bytes));
    }

    public void delete(String key) {
        client.deleteObject(request -> request.bucket(name).key(key));
    }

    private static String text(Tag tag) {
        return tag.key() + "=" + tag.value();
    }
}
