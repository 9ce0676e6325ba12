package dev.remuda.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.support.Started;
import dev.remuda.task.BackupResult;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/** TLS with the database: JDBC and pg_dump must agree on each of libpq's words. */
class TlsIT {
    private final Bench bench = new Bench();
    private final String database = Racing.create(bench.postgres);

    private DatabaseAccess access(String host, String sslMode, Path authorities) {
        return new DatabaseAccess(host, bench.postgres.port(), database, sslMode, bench.named("db"), authorities == null ? null : authorities.toString());
    }

    private Path authorities() throws IOException {
        return Files.writeString(bench.secrets.resolve("ca.crt"), PostgresServer.certificate());
    }

    @ParameterizedTest
    @ValueSource(strings = {"disable", "allow", "prefer", "require"})
    void modesThatCheckNothingNeedNoAuthority(String mode) {
        assertThat(bench.run(bench.backup(access("127.0.0.1", mode, null), bench.access()))).isInstanceOf(BackupResult.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"require", "verify-ca", "verify-full"})
    void modesThatCheckTakeTheAuthorityThatIsNamed(String mode) throws IOException {
        assertThat(bench.run(bench.backup(access("127.0.0.1", mode, authorities()), bench.access()))).isInstanceOf(BackupResult.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"verify-ca", "verify-full"})
    void theSystemsAuthoritiesDoNotKnowThisServer(String mode) {
        refused(access("127.0.0.1", mode, null));
    }

    @Test
    void requireWithAnAuthorityChecksItLikeLibpq() throws Exception {
        Started.run(
                List.of("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "other.key", "-out", "other.crt", "-subj", "/CN=another"), bench.secrets);

        refused(access("127.0.0.1", "require", bench.secrets.resolve("other.crt")));
    }

    @Test
    void verifyFullAlsoChecksTheHostName() throws IOException {
        assertThat(bench.run(bench.backup(access("localhost", "verify-ca", authorities()), bench.access()))).isInstanceOf(BackupResult.class);
        refused(access("localhost", "verify-full", authorities()));
    }

    @Test
    void anAuthorityThatIsNoPemIsSaid() throws IOException {
        refused(access("127.0.0.1", "verify-full", Files.writeString(bench.secrets.resolve("ca.crt"), "no pem")));
    }

    private void refused(DatabaseAccess access) {
        FailureResult failure = bench.failed(bench.backup(access, bench.access()));

        assertThat(failure.reason()).as(failure.message()).isEqualTo(Reason.DatabaseUnreachable);
        assertThat(failure.message()).contains("TLS with server " + access.host(), "database.sslMode", "caRef");
    }
}
