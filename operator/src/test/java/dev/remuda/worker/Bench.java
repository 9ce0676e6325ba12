package dev.remuda.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.remuda.support.Bucket;
import dev.remuda.support.Folders;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.SeaweedServer;
import dev.remuda.support.TimescaleServer;
import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.Compression;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.Result;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.SettleTask;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.Task;
import dev.remuda.task.WorkerProtocol;
import dev.remuda.worker.store.Manifest;

import static org.assertj.core.api.Assertions.assertThat;

/** Tasks against a real database and a real store, run as the operator would have them run. */
final class Bench {
    final PostgresServer postgres;
    final Path programs;
    final SeaweedServer store;
    final Bucket bucket;
    final String prefix = Bucket.freshPrefix();
    final Path secrets = Folders.temporary("secrets");

    Bench() {
        this(SeaweedServer.shared());
    }

    Bench(TimescaleServer timescale) {
        this(timescale.postgres(), timescale.programs(), SeaweedServer.shared());
    }

    Bench(SeaweedServer store) {
        this(PostgresServer.shared(), PostgresServer.PROGRAMS, store);
    }

    private Bench(PostgresServer postgres, Path programs, SeaweedServer store) {
        this.postgres = postgres;
        this.programs = programs;
        this.store = store;
        this.bucket = store.bucket();
        secret("db", Map.of("username", "postgres", "password", PostgresServer.PASSWORD));
        secret("s3", Map.of("AWS_ACCESS_KEY_ID", SeaweedServer.KEY_ID, "AWS_SECRET_ACCESS_KEY", SeaweedServer.KEY + "\n"));
    }

    SecretFiles secret(String name, Map<String, String> keys) {
        try {
            Path folder = Files.createDirectories(secrets.resolve(name));
            for (Map.Entry<String, String> key : keys.entrySet()) {
                Files.writeString(folder.resolve(key.getKey()), key.getValue());
            }
            return named(name);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    SecretFiles named(String name) {
        return new SecretFiles(name, secrets.resolve(name).toString(), Map.of());
    }

    DatabaseAccess database(String name) {
        return new DatabaseAccess(postgres.host(), postgres.port(), name, null, named("db"), null);
    }

    StoreAccess access() {
        return new StoreAccess(SeaweedServer.BUCKET, null, store.endpoint(), true, named("s3"), StoreAccess.Tagging.Auto);
    }

    BackupTask backup(String database) {
        return backup(database(database), access());
    }

    BackupTask backup(DatabaseAccess database, StoreAccess store) {
        return backup(database, store, new Compression(Compression.Algorithm.Zstd, 3));
    }

    BackupTask backup(DatabaseAccess database, StoreAccess store, Compression compression) {
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("namespace", "production");
        labels.put("policy", "horse-racing");
        return new BackupTask("b", "production", "horse-racing", 1, database, store, prefix, compression, labels, null, null, null, null, null, false);
    }

    RestoreTask restore(String database, RestoreStrategy strategy, String confirm) {
        return new RestoreTask("r", "production", access(), prefix, null, database(database), strategy, confirm);
    }

    SettleTask settle() {
        return new SettleTask(access(), prefix);
    }

    Result run(Task task) {
        return run(task, new Stop());
    }

    Result run(Task task, Stop stop) {
        return WorkerApp.work(environment(task), stop);
    }

    BackupResult completed(BackupTask task) {
        return (BackupResult) run(task);
    }

    FailureResult failed(Task task) {
        return (FailureResult) run(task);
    }

    Map<String, String> environment(Task task) {
        return Map.of(WorkerProtocol.TASK_VARIABLE, Json.write(task), WorkerProtocol.CLIENTS_VARIABLE, programs.toString());
    }

    /** What is stored, by its name under the prefix. */
    List<String> files() {
        return bucket.keys(prefix).stream().map(key -> key.substring(prefix.length())).toList();
    }

    Manifest manifest() {
        return Json.read(new String(bucket.read(prefix + "manifest.json"), StandardCharsets.UTF_8), Manifest.class);
    }

    /** Neither a rehearsal nor a restore has left a database of its own. */
    void requireNoSideDatabases() {
        assertThat(postgres.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'remuda%'")).isEmpty();
    }

    void requireNothingStored() {
        assertThat(files()).isEmpty();
        assertThat(bucket.unfinished(prefix)).isEmpty();
    }
}
