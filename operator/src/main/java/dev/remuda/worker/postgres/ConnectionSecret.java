package dev.remuda.worker.postgres;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.Reason;
import dev.remuda.worker.MountedSecret;
import dev.remuda.worker.WorkFailure;

/**
 * Puts a login together from what the resource says and what its Secret holds. The resource's words win over the Secret's keys, and its keys
 * over the Secret's connection URI. The keys are those of the usual makers of such Secrets: CloudNativePG, the Zalando operator, service
 * bindings, a lone DATABASE_URL.
 */
public final class ConnectionSecret {
    private static final String SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";
    private static final int USUAL_PORT = 5432;

    private ConnectionSecret() {}

    /**
     * @param usualName the database when neither resource nor Secret names one; null: there must be one
     * @throws WorkFailure SecretMissing or InvalidSpec, naming the Secret and the key to add
     */
    public static Login login(DatabaseAccess access, String usualName) {
        MountedSecret secret = new MountedSecret(access.secret());
        Optional<ConnectionUri> uri = secret.find("uri", "uri", "DATABASE_URL").filter(ConnectionSecret::says).map(text -> ConnectionUri.parse(text, secret.name()));
        String host = first(access.host(), secret.find("host", "host"), uri.map(ConnectionUri::host))
                .orElseThrow(() -> invalid("no host: set database.host, or add the key host or uri to Secret " + secret.name()));
        String database = first(access.name(), secret.find("dbname", "dbname", "database"), uri.map(ConnectionUri::database))
                .or(() -> Optional.ofNullable(usualName))
                .orElseThrow(() -> invalid("no database name: set database.name, or add the key dbname or uri to Secret " + secret.name()));
        String user = first(null, secret.find("username", "username", "user"), uri.map(ConnectionUri::user))
                .orElseThrow(() -> secret.missing("username: add the keys username and password, or uri"));
        String password = first(null, secret.find("password", "password"), uri.map(ConnectionUri::password))
                .orElseThrow(() -> secret.missing("password: add the key password, or uri with a password in it"));
        String sslMode = first(access.sslMode(), Optional.empty(), uri.map(ConnectionUri::sslMode)).orElse("prefer");
        return new Login(host, port(access, secret, uri), database, user, password, sslMode, authorities(access, sslMode));
    }

    private static int port(DatabaseAccess access, MountedSecret secret, Optional<ConnectionUri> uri) {
        if (access.port() != null) {
            return access.port();
        }
        Optional<String> text = first(null, secret.find("port", "port"), uri.map(ConnectionUri::port));
        return text.map(digits -> {
                    try {
                        return Integer.parseInt(digits);
                    } catch (NumberFormatException e) {
                        throw invalid("the port in Secret " + secret.name() + " is not a number");
                    }
                })
                .orElse(USUAL_PORT);
    }

    private static String authorities(DatabaseAccess access, String sslMode) {
        if (access.caFile() != null && !Files.isRegularFile(Path.of(access.caFile()))) {
            throw new WorkFailure(
                    Reason.SecretMissing, "the ConfigMap or Secret of database.caRef has no key " + Path.of(access.caFile()).getFileName()
                            + ", or does not exist; create it with the PEM text of the authorities");
        }
        boolean checks = sslMode.startsWith("verify");
        return access.caFile() == null && checks ? SYSTEM_AUTHORITIES : access.caFile();
    }

    private static Optional<String> first(String given, Optional<String> key, Optional<String> uri) {
        return Optional.ofNullable(given).or(() -> key.filter(ConnectionSecret::says)).or(() -> uri);
    }

    /** CloudNativePG writes a star for the database of its superuser. */
    private static boolean says(String value) {
        return !value.isEmpty() && !value.equals("*");
    }

    private static WorkFailure invalid(String message) {
        return new WorkFailure(Reason.InvalidSpec, message);
    }
}
