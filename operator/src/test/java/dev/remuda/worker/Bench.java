package dev.remuda.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import dev.remuda.support.Bucket;
import dev.remuda.support.Folders;
import dev.remuda.support.PostgresMajors;
import dev.remuda.support.PostgresServer;
import dev.remuda.support.SeaweedServer;
import dev.remuda.task.BackupResult;
import dev.remuda.task.BackupTask;
import dev.remuda.task.CleanUpTask;
import dev.remuda.task.Compression;
import dev.remuda.task.DatabaseAccess;
import dev.remuda.task.FailureResult;
import dev.remuda.task.Json;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.RestoreStrategy;
import dev.remuda.task.RestoreTask;
import dev.remuda.task.Result;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.Selection;
import dev.remuda.task.SettleTask;
import dev.remuda.task.StoreAccess;
import dev.remuda.task.SwitchResult;
import dev.remuda.task.SwitchTask;
import dev.remuda.task.Task;
import dev.remuda.task.WorkerProtocol;
import dev.remuda.worker.postgres.PgPrograms;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.S3ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;

/** Tasks against a real database and a real store, run as the operator would have them run. */
final class Bench {
    final PostgresServer postgres;
    final Path programs;
    final SeaweedServer store;
    final Bucket bucket;
    final String prefix = Bucket.freshPrefix();
    private final List<String> uids = new ArrayList<>();
    final Path secrets = Folders.temporary("secrets");
    /** How the workers reach the store. */
    String endpoint;
    Patience patience = Patience.USUAL;

    Bench() {
        this(SeaweedServer.shared());
    }

    /** With one of the servers of which there are several majors. */
    Bench(PostgresServer postgres) {
        this(postgres, PostgresMajors.folder(), SeaweedServer.shared());
    }

    Bench(SeaweedServer store) {
        this(PostgresServer.shared(), PostgresServer.PROGRAMS, store);
    }

    private Bench(PostgresServer postgres, Path programs, SeaweedServer store) {
        this.postgres = postgres;
        this.programs = programs;
        this.store = store;
        this.bucket = store.bucket();
        this.endpoint = store.endpoint();
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
        return database(postgres, name);
    }

    DatabaseAccess database(PostgresServer server, String name) {
        return new DatabaseAccess(server.host(), server.port(), name, null, named("db"), null);
    }

    StoreAccess access() {
        return new StoreAccess(SeaweedServer.BUCKET, null, endpoint, true, named("s3"), StoreAccess.Tagging.Auto);
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
        return new BackupTask("b", "production", "horse-racing", 1, database, store, prefix, null, compression, labels, null, null, null, null, null, false);
    }

    /** The same task for these readers alone. */
    BackupTask encrypted(BackupTask t, String... recipients) {
        return new BackupTask(
                t.backup(), t.namespace(), t.policy(), t.attempt(), t.database(), t.store(), t.prefix(), t.earlier(), t.compression(), t.labels(), t.tier(), t.tiers(), t.slot(),
                t.storageClass(), t.scope(), t.globals(), t.claimant(), t.safety(), List.of(recipients), t.expectedBytes(), t.baseline());
    }

    /** The same task under another prefix, compared with what this one left. */
    BackupTask after(BackupTask t, String prefix, int dropPercent) {
        return new BackupTask(
                t.backup(), t.namespace(), t.policy(), t.attempt(), t.database(), t.store(), prefix, t.earlier(), t.compression(), t.labels(), t.tier(), t.tiers(), t.slot(),
                t.storageClass(), t.scope(), t.globals(), t.claimant(), t.safety(), t.recipients(), t.expectedBytes(), new BackupTask.Baseline("before", t.prefix(), dropPercent));
    }

    /** The same task, when the one before it was that large. */
    BackupTask expecting(BackupTask t, long bytes) {
        return new BackupTask(
                t.backup(), t.namespace(), t.policy(), t.attempt(), t.database(), t.store(), t.prefix(), t.earlier(), t.compression(), t.labels(), t.tier(), t.tiers(), t.slot(),
                t.storageClass(), t.scope(), t.globals(), t.claimant(), t.safety(), t.recipients(), bytes, t.baseline());
    }

    /** The same task, with roles and tablespaces. */
    BackupTask withGlobals(BackupTask t) {
        return new BackupTask(
                t.backup(), t.namespace(), t.policy(), t.attempt(), t.database(), t.store(), t.prefix(), t.earlier(), t.compression(), t.labels(), t.tier(), t.tiers(), t.slot(),
                t.storageClass(), t.scope(), true);
    }

    /** The same task with what opens its source. */
    RestoreTask opened(RestoreTask t, SecretFiles identity) {
        return new RestoreTask(
                t.stage(), t.restore(), t.uid(), t.namespace(), t.store(), new RestoreTask.Source(t.source().prefix(), null, t.source().key(), 1, "Standard", identity), t.target(), t.strategy(),
                t.confirm(), t.targetOid(), t.replaced(), t.include(), t.ownerRole(), t.jobs(), t.scratchBytes(), t.checks());
    }

    RestoreTask restore(String database, RestoreStrategy strategy, String confirm) {
        return restore(database(database), strategy, confirm);
    }

