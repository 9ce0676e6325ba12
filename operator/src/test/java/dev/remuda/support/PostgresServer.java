package dev.remuda.support;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/** A real PostgreSQL on the loopback interface: of this machine's packages, one for all tests of a JVM, or of another major. */
public final class PostgresServer implements AutoCloseable {
    public static final String PASSWORD = "it's a \"secret\" 100%";
    public static final Path PROGRAMS = Path.of("/usr/lib/postgresql");

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Map<Integer, PostgresServer> BY_MAJOR = new HashMap<>();
    private static PostgresServer shared;
    private static PostgresServer timescale;
    private static String certificate;

    private final int port;
    private final String password;
    private final List<String> command;
    private Started program;

    private PostgresServer(int port, String password, List<String> command) {
        this.port = port;
        this.password = password;
        this.command = command;
    }

    /** One that runs already and is reached by a port of this machine. */
    public static PostgresServer at(int port, String password) {
        return new PostgresServer(port, password, List.of());
    }

    public static synchronized PostgresServer shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    /** One of a major, for all tests of a JVM. It knows no TLS: not all majors' programs do. */
    public static synchronized PostgresServer shared(int major) {
        return BY_MAJOR.computeIfAbsent(major, PostgresServer::start);
    }

    /** One of 17 with TimescaleDB (the Apache edition), for all tests of a JVM. */
    public static synchronized PostgresServer timescale() {
        if (timescale == null) {
            timescale = start(17, "shared_preload_libraries=timescaledb", "timescaledb.telemetry_level=off");
        }
        return timescale;
    }

    /** One that a test may kill or fill. @param settings name=value each */
    public static PostgresServer start(int major, String... settings) {
        return start(PostgresMajors.forServer(major), Folders.temporary("postgres"), settings);
    }

