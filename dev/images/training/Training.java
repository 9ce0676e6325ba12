import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * One Backup of a small database, done while the image is built, so that Java notes what a worker needs to start (an AOT cache).
 * The database server is a real one; the store knows only the calls of this one Backup.
 *
 * <p>Arguments: the folder with PostgreSQL's server programs, the cache to write, and the worker's command line.
 */
final class Training {
    private static final String USER = "postgres";
    private static final String TASK = """
            {"kind":"backup","backup":"training","namespace":"training","policy":"training","attempt":1,
             "database":{"host":"127.0.0.1","port":%d,"name":"postgres","sslMode":"prefer","secret":{"name":"database","directory":"%s","keys":{}}},
             "store":{"bucket":"training","region":"us-east-1","endpoint":"%s","forcePathStyle":true,
                      "secret":{"name":"store","directory":"%s","keys":{}},"tagging":"Auto"},
             "prefix":"training/1/","compression":{"algorithm":"Zstd","level":3},
             "labels":{"namespace":"training","policy":"training","tier":"daily"},"tier":"daily","tiers":["daily"],"globals":true}""";

    private Training() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path work = Files.createTempDirectory("training");
        Path server = Path.of(arguments[0]);
        int port = freePort();
        Path data = work.resolve("data");
        run(server.resolve("initdb"), "--auth=trust", "--username=" + USER, "--pgdata=" + data);
        run(server.resolve("pg_ctl"), "--wait", "--pgdata=" + data, "--log=" + work.resolve("log"),
                "--options=-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=" + work, "start");
        try (TrainingStore store = TrainingStore.start(new InetSocketAddress("127.0.0.1", 0))) {
            Path database = secret(work.resolve("database"), Map.of("username", USER, "password", "none"));
            Path keys = secret(work.resolve("store"), Map.of("AWS_ACCESS_KEY_ID", "training", "AWS_SECRET_ACCESS_KEY", "training"));
            String task = TASK.formatted(port, database, store.endpoint(), keys);
            train(Path.of(arguments[1]), Arrays.asList(arguments).subList(2, arguments.length), task, work);
        } finally {
            run(server.resolve("pg_ctl"), "--mode=fast", "--pgdata=" + data, "stop");
        }
    }

    private static void train(Path cache, List<String> worker, String task, Path work) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(worker);
        command.add(1, "-XX:AOTCacheOutput=" + cache);
        command.add(2, "-Xlog:aot*=error");
        command.add("worker");
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().putAll(Map.of("REMUDA_TASK", task, "REMUDA_RESULT_FILE", work.resolve("result").toString()));
        finish(builder);
    }

    private static Path secret(Path folder, Map<String, String> content) throws IOException {
        Files.createDirectory(folder);
        for (Map.Entry<String, String> entry : content.entrySet()) {
            Files.writeString(folder.resolve(entry.getKey()), entry.getValue());
        }
        return folder;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(Path program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        finish(new ProcessBuilder(command).inheritIO());
    }

    private static void finish(ProcessBuilder builder) throws IOException, InterruptedException {
        int code = builder.start().waitFor();
        if (code != 0) {
            throw new IllegalStateException(builder.command().getFirst() + " ended with " + code + "; its words are above");
        }
    }
}