    RestoreTask restore(DatabaseAccess target, RestoreStrategy strategy, String confirm) {
        String uid = UUID.randomUUID().toString();
        uids.add(uid);
        return new RestoreTask(
                RestoreTask.Stage.Restore, "r", uid, "production", access(), new RestoreTask.Source(prefix, null, null, 1, "Standard"), target, strategy, confirm,
                oid(target.name()), strategy == RestoreStrategy.Swap || strategy == RestoreStrategy.Recreate ? "before_" + uid : null, null, null, 1, 0, null);
    }

    /** As the preflight finds it. */
    private Long oid(String database) {
        return postgres.ask("postgres", "SELECT oid FROM pg_database WHERE datname = '" + String.valueOf(database).replace("'", "''") + "'").stream().map(Long::valueOf).findFirst().orElse(null);
    }

    /** The same task with checks. */
    RestoreTask with(RestoreTask t, String... checks) {
        return new RestoreTask(
                t.stage(), t.restore(), t.uid(), t.namespace(), t.store(), t.source(), t.target(), t.strategy(), t.confirm(), t.targetOid(), t.replaced(), t.include(), t.ownerRole(), t.jobs(),
                t.scratchBytes(), List.of(checks));
    }

    /** The same task in another stage. */
    RestoreTask preflight(RestoreTask t) {
        return new RestoreTask(
                RestoreTask.Stage.Preflight, t.restore(), t.uid(), t.namespace(), t.store(), t.source(), t.target(), t.strategy(), t.confirm(), t.targetOid(), t.replaced(), t.include(),
                t.ownerRole(), t.jobs(), t.scratchBytes(), t.checks());
    }

    /** The same task for a part. */
    RestoreTask of(RestoreTask t, Selection include) {
        return new RestoreTask(
                t.stage(), t.restore(), t.uid(), t.namespace(), t.store(), t.source(), t.target(), t.strategy(), t.confirm(), t.targetOid(), t.replaced(), include, t.ownerRole(), t.jobs(),
                t.scratchBytes(), t.checks());
    }

    /** The same task from another store. */
    RestoreTask of(RestoreTask t, StoreAccess store) {
        return new RestoreTask(
                t.stage(), t.restore(), t.uid(), t.namespace(), store, t.source(), t.target(), t.strategy(), t.confirm(), t.targetOid(), t.replaced(), t.include(), t.ownerRole(), t.jobs(),
                t.scratchBytes(), t.checks());
    }

    /** The same task for a backup that lies elsewhere. */
    RestoreTask at(RestoreTask t, StoreAccess store, String prefix) {
        return new RestoreTask(
                t.stage(), t.restore(), t.uid(), t.namespace(), store, new RestoreTask.Source(prefix, null, null, 1, "Standard"), t.target(), t.strategy(), t.confirm(), t.targetOid(),
                t.replaced(), t.include(), t.ownerRole(), t.jobs(), t.scratchBytes(), t.checks());
    }

    /** The same task for any dump in the bucket. */
    RestoreTask from(RestoreTask t, String key) {
        return new RestoreTask(
                t.stage(), t.restore(), t.uid(), t.namespace(), t.store(), new RestoreTask.Source(null, null, key, 1, "Standard"), t.target(), t.strategy(), t.confirm(),
                t.targetOid(), t.replaced(), t.include(), t.ownerRole(), t.jobs(), t.scratchBytes(), t.checks());
    }

    /** The same task for another owner, several jobs, and room for them. */
    RestoreTask as(RestoreTask t, String owner, int jobs, long scratchBytes) {
        return new RestoreTask(
                t.stage(), t.restore(), t.uid(), t.namespace(), t.store(), t.source(), t.target(), t.strategy(), t.confirm(), t.targetOid(), t.replaced(), t.include(), owner, jobs, scratchBytes,
                t.checks());
    }

    /** Restores and switches, as the operator's Jobs do. */
    RestoreResult restored(RestoreTask task) {
        RestoreResult result = (RestoreResult) run(task);
        assertThat(run(switching(task, result.databaseName()))).isInstanceOf(SwitchResult.class);
        return result;
    }

    SwitchTask switching(RestoreTask task, String database) {
        return new SwitchTask(task.restore(), task.uid(), database(database), task.replaced());
    }

    CleanUpTask cleaning(RestoreTask task, String database) {
        return new CleanUpTask(task.restore(), task.uid(), database(database), task.replaced());
    }

    SettleTask settle() {
        return new SettleTask(access(), prefix);
    }

    Result run(Task task) {
        return run(task, new Stop(patience));
    }

    Result run(Task task, Stop stop) {
        return WorkerApp.work(environment(task), stop);
    }

    /** A restore that tells somebody how it goes. */
    Result run(RestoreTask task, Journal journal) {
        try (S3ObjectStore connected = new S3ObjectStore(task.store(), new Stop(patience))) {
            return new RestoreRun(task, connected, new PgPrograms(programs), secrets.resolve("scratch"), journal, new Stop(patience)).run();
        }
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
        assertThat(postgres.ask("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'remuda%'"))
                .as("of this test's restores").noneMatch(name -> uids.stream().anyMatch(uid -> name.endsWith(uid.replace("-", ""))));
    }

    void requireNothingStored() {
        assertThat(files()).isEmpty();
        assertThat(bucket.unfinished(prefix)).isEmpty();
    }
}
