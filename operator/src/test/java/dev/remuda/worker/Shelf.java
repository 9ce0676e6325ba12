package dev.remuda.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import dev.remuda.support.Bucket;
import dev.remuda.support.Folders;
import dev.remuda.support.SeaweedServer;
import dev.remuda.task.Compression;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.MaintainTask.Kept;
import dev.remuda.task.MaintainTask.Move;
import dev.remuda.task.MaintainTask.Purge;
import dev.remuda.task.MaintainTask.Sweep;
import dev.remuda.task.SecretFiles;
import dev.remuda.task.StorageClass;
import dev.remuda.task.StoreAccess;
import dev.remuda.worker.store.Attributes;
import dev.remuda.worker.store.Manifest;
import dev.remuda.worker.store.ObjectStore;
import dev.remuda.worker.store.PartStream;
import dev.remuda.worker.store.PartStream.Written;
import dev.remuda.worker.store.S3ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;

/** A policy's part of a real bucket, with backups whose dumps are random bytes. */
final class Shelf {
    private static final Map<String, String> LABELS = Map.of("namespace", "production", "policy", "a", "database", "horse_racing");
    private static final Attributes DAILY = new Attributes("application/zstd", LABELS, Optional.of("daily"), Optional.empty());
    private static final int MIB = 1024 * 1024;

    final SeaweedServer server = SeaweedServer.shared();
    final Bucket bucket = server.bucket();
    final String root;
    /** How the workers reach the store. */
    String endpoint = server.endpoint();
    Patience patience = Patience.USUAL;

    Shelf() {
        this(Bucket.freshPrefix() + "production/a/");
    }

    Shelf(String root) {
        this.root = root;
    }

    /** A backup of tier daily. @param prefix where it lies */
    record Backup(String name, String prefix, Manifest manifest, byte[] dump) {
        String dataKey() {
            return manifest.dataKey(prefix);
        }

        String manifestKey() {
            return Manifest.key(prefix);
        }

        Kept kept() {
            return new Kept(name, dataKey(), dump.length, false);
        }

        Purge purge() {
            return new Purge("uid-" + name, name, prefix, null);
        }

        Move move(String tier, StorageClass storageClass) {
            return new Move("uid-" + name, name, prefix, tier, storageClass);
        }
    }

    StoreAccess access(StoreAccess.Tagging tagging) {
        try {
            Path folder = Folders.temporary("s3");
            Files.writeString(folder.resolve("AWS_ACCESS_KEY_ID"), SeaweedServer.KEY_ID);
            Files.writeString(folder.resolve("AWS_SECRET_ACCESS_KEY"), SeaweedServer.KEY);
            return new StoreAccess(
                    SeaweedServer.BUCKET, null, endpoint, true, new SecretFiles("s3", folder.toString(), Map.of()), tagging);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    ObjectStore store(StoreAccess.Tagging tagging) {
        return new S3ObjectStore(access(tagging), new Stop());
    }

    Backup backup(String name) {
        return backup(name, StoreAccess.Tagging.Auto);
    }

    /** Stored as BackupRun does it. */
    Backup backup(String name, StoreAccess.Tagging tagging) {
        String prefix = root + name + "/";
        byte[] dump = new byte[MIB];
        new Random(name.hashCode()).nextBytes(dump);
        Manifest manifest = manifest(name, store(prefix + "data.dump.zst", dump, tagging));
        try (ObjectStore store = store(tagging)) {
            assertThat(store.putIfAbsent(Manifest.key(prefix), manifest.toBytes(), "application/json", LABELS)).isTrue();
            return new Backup(name, prefix, manifest, dump);
        }
    }

    Written store(String key, byte[] dump, StoreAccess.Tagging tagging) {
        try (ObjectStore store = store(tagging)) {
            PartStream parts = new PartStream(store.begin(key, DAILY), 5 * MIB);
            parts.write(dump, 0, dump.length);
            return parts.complete();
        }
    }

    private static Manifest manifest(String name, Written written) {
        Instant at = Instant.parse("2026-01-01T02:00:00Z");
        Manifest.Database database = new Manifest.Database(
                "horse_racing", "17.6", 17, 1, "o", "UTF8", "C", "C", "c", null, null, -1, List.of(), List.of(), List.of("o"), List.of(), null, null);
        Manifest.Dump dump = new Manifest.Dump(
                "data.dump.zst", "Custom", new Compression(Compression.Algorithm.Zstd, 3), written.size(), written.sha256(), written.checksum(), 9, 17, null,
                null, null, null, null);
        return new Manifest(
                Manifest.SCHEMA_VERSION, "remuda 1", "production", "a", name, 1, at, at, new Manifest.Snapshot(at, "0/1"), database, dump, null, List.of(),
                List.of("daily"), at, null, DAILY.all(), List.of(), null);
    }

    MaintainTask task(List<Kept> kept, List<Move> moves, List<Purge> purges, Sweep sweep) {
        return new MaintainTask(access(StoreAccess.Tagging.Auto), root, null, kept, moves, purges, sweep);
    }

    MaintainResult run(MaintainTask task) {
        try (ObjectStore store = new S3ObjectStore(task.store(), new Stop(patience))) {
            return run(task, store);
        }
    }

    static MaintainResult run(MaintainTask task, ObjectStore store) {
        return new MaintainRun(task, store, new Stop(), Clock.systemUTC()).run();
    }

    /** Writes a small object. @return its key */
    String write(String name) {
        bucket.write(root + name, "x".getBytes(StandardCharsets.UTF_8));
        return root + name;
    }

    List<String> files() {
        return bucket.keys(root).stream().map(key -> key.substring(root.length())).toList();
    }

    List<String> unfinished() {
        return bucket.unfinished(root).stream().map(upload -> upload.key().substring(root.length())).toList();
    }

    void requireWhole(Backup backup) {
        assertThat(bucket.read(backup.manifestKey())).isEqualTo(backup.manifest().toBytes());
        assertThat(bucket.read(backup.dataKey())).isEqualTo(backup.dump());
    }
}