    /** The shared server's own authority, as PEM. */
    public static String certificate() {
        shared();
        return certificate;
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    /** A new empty database with a name of its own. */
    public String createDatabase() {
        String name = "db_" + NUMBER.incrementAndGet();
        run("postgres", "CREATE DATABASE " + name);
        return name;
    }

    public Connection connect(String database) {
        try {
            return DriverManager.getConnection("jdbc:postgresql://" + host() + ":" + port + "/" + URLEncoder.encode(database, StandardCharsets.UTF_8), "postgres", password);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public void run(String database, String... statements) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of all rows, as text. */
    public List<String> ask(String database, String sql) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public int major() {
        return Integer.parseInt(ask("postgres", "SHOW server_version_num").getFirst()) / 10_000;
    }

    /** Runs one of PostgreSQL's own programs of this major to its end, as the superuser. @param database where it connects to unless told otherwise */
    public void client(String program, String database, String... arguments) {
        List<String> command = List.of(
                "env", "PGHOST=" + host(), "PGPORT=" + port, "PGUSER=postgres", "PGPASSWORD=" + password, "PGDATABASE=" + database,
                PostgresMajors.bin(major()).resolve(program).toString());
        try {
            Started.run(concat(command, arguments), Folders.repository());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public boolean has(String database) {
        return !ask("postgres", "SELECT 1 FROM pg_database WHERE datname = '" + database + "'").isEmpty();
    }

    /** One with that certificate. @param files server.crt and server.key are in it */
    public static PostgresServer withCertificate(Path files) {
        Path folder = Folders.temporary("postgres");
        try {
            for (String file : List.of("server.crt", "server.key")) {
                Files.copy(files.resolve(file), folder.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return tls(folder);
    }

    private static PostgresServer tls(Path folder) {
        return start(newest(), folder, "ssl=on", "ssl_cert_file=" + folder.resolve("server.crt"), "ssl_key_file=" + folder.resolve("server.key"));
    }

    /** With an authority of its own. */
    private static PostgresServer start() {
        Path folder = Folders.temporary("postgres");
        try {
            Started.run(
                    List.of("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.crt", "-subj", "/CN=remuda-tests",
                            "-addext", "subjectAltName=IP:127.0.0.1"),
                    folder);
            certificate = Files.readString(folder.resolve("server.crt"));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return tls(folder);
    }

    private static PostgresServer start(Path programs, Path folder, String... settings) {
        try {
            Path password = Files.writeString(folder.resolve("password"), PASSWORD);
            List<String> prefix = PostgresMajors.asOrdinaryUser();
            if (!prefix.isEmpty()) {
                Started.run(List.of("chown", "-R", "postgres:", folder.toString()), folder);
            }
            Path data = folder.resolve("data");
            Started.run(
                    concat(prefix, programs + "/initdb", "-D", data.toString(), "-U", "postgres", "-A", "scram-sha-256", "--pwfile", password.toString(),
                            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
                    folder);
            int port = ApiServer.freePort();
            List<String> command = concat(
                    prefix, programs + "/postgres", "-D", data.toString(), "-p", Integer.toString(port), "-k", folder.toString(),
                    "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=100");
            PostgresServer server = new PostgresServer(
                    port, PASSWORD, concat(command, Stream.of(settings).flatMap(setting -> Stream.of("-c", setting)).toArray(String[]::new)));
            server.run();
            return server;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void run() throws IOException {
        program = Started.program(command, Map.of(), Folders.log("postgres"));
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(this::answers);
    }

    /** As if its machine lost power and came back. */
    public void restart() {
        try {
            program.kill();
            Files.deleteIfExists(data().resolve("standby.signal"));
            run();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** In good order but at once: it ends all connections, and says so to them. */
    public void shutDown() {
        control("stop", "-m", "fast");
    }

    /** It takes no part any more, and does not say so; connections to it stay open. Until it is closed. */
    public void freeze() {
        program.handle().descendants().forEach(process -> signal("STOP", process));
        signal("STOP", program.handle());
    }

    private static void signal(String name, ProcessHandle process) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** It was killed and starts up again, which does not end: it waits for a log that does not come. */
    public void recoverForEver() {
        try {
            program.kill();
            Files.createFile(data().resolve("standby.signal"));
            program = Started.program(concat(command, "-c", "restore_command=sleep 600; false"), Map.of(), Folders.log("postgres"));
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(this::startsUp);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean startsUp() {
        try {
            DriverManager.getConnection("jdbc:postgresql://" + host() + ":" + port + "/postgres", "postgres", password).close();
            return false;
        } catch (SQLException e) {
            return "57P03".equals(e.getSQLState());
        }
    }

    private void control(String... arguments) {
        int postgres = command.indexOf("-D") - 1;
        List<String> prefix = command.subList(0, postgres);
        try {
            Started.run(concat(concat(prefix, Path.of(command.get(postgres)).resolveSibling("pg_ctl").toString(), "-D", data().toString()), arguments), data());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path data() {
        return Path.of(command.get(command.indexOf("-D") + 1));
    }

    /** As if its machine lost power, if it was started here. */
    @Override
    public void close() {
        if (program != null) {
            program.kill();
        }
    }

    private boolean answers() {
        if (!program.isAlive()) {
            throw new IllegalStateException("PostgreSQL did not start:\n" + program.output());
        }
        try (Connection connection =
                DriverManager.getConnection("jdbc:postgresql://" + host() + ":" + port + "/postgres", "postgres", password)) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    private static Path newest() {
        try (Stream<Path> majors = Files.list(PROGRAMS)) {
            return majors.map(major -> major.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.comparingInt(bin -> Integer.parseInt(bin.getParent().getFileName().toString())))
                    .orElseThrow(() -> new IllegalStateException("no PostgreSQL server under " + PROGRAMS + "; apt-get install postgresql"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> concat(List<String> first, String... more) {
        return Stream.concat(first.stream(), Stream.of(more)).toList();
    }
}
