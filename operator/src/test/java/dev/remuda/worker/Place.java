package dev.remuda.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.remuda.support.Bucket;
import dev.remuda.support.Folders;
import dev.remuda.task.StoreAccess;

/** A store of either kind as a test looks into it, past all code of ours. */
interface Place {
    /** How the workers reach it. */
    StoreAccess access();

    /** All there is under a prefix, half-done or not, told apart by its content and the moment it was written. */
    Map<String, String> contents(String prefix);

    byte[] read(String key);

    void write(String key, byte[] bytes);

    void delete(String key);

    default List<String> keys(String prefix) {
        return contents(prefix).keySet().stream().sorted().toList();
    }

    /** As if a disk had lost it. */
    default void flip(String key) {
        byte[] bytes = read(key);
        bytes[bytes.length / 2] ^= 1;
        write(key, bytes);
    }

    static Place bucket(Bucket bucket, StoreAccess access) {
        return new InBucket(bucket, access);
    }

    static Place volume() {
        Path folder = Folders.temporary("volume");
        return new InFolder(folder, StoreAccess.volume("local-backups", folder.toString()));
    }

    record InBucket(Bucket bucket, StoreAccess access) implements Place {
        @Override
        public Map<String, String> contents(String prefix) {
            Map<String, String> found = bucket.contents(prefix);
            bucket.unfinished(prefix).forEach(upload -> found.put(upload.key() + " (unfinished)", upload.uploadId()));
            return found;
        }

        @Override
        public byte[] read(String key) {
            return bucket.read(key);
        }

        @Override
        public void write(String key, byte[] bytes) {
            bucket.write(key, bytes);
        }

        @Override
        public void delete(String key) {
            bucket.delete(key);
        }
    }

    record InFolder(Path folder, StoreAccess access) implements Place {
        @Override
        public Map<String, String> contents(String prefix) {
            try (Stream<Path> all = Files.walk(folder)) {
                return all.filter(Files::isRegularFile).filter(file -> name(file).startsWith(prefix)).collect(Collectors.toMap(this::name, InFolder::moment));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private String name(Path file) {
            return folder.relativize(file).toString();
        }

        private static String moment(Path file) {
            try {
                return Files.getLastModifiedTime(file) + " " + Files.readAttributes(file, "unix:ino");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public byte[] read(String key) {
            return io(Files::readAllBytes, key);
        }

        @Override
        public void write(String key, byte[] bytes) {
            io(file -> Files.write(Files.createDirectories(file.getParent()).resolve(file.getFileName()), bytes), key);
        }

        @Override
        public void delete(String key) {
            io(Files::deleteIfExists, key);
        }

        private interface Work<T> {
            T on(Path file) throws IOException;
        }

        private <T> T io(Work<T> work, String key) {
            try {
                return work.on(folder.resolve(key));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
