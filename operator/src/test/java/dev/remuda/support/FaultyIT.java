package dev.remuda.support;

import java.net.ConnectException;
import java.net.Socket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

import dev.remuda.support.FaultyLink.Direction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The faults are those that they are said to be, as a client without retries sees them. */
class FaultyIT {
    private static final int MIB = 1024 * 1024;

    private final SeaweedServer seaweed = SeaweedServer.shared();
    private final Bucket bucket = seaweed.bucket();
    private final FaultyStore store = FaultyStore.before(seaweed);
    private final String key = Bucket.freshPrefix() + "object";
    private final byte[] bytes = new byte[9 * MIB];
    private final S3Client client = S3Client.builder()
            .endpointOverride(java.net.URI.create(store.endpoint()))
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(SeaweedServer.KEY_ID, SeaweedServer.KEY)))
            .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofSeconds(2)))
            .overrideConfiguration(override -> override.retryStrategy(DefaultRetryStrategy.doNotRetry()))
            .build();

    FaultyIT() {
        new Random(1).nextBytes(bytes);
    }

    @AfterEach
    void close() {
        client.close();
        store.close();
    }

    private void put() {
        client.putObject(request -> request.bucket(bucket.name()).key(key), RequestBody.fromBytes(bytes));
    }

    private byte[] get() {
        return client.getObjectAsBytes(request -> request.bucket(bucket.name()).key(key)).asByteArray();
    }

    @Test
    void withoutRulesItIsTheStore() {
        put();

        assertThat(get()).isEqualTo(bytes);
        assertThat(bucket.read(key)).isEqualTo(bytes);
        assertThat(store.requests()).containsExactly(new S3Call.Request(S3Call.PutObject, key, 0), new S3Call.Request(S3Call.GetObject, key, 0));
    }

    @Test
    void answersForTheFirstOfACall() {
        FaultRule slow = store.on(S3Call.PutObject).key("object").first(2).then(Fault.answer(503, "SlowDown"));

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(this::put).isInstanceOfSatisfying(S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(503));
        }
        assertThat(bucket.keys(key)).isEmpty();
        put();
        assertThat(slow.befallen()).isEqualTo(2);
        assertThat(bucket.read(key)).isEqualTo(bytes);
    }

    @Test
    void anAnswerIsLostAfterTheWork() {
        store.on(S3Call.PutObject).from(1).first(1).then(Fault.answerLost());
        store.on(S3Call.DeleteObject).then(Fault.doneBut(500, "InternalError"));

        assertThatThrownBy(this::put).isInstanceOf(SdkException.class).isNotInstanceOf(S3Exception.class);
        assertThat(bucket.read(key)).isEqualTo(bytes);
        assertThatThrownBy(() -> client.deleteObject(request -> request.bucket(bucket.name()).key(key)))
                .isInstanceOfSatisfying(S3Exception.class, e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("InternalError"));
        assertThat(bucket.keys(key)).isEmpty();
    }

    @Test
    void bodiesBreakOnTheirWay() {
        store.on(S3Call.PutObject).first(1).then(Fault.resetRequest(5 * MIB));
        assertThatThrownBy(this::put).isInstanceOf(SdkException.class);
        assertThat(bucket.keys(key)).isEmpty();

        store.on(S3Call.PutObject).first(1).then(Fault.flipRequest(7 * MIB));
        assertThatThrownBy(this::put).as("the signature covers the body").isInstanceOf(S3Exception.class);

        put();
        for (Fault broken : List.of(Fault.resetResponse(MIB), Fault.cutResponse(MIB), Fault.stallResponse(MIB))) {
            store.on(S3Call.GetObject).first(1).then(broken);
            assertThatThrownBy(this::get).as(broken.toString()).isInstanceOf(SdkException.class);
        }
        store.on(S3Call.GetObject).first(1).then(Fault.flipResponse(MIB));
        byte[] flipped = get();
        flipped[MIB] ^= 1;
        assertThat(flipped).isEqualTo(bytes);
    }

    @Test
    void holdsUntilReleased() {
        CountDownLatch released = new CountDownLatch(1);
        FaultRule held = store.on(S3Call.PutObject).then(Fault.hold(released));
        CompletableFuture<Void> put = CompletableFuture.runAsync(this::put);
        Awaitility.await().until(() -> held.befallen() == 1);

        assertThat(bucket.keys(key)).isEmpty();
        released.countDown();

        put.join();
        assertThat(bucket.read(key)).isEqualTo(bytes);
    }

    @Test
    void chanceIsTheSameForASeed() {
        List<Boolean> first = chances();
        assertThat(first).contains(true, false).isEqualTo(chances());
    }

    private static List<Boolean> chances() {
        FaultRule rule = new FaultRule(null, _ -> {}).chance(0.5, 7);
        return java.util.stream.IntStream.range(0, 50).mapToObj(_ -> rule.befalls(new S3Call.Request(S3Call.PutObject, "k", 0))).toList();
    }

    @Test
    void aStoreThatIsDownComesBackAtTheSameAddress() {
        store.down();
        assertThatThrownBy(this::put).hasRootCauseInstanceOf(ConnectException.class);

        store.up();
        put();
        assertThat(bucket.read(key)).isEqualTo(bytes);
    }

    @Test
    void aLinkBreaksStallsAndRefuses() throws Exception {
        PostgresServer server = PostgresServer.shared();
        try (FaultyLink link = FaultyLink.to(server)) {
            try (Connection connection = connect(link); Statement statement = connection.createStatement()) {
                assertThat(statement.execute("SELECT 1")).isTrue();
                link.resetAfter(Direction.ToClient, 100_000);
                assertThatThrownBy(() -> statement.execute("SELECT repeat('x', 1000) FROM generate_series(1, 10000)")).isInstanceOf(SQLException.class);
            }
            try (Connection connection = connect(link); Statement statement = connection.createStatement()) {
                link.stall();
                CompletableFuture<Boolean> asked = CompletableFuture.supplyAsync(() -> one(statement));
                assertThat(asked).isNotDone();
                link.resume();
                assertThat(asked.join()).isTrue();
                link.refuse();
                assertThatThrownBy(() -> new Socket(link.host(), link.port()).close()).isInstanceOf(ConnectException.class);
                assertThat(one(statement)).as("it goes on").isTrue();
            }
            link.admit();
            connect(link).close();
        }
    }

    private static boolean one(Statement statement) {
        try {
            return statement.execute("SELECT 1");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Connection connect(FaultyLink link) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://" + link.host() + ":" + link.port() + "/postgres", "postgres", PostgresServer.PASSWORD);
    }
}
