package dev.remuda.worker;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.remuda.task.MaintainResult;
import dev.remuda.task.MaintainResult.Moved;
import dev.remuda.task.MaintainTask;
import dev.remuda.task.MaintainTask.Sweep;
import dev.remuda.task.StorageClass;
import dev.remuda.task.StoreAccess.Tagging;
import dev.remuda.worker.Shelf.Backup;
import dev.remuda.worker.store.ObjectStore;

import static org.assertj.core.api.Assertions.assertThat;

/** A worker that is killed after each change that it makes, and the next one that finds what it left. */
class MaintainKilledIT {
    private static final Sweep SWEEP = new Sweep("0a1b2c3d", List.of(), Instant.now().plus(Duration.ofDays(1)));
    private static final String LEFT = "b-0a1b2c3d-11112222-1/";

    /** A fresh part of the bucket for one kill. */
    private static final class Scene {
        final Shelf shelf = new Shelf();
        final Backup good = shelf.backup("good");
        final Backup old = shelf.backup("old");
        final MaintainTask task;

        Scene(Kind kind) {
            shelf.write("old/more/note.txt");
            shelf.bucket.begin(old.prefix() + "data.dump.gz");
            shelf.write(LEFT + "data.dump.zst");
            shelf.write(LEFT + "other");
            shelf.bucket.begin(shelf.root + LEFT + "data.dump.gz");
            task = switch (kind) {
                case PURGE -> shelf.task(List.of(good.kept()), List.of(), List.of(old.purge()), null);
                case SWEEP -> shelf.task(List.of(good.kept(), old.kept()), List.of(), List.of(), SWEEP);
                case MOVE -> shelf.task(List.of(good.kept(), old.kept()), List.of(old.move("monthly", StorageClass.GLACIER)), List.of(), null);
                case ALL -> shelf.task(
                        List.of(good.kept()), List.of(good.move("monthly", StorageClass.STANDARD_IA)), List.of(old.purge()), SWEEP);
            };
        }

        /** @return whether it was killed before its end */
        boolean killedAfter(int changes) {
            try (ObjectStore store = shelf.store(Tagging.Auto)) {
                Shelf.run(task, Mortal.killedAfter(changes, store));
                return false;
            } catch (Mortal.Killed e) {
                return true;
            }
        }

        void requireNoManifestWithoutItsDump() {
            List<String> files = shelf.files();
            assertThat(files).filteredOn(file -> file.endsWith("/manifest.json"))
                    .allSatisfy(manifest -> assertThat(files).contains(manifest.replace("manifest.json", "data.dump.zst")));
            if (files.contains("old/manifest.json")) {
                shelf.requireWhole(old);
            }
            shelf.requireWhole(good);
        }

        private void requireMoved(Backup backup, StorageClass storageClass) {
            assertThat(shelf.bucket.head(backup.dataKey()).storageClassAsString()).isEqualTo(storageClass.name());
            assertThat(shelf.bucket.tags(backup.dataKey())).contains("tier=monthly", "policy=a");
            assertThat(new String(shelf.bucket.read(backup.prefix() + "labels.json"), StandardCharsets.UTF_8))
                    .contains("\"tier\":\"monthly\"", "\"storageClass\":\"" + storageClass + "\"");
        }
    }

    /** @param changes how many it makes when it is not killed */
    private enum Kind {
        PURGE(4),
        SWEEP(3),
        MOVE(2),
        ALL(9);

        private final int changes;

        Kind(int changes) {
            this.changes = changes;
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theNextRunEndsWhatTheKilledOneBegan(Kind kind) {
        int changes = 0;
        for (boolean killed = true; killed; changes++) {
            Scene scene = new Scene(kind);
            killed = scene.killedAfter(changes);
            scene.requireNoManifestWithoutItsDump();

            MaintainResult result = scene.shelf.run(scene.task);

            assertThat(result.missing()).isEmpty();
            assertThat(result.failed()).isEmpty();
            assertThat(result.spared()).isEmpty();
            scene.requireNoManifestWithoutItsDump();
            requireEnd(scene, kind, result);
        }
        assertThat(changes - 1).as("it was killed after each change, and once not at all").isEqualTo(kind.changes + 1);
    }

    private static void requireEnd(Scene scene, Kind kind, MaintainResult result) {
        List<String> files = scene.shelf.files();
        List<String> unfinished = scene.shelf.unfinished();
        if (kind == Kind.PURGE || kind == Kind.ALL) {
            assertThat(result.purged()).containsExactly("uid-old");
            assertThat(files).noneMatch(file -> file.startsWith("old/"));
            assertThat(unfinished).noneMatch(key -> key.startsWith("old/"));
        } else {
            scene.shelf.requireWhole(scene.old);
            assertThat(files).contains("old/more/note.txt");
            assertThat(unfinished).contains("old/data.dump.gz");
        }
        if (kind == Kind.SWEEP || kind == Kind.ALL) {
            assertThat(files).noneMatch(file -> file.startsWith(LEFT));
            assertThat(unfinished).noneMatch(key -> key.startsWith(LEFT));
        } else {
            assertThat(files).contains(LEFT + "data.dump.zst", LEFT + "other");
            assertThat(unfinished).contains(LEFT + "data.dump.gz");
        }
        if (kind == Kind.MOVE) {
            assertThat(result.moved()).containsExactly(new Moved("uid-old", "monthly", StorageClass.GLACIER));
            scene.requireMoved(scene.old, StorageClass.GLACIER);
        }
        if (kind == Kind.ALL) {
            assertThat(result.moved()).containsExactly(new Moved("uid-good", "monthly", StorageClass.STANDARD_IA));
            scene.requireMoved(scene.good, StorageClass.STANDARD_IA);
        }
    }

    @Test
    void aPurgeThatWasCutShortIsNoBackupAnyMore() {
        Scene scene = new Scene(Kind.PURGE);

        scene.killedAfter(1);

        assertThat(scene.shelf.files()).contains("old/data.dump.zst").doesNotContain("old/manifest.json");
    }
}
