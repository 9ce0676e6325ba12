package dev.remuda.worker;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.remuda.support.Fault;
import dev.remuda.support.FaultRule;
import dev.remuda.support.FaultyStore;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.support.S3Call;
import dev.remuda.support.SeaweedServer;
import dev.remuda.task.BackupResult;
import dev.remuda.task.Compression;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.Result;

import static org.assertj.core.api.Assertions.assertThat;

/** A restore from a store that fails: every byte is the right one, or the target is as it was. */
class RestoreFaultIT {
    private final Bench bench = new Bench();
    private final PostgresServer postgres = bench.postgres;
    private final FaultyStore store = FaultyStore.before(bench.store);
    private final String database = Racing.create(postgres);
    private final List<String> before = Racing.checksums(postgres, database);
    private final RestoreTask task;

    RestoreFaultIT() {
        bench.patience = StoreFaultIT.SHORT;
        postgres.run(database, "CREATE TABLE notes AS SELECT repeat('a', 1000) AS note FROM generate_series(1, 4000)"); // most of the dump
        // Without compression nothing but Remuda's own checksum notices a byte that has changed.
        assertThat(bench.run(bench.backup(bench.database(database), bench.access(), new Compression(Compression.Algorithm.None, 0)))).isInstanceOf(BackupResult.class);
        bench.endpoint = store.endpoint();
        task = bench.restore(database, RestoreStrategy.Swap, database);
    }

    @BeforeEach
    void damage() {
        postgres.run(database, "UPDATE horses SET born = NULL");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void comesBack() {
        Result result = bench.run(task);
        assertThat(result).isInstanceOf(RestoreResult.class);
        bench.run(bench.switching(task, database));
        assertThat(Racing.checksums(postgres, database)).isEqualTo(before);
    }

    private void fails(Reason reason, String... words) {
        FailureResult failure = bench.failed(task);
        assertThat(failure.reason()).as(failure.message()).isEqualTo(reason);
        assertThat(failure.message()).contains(words).doesNotContain(SeaweedServer.KEY, PostgresServer.PASSWORD);
        bench.requireNoSideDatabases();
        assertThat(postgres.ask(database, "SELECT count(born) FROM horses")).as("the target is as it was").containsExactly("0");
        store.heal();
        comesBack();
    }

    static Stream<Fault> passing() {
        return Stream.of(
                Fault.answer(503, "SlowDown"), Fault.cutResponse(100_000), Fault.resetResponse(100_000), Fault.stallResponse(100_000), Fault.answerLost(), Fault.flipResponse(100_000));
    }

    /** The first bytes of a dump are read for its proof. */
    @ParameterizedTest
    @MethodSource("passing")
    void theDumpIsReadAgain(Fault fault) {
        FaultRule rule = store.on(S3Call.GetObject).key("data.dump").first(1).then(fault);

        comesBack();

        assertThat(rule.befallen()).isOne();
    }

    @Test
    void aDumpThatIsReadWrongEachTime() {
        store.on(S3Call.GetObject).key("data.dump").then(Fault.flipResponse(100_000));

        fails(Reason.ChecksumMismatch, "has SHA-256", "restore another backup");
    }

    /** Once for the proof, once to try the schema out, and then for good. */
    @Test
    void aDumpThatIsReadWrongAfterItWasProved() {
        store.on(S3Call.GetObject).key("data.dump").from(3).then(Fault.flipResponse(2_500_000));

        fails(Reason.ChecksumMismatch, "was whole when it was proved, and damaged on its way");
    }

    @Test
    void aStoreThatIsThrottledForGood() {
        store.on(S3Call.GetObject).key("data.dump").from(3).then(Fault.answer(503, "SlowDown"));

        fails(Reason.StorageThrottled, "503 SlowDown while reading s3://remuda-tests/" + bench.prefix + "data.dump");
    }

    @ParameterizedTest
    @CsvSource({"HeadObject, s3:GetObject", "GetObject, s3:GetObject"})
    void aRightThatIsMissing(S3Call call, String right) {
        store.on(call).then(Fault.answer(403, "AccessDenied"));

        fails(Reason.StorageAccessDenied, "allow " + right, "on bucket remuda-tests");
    }

    @Test
    void credentialsThatExpireInTheMiddle() {
        store.on(S3Call.GetObject).key("data.dump").from(3).then(Fault.answer(400, "ExpiredToken"));

        fails(Reason.StorageAccessDenied, "the credentials have expired", "Secret s3");
    }
}
