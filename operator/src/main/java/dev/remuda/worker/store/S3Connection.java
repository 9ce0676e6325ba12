package dev.remuda.worker.store;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import javax.xml.stream.XMLStreamException;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.S3Exception;

import dev.remuda.task.SecretFiles;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.MountedSecret;
import dev.remuda.worker.Patience;
import dev.remuda.worker.Stop;

/** Makes the SDK's client as a store needs it. */
final class S3Connection {
    private static final int CONFLICT = 409;

    /** A conflict between two writers. */
    private static final Set<String> CONFLICTS = Set.of("ConditionalRequestConflict", "OperationAborted");

    private S3Connection() {}

    /** @param attempts how often a request is tried in all */
    static S3Client open(StoreAccess access, Stop stop, int attempts) {
        Patience.Store patience = stop.patience().store();
        S3ClientBuilder builder = S3Client.builder()
                .credentialsProvider(access.secret() == null ? DefaultCredentialsProvider.builder().build() : fromSecret(access.secret()))
                .region(region(access))
                .forcePathStyle(access.forcePathStyle())
                // Checksums are computed by us, of parts and whole; the SDK's own go as trailers, which not every store takes.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(settings -> settings.chunkedEncodingEnabled(false))
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(patience.connect())
                        .socketTimeout(patience.silence()))
                .overrideConfiguration(override -> asked(access, override)
                        .apiCallAttemptTimeout(patience.attempt())
                        .apiCallTimeout(patience.call())
                        .retryStrategy(retries(patience, stop, attempts)));
        if (access.endpoint() == null) {
            builder.crossRegionAccessEnabled(true);
        } else {
            builder.endpointOverride(URI.create(access.endpoint()));
        }
        return builder.build();
    }

    /** What the store is asked for with whatever is written. */
    private static ClientOverrideConfiguration.Builder asked(StoreAccess access, ClientOverrideConfiguration.Builder override) {
        if (access.encryption() != null) {
            override.addExecutionInterceptor(new Encrypting(access.encryption()));
        }
        return access.lock() == null ? override : override.addExecutionInterceptor(new Locking(access.lock()));
    }

    private static StandardRetryStrategy retries(Patience.Store patience, Stop stop, int attempts) {
        return StandardRetryStrategy.builder()
                .maxAttempts(attempts)
                .backoffStrategy(pauses(patience.pause(), patience, stop))
                .throttlingBackoffStrategy(pauses(patience.pause().multipliedBy(2), patience, stop))
                .retryOnException(S3Connection::isMendable)
                // It keeps many clients from storming a store. Here is one, and a long upload over a bad line would use it up.
                .circuitBreakerEnabled(false)
                .build();
    }

    /** None once the worker is told to stop: its time is for cleaning up. */
    private static BackoffStrategy pauses(Duration first, Patience.Store patience, Stop stop) {
        BackoffStrategy pauses = BackoffStrategy.exponentialDelayHalfJitter(first, patience.longestPause());
        return attempt -> stop.requested() ? Duration.ZERO : pauses.computeDelay(attempt);
    }

    /** What another try may mend, though the SDK does not think so: bytes that changed on their way, or an answer that is cut off within its body. */
    private static boolean isMendable(Throwable e) {
        if (e instanceof S3Exception answer) {
            return S3Failures.isDamage(answer) || answer.statusCode() == CONFLICT && CONFLICTS.contains(S3Failures.code(answer));
        }
        return e instanceof SdkClientException && S3Failures.causes(e).anyMatch(cause -> cause instanceof IOException || cause instanceof XMLStreamException);
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
