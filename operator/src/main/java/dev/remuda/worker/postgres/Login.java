package dev.remuda.worker.postgres;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/**
 * How to log in to one database.
 *
 * @param sslMode libpq's word
 * @param caFile PEM file of the authorities to trust; null where nothing is checked
 * @param application what the server shows as the connection's application_name
 */
public record Login(String host, int port, String database, String user, String password, String sslMode, String caFile, String application) {
    /** Seconds of silence after which TCP asks whether the other end is there. */
    static final int KEEP_ALIVE_IDLE = 60;

    /** Seconds between two questions. */
    static final int KEEP_ALIVE_INTERVAL = 10;

    /** After so many without an answer the connection is lost. */
    static final int KEEP_ALIVE_COUNT = 6;

    private static final int CONNECT_SECONDS = 15;
    private static final int UNANSWERED_MILLIS = 120_000;

    public Login(String host, int port, String database, String user, String password, String sslMode, String caFile) {
        this(host, port, database, user, password, sslMode, caFile, "remuda");
    }

    public Login withDatabase(String other) {
        return new Login(host, port, other, user, password, sslMode, caFile, application);
    }

    /** The same for the work of one resource, by whose uid all its connections are known to the server. */
    public Login of(String uid) {
        return new Login(host, port, database, user, password, sslMode, caFile, "remuda " + uid);
    }

    /** For messages: where, without a word of the password. */
    public String server() {
        return host + ":" + port;
    }

    /** What PostgreSQL's programs read from their environment; an argument could be seen by others. */
    Map<String, String> environment() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PGHOST", host);
        variables.put("PGPORT", Integer.toString(port));
        variables.put("PGDATABASE", database);
        variables.put("PGUSER", user);
        variables.put("PGPASSWORD", password);
        variables.put("PGSSLMODE", sslMode);
        variables.put("PGCONNECT_TIMEOUT", Integer.toString(CONNECT_SECONDS));
        variables.put("PGAPPNAME", application);
        if (caFile != null) {
            variables.put("PGSSLROOTCERT", caFile);
        }
        return variables;
    }

    /** For a program of the user's: libpq's variables, and all in one URL, as many programs want it. */
    public Map<String, String> forPrograms() {
        Map<String, String> variables = new LinkedHashMap<>(environment());
        variables.remove("PGAPPNAME");
        variables.remove("PGCONNECT_TIMEOUT");
        String address = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        String ca = caFile == null ? "" : "&sslrootcert=" + encoded(caFile);
        variables.put(
                "DATABASE_URL", "postgresql://" + encoded(user) + ":" + encoded(password) + "@" + address + ":" + port + "/" + encoded(database) + "?sslmode=" + sslMode + ca);
        return variables;
    }

    private static String encoded(String text) {
        return java.net.URLEncoder.encode(text, java.nio.charset.StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** What has no variable in the environment: an idle connection is kept in the memory of the routers between. */
    static String keepAlive() {
        return "keepalives_idle=" + KEEP_ALIVE_IDLE + " keepalives_interval=" + KEEP_ALIVE_INTERVAL + " keepalives_count=" + KEEP_ALIVE_COUNT;
    }

    /**
     * The same for a program that only reads. TCP asks nothing while what was sent is on its way, and sends that for a quarter of an hour: here it is
     * a query, to which two minutes are enough. Not for restores: a server that pauses for long before it takes the next row is no fault.
     */
    static String keepAliveReading() {
        return keepAlive() + " tcp_user_timeout=" + UNANSWERED_MILLIS;
    }

    String jdbcUrl() {
        String address = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return "jdbc:postgresql://" + address + ":" + port + "/" + java.net.URLEncoder.encode(database, java.nio.charset.StandardCharsets.UTF_8);
    }

    /** @param connect until a connection must be made, and again for the login */
    Properties jdbcProperties(Duration connect) {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        // libpq checks the certificate in this case; the driver must not do less.
        properties.setProperty("sslmode", sslMode.equals("require") && caFile != null ? "verify-ca" : sslMode);
        if (caFile != null) {
            properties.setProperty("sslrootcert", caFile);
        }
        properties.setProperty("ApplicationName", application);
        properties.setProperty("connectTimeout", Long.toString(connect.toSeconds()));
        properties.setProperty("loginTimeout", Long.toString(2 * connect.toSeconds()));
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("socketFactory", KeptAlive.class.getName());
        // Functions of the same name in the database's own schemas must never be called with our rights.
        properties.setProperty("currentSchema", "pg_catalog");
        return properties;
    }

    @Override
    public String toString() {
        return user + "@" + server() + "/" + database;
    }
}
