package dev.remuda.worker.store;

import java.net.URI;
import java.time.Duration;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

import dev.remuda.task.SecretFiles;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.MountedSecret;

/** Makes the SDK's client as a store needs it. */
final class S3Connection {
    private static final int ATTEMPTS = 5;

    private S3Connection() {}

    static S3Client open(StoreAccess access) {
        S3ClientBuilder builder = S3Client.builder()
                .credentialsProvider(access.secret() == null ? DefaultCredentialsProvider.builder().build() : fromSecret(access.secret()))
                .region(region(access))
                .forcePathStyle(access.forcePathStyle())
                // Checksums are computed by us, of parts and whole; the SDK's own go as trailers, which not every store takes.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(settings -> settings.chunkedEncodingEnabled(false))
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(Duration.ofSeconds(10))
                        .socketTimeout(Duration.ofSeconds(60)))
                .overrideConfiguration(override -> override
                        // A stalled write has no timeout of its own.
                        .apiCallAttemptTimeout(Duration.ofMinutes(5))
                        .retryStrategy(StandardRetryStrategy.builder().maxAttempts(ATTEMPTS).build()));
        if (access.endpoint() == null) {
            builder.crossRegionAccessEnabled(true);
        } else {
            builder.endpointOverride(URI.create(access.endpoint()));
        }
        return builder.build();
    }

    private static Region region(StoreAccess access) {
        if (access.region() != null) {
            return Region.of(access.region());
        }
        if (access.endpoint() != null) {
            return Region.US_EAST_1;
        }
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion();
        } catch (SdkClientException e) {
            return Region.US_EAST_1; // nothing names one; AWS redirects to the bucket's own
        }
    }

    private static AwsCredentialsProvider fromSecret(SecretFiles files) {
        MountedSecret secret = new MountedSecret(files);
        String id = required(secret, "AWS_ACCESS_KEY_ID");
        String key = required(secret, "AWS_SECRET_ACCESS_KEY");
        AwsCredentials credentials = secret.find("AWS_SESSION_TOKEN", "AWS_SESSION_TOKEN").filter(token -> !token.isEmpty())
                .<AwsCredentials>map(token -> AwsSessionCredentials.create(id, key, token))
                .orElseGet(() -> AwsBasicCredentials.create(id, key));
        return StaticCredentialsProvider.create(credentials);
    }

    private static String required(MountedSecret secret, String key) {
        return secret.find(key, key).filter(value -> !value.isEmpty()).orElseThrow(() -> secret.missing("key " + key));
    }
}
