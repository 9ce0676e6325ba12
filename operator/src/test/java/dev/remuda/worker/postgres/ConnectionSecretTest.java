package dev.remuda.worker.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.Reason;
import dev.remuda.task.SecretFiles;
import dev.remuda.worker.WorkFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ConnectionSecretTest {
    @TempDir
    private Path folder;

    private Login login(Map<String, String> secret) throws IOException {
        return login(secret, new DatabaseAccess(null, null, null, null, files(Map.of()), null));
    }

    private Login login(Map<String, String> secret, DatabaseAccess access) throws IOException {
        for (Map.Entry<String, String> key : secret.entrySet()) {
            Files.writeString(folder.resolve(key.getKey()), key.getValue());
        }
        return ConnectionSecret.login(access, null);
    }

    private SecretFiles files(Map<String, String> keys) {
        return new SecretFiles("db", folder.toString(), keys);
    }

    private static final Map<String, String> CLOUD_NATIVE_PG = Map.of(
            "username", "app", "user", "app", "password", "p w", "host", "cluster-rw", "port", "5433", "dbname", "racing", "uri",
            "postgresql://app:p%20w@cluster-rw.ns:5432/racing", "jdbc-uri", "jdbc:postgresql://x", "pgpass", "x");

    @Test
    void takesASecretOfCloudNativePg() throws IOException {
        assertThat(login(CLOUD_NATIVE_PG)).isEqualTo(new Login("cluster-rw", 5433, "racing", "app", "p w", "prefer", null));
    }

    @Test
    void takesASecretOfTheZalandoOperatorWithHostAndNameFromTheResource() throws IOException {
        DatabaseAccess access = new DatabaseAccess("db.production.svc", null, "racing", "require", files(Map.of()), null);

        assertThat(login(Map.of("username", "app", "password", "x\n"), access))
                .isEqualTo(new Login("db.production.svc", 5432, "racing", "app", "x", "require", null));
    }

    @Test
    void takesAServiceBinding() throws IOException {
        assertThat(login(Map.of("type", "postgresql", "host", "h", "port", "1", "database", "d", "username", "u", "password", "p")))
                .isEqualTo(new Login("h", 1, "d", "u", "p", "prefer", null));
    }

    @Test
    void takesALoneDatabaseUrl() throws IOException {
        assertThat(login(Map.of("DATABASE_URL", "postgres://u:p%40%2F%25+@db.railway.internal:6543/railway?connect_timeout=9&sslmode=require")))
                .isEqualTo(new Login("db.railway.internal", 6543, "railway", "u", "p@/%+", "require", null));
    }

    @Test
    void whatTheResourceSaysWins() throws IOException {
        DatabaseAccess access = new DatabaseAccess("other", 1234, "name", "disable", files(Map.of()), null);

        assertThat(login(CLOUD_NATIVE_PG, access)).isEqualTo(new Login("other", 1234, "name", "app", "p w", "disable", null));
    }

    @Test
    void keysCanHaveOtherNames() throws IOException {
        DatabaseAccess access = new DatabaseAccess("h", null, "d", null, files(Map.of("username", "PGUSER", "password", "PGPASSWORD")), null);

        assertThat(login(Map.of("PGUSER", "u", "PGPASSWORD", "p", "username", "not-me"), access)).isEqualTo(new Login("h", 5432, "d", "u", "p", "prefer", null));
    }

    @Test
    void aKeyThatWasNamedMustBeThere() {
        DatabaseAccess access = new DatabaseAccess("h", null, "d", null, files(Map.of("username", "PGUSER")), null);

        assertThatThrownBy(() -> login(Map.of("username", "u", "password", "p"), access))
                .isInstanceOf(WorkFailure.class)
                .hasMessageContaining("Secret db has no key PGUSER, which secretRef.keys names for username; its keys are: password, username");
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://u:p@h/d, h, 5432, d, u, p",
        "postgresql://u:p@[::1]:7/d, ::1, 7, d, u, p",
        "postgresql://u:a@b:c@h:1/d, h, 1, d, u, a@b:c",
        "postgresql://u:a/b@h:1/d, h, 1, d, u, a/b",
        "postgresql://u:100%@h/d, h, 5432, d, u, 100%",
    })
    void readsUris(String uri, String host, int port, String database, String user, String password) throws IOException {
        assertThat(login(Map.of("uri", uri))).isEqualTo(new Login(host, port, database, user, password, "prefer", null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mysql://u:secret@h/d", "postgresql://u:secret@h1:1,h2:2/d", "postgresql://u:secret@h:x/d", "postgresql://u:secret@%00h/d", "postgresql://u:secret%00@h/d", "secret"})
    void refusesOtherUrisWithoutShowingThem(String uri) {
        assertThatThrownBy(() -> login(Map.of("uri", uri)))
                .isInstanceOfSatisfying(WorkFailure.class, failure -> assertThat(failure.reason()).isEqualTo(Reason.InvalidSpec))
                .hasMessageContaining("Secret db")
                .message().doesNotContain("secret@", "u:secret", "secret%00");
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> login(Map.of("username", "u", "password", "p"))).hasMessageContaining("no host: set database.host");
        assertThatThrownBy(() -> login(Map.of("host", "h"))).hasMessageContaining("no database name: set database.name");
        assertThatThrownBy(() -> login(Map.of("port", "many", "dbname", "d"))).hasMessageContaining("port in Secret db is not a number");
    }

    @Test
    void aCaFileThatIsNotThereIsMissed() {
        DatabaseAccess access = new DatabaseAccess("h", null, "d", "verify-full", files(Map.of()), "/nowhere/ca.crt");

        assertThatThrownBy(() -> login(Map.of("username", "u", "password", "p"), access)).hasMessageContaining("caRef has no key ca.crt");
    }

    @Test
    void checkingWithoutACaFileTrustsTheSystem() throws IOException {
        DatabaseAccess access = new DatabaseAccess("h", null, "d", "verify-ca", files(Map.of()), null);

        assertThat(login(Map.of("username", "u", "password", "p"), access).caFile()).isEqualTo("/etc/ssl/certs/ca-certificates.crt");
    }

    @Test
    void aLoginIsNeverPrintedWithItsPassword() throws IOException {
        assertThat(login(CLOUD_NATIVE_PG)).hasToString("app@cluster-rw:5433/racing");
    }
}
