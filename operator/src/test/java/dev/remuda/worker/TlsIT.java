package dev.remuda.worker;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.support.Folders;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.Racing;
import dev.remuda.support.Started;
import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Reason;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.postgres.Login;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.postgres.Psql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** TLS with the database, where JDBC and pg_dump must agree on each of libpq's words, and with the store. */
class TlsIT {
    private static final String PASS = "changeit";

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

    @ParameterizedTest
    @ValueSource(strings = {"require", "verify-ca", "verify-full"})
    void anotherAuthorityDoesNotKnowItEither(String mode) throws Exception {
        refused(access("127.0.0.1", mode, another()));
    }

    private Path another() throws IOException, InterruptedException {
        Started.run(
                List.of("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "other.key", "-out", "other.crt", "-subj", "/CN=another"), bench.secrets);
        return bench.secrets.resolve("other.crt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ca.crt", "server.crt"})
    void anExpiredCertificateIsRefused(String trusted) throws Exception {
        Path files = Folders.temporary("expired");
        certificate(files, "-startdate", "-10d", "-validity", "5");
        try (PostgresServer expired = PostgresServer.withCertificate(files)) {
            // The driver does not mind the age of what is trusted itself; pg_dump does.
            DatabaseAccess access = new DatabaseAccess("127.0.0.1", expired.port(), "postgres", "verify-full", bench.named("db"), files.resolve(trusted).toString());
            refused(access);
        }
    }

    /** JDBC connects first and is refused first; the programs do not rely on that. */
    @Test
    void theProgramsCheckToo() throws Exception {
        programIsRefused(new Login("127.0.0.1", bench.postgres.port(), database, "postgres", PostgresServer.PASSWORD, "verify-ca", another().toString()), "certificate verify failed");
        programIsRefused(new Login("localhost", bench.postgres.port(), database, "postgres", PostgresServer.PASSWORD, "verify-full", authorities().toString()), "does not match host name \"localhost\"");
        Login good = new Login("127.0.0.1", bench.postgres.port(), database, "postgres", PostgresServer.PASSWORD, "verify-full", authorities().toString());
        psql(good);
    }

    private void psql(Login login) throws IOException {
        new Psql(new PgPrograms(bench.programs), bench.postgres.major(), new Stop()).run(InputStream.nullInputStream(), login);
    }

    private void programIsRefused(Login login, String cause) {
        assertThatThrownBy(() -> psql(login))
                .isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.DatabaseUnreachable))
                .hasMessageContaining("TLS with server").hasMessageContaining(cause);
    }

    /** Stores are checked by the runtime's own authorities: there is no field for others yet. */
    @Test
    void aStoreMustBeKnownToAnAuthorityAndHaveItsName() throws Exception {
        Path files = Folders.temporary("store");
        certificate(files, "-validity", "5");
        KeyStore keys = KeyStore.getInstance(files.resolve("server.p12").toFile(), PASS.toCharArray());
        HttpsServer store = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        store.setHttpsConfigurator(new HttpsConfigurator(tls(keys)));
        store.createContext("/", exchange -> {
            exchange.sendResponseHeaders(403, -1);
            exchange.close();
        });
        store.start();
        String port = ":" + store.getAddress().getPort();
        try {
            assertThat(toStore("https://127.0.0.1" + port).message())
                    .contains("TLS with the store at https://127.0.0.1" + port, "unable to find valid certification path", "does not know the authority");
            assertThat(toStore("http://127.0.0.1" + port).message()).contains("write https:// instead of http://");
            assertThat(toStore(bench.access().endpoint().replace("http:", "https:")).message()).contains("TLS with the store at", "write http:// instead of https://");
            System.setProperty("javax.net.ssl.trustStore", files.resolve("trusted.p12").toString());
            System.setProperty("javax.net.ssl.trustStorePassword", PASS);
            try {
                assertThat(toStore("https://localhost" + port).message()).contains("TLS with the store at", "No name matching localhost found", "for another host name");
                assertThat(bench.failed(store("https://127.0.0.1" + port)).reason()).as("whom it knows it asks").isEqualTo(Reason.StorageAccessDenied);
            } finally {
                System.clearProperty("javax.net.ssl.trustStore");
                System.clearProperty("javax.net.ssl.trustStorePassword");
            }
        } finally {
            store.stop(0);
        }
    }

    private FailureResult toStore(String endpoint) {
        FailureResult failure = bench.failed(store(endpoint));
        assertThat(failure.reason()).as(failure.message()).isEqualTo(Reason.StorageUnreachable);
        return failure;
    }

    private BackupTask store(String endpoint) {
        return bench.backup(bench.database(database), new StoreAccess("bucket", null, endpoint, true, bench.named("s3"), StoreAccess.Tagging.Auto));
    }

    private static SSLContext tls(KeyStore keys) throws GeneralSecurityException {
        KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
        own.init(keys, PASS.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), null, null);
        return context;
    }

    /** For 127.0.0.1 alone, by an authority of its own. */
    private static void certificate(Path folder, String... validity) throws IOException, InterruptedException {
        keytool(folder, "server.p12", "-genkeypair", "-alias", "ca", "-keyalg", "RSA", "-dname", "CN=authority", "-ext", "bc:c");
        List<String> server = new ArrayList<>(List.of(
                "-genkeypair", "-alias", "server", "-signer", "ca", "-keyalg", "RSA", "-dname", "CN=remuda-tests", "-ext", "san=ip:127.0.0.1"));
        server.addAll(List.of(validity));
        keytool(folder, "server.p12", server.toArray(String[]::new));
        keytool(folder, "server.p12", "-exportcert", "-rfc", "-alias", "ca", "-file", "ca.crt");
        keytool(folder, "server.p12", "-exportcert", "-rfc", "-alias", "server", "-file", "server.crt");
        keytool(folder, "trusted.p12", "-importcert", "-noprompt", "-alias", "ca", "-file", "ca.crt");
        keytool(folder, "server.p12", "-delete", "-alias", "ca");
        Started.run(List.of("openssl", "pkcs12", "-in", "server.p12", "-passin", "pass:" + PASS, "-nodes", "-nocerts", "-out", "server.key"), folder);
        Files.setPosixFilePermissions(folder.resolve("server.key"), PosixFilePermissions.fromString("rw-------"));
    }

    private static void keytool(Path folder, String store, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store, "-storepass", PASS));
        Started.run(command, folder);
    }

    private void refused(DatabaseAccess access) {
        FailureResult failure = bench.failed(bench.backup(access, bench.access()));

        assertThat(failure.reason()).as(failure.message()).isEqualTo(Reason.DatabaseUnreachable);
        assertThat(failure.message()).contains("TLS with server " + access.host(), "database.sslMode", "caRef");
    }
}
