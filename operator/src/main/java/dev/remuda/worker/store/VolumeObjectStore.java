package dev.remuda.worker.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import dev.remuda.task.Reason;
import dev.remuda.task.StorageClass;
import dev.remuda.worker.Stop;
import dev.remuda.worker.WorkFailure;

/**
 * A folder of a mounted volume, whose files are called as objects are. A file has its name only when all of it is on the disk: it is written under another one,
 * forced out, and renamed.
 */
public final class VolumeObjectStore implements ObjectStore {
    private static final String PARTIAL = ".remuda-partial-";
    private static final String ROOM = "make room on it, give it more, or let the tiers keep fewer";
    private static final int TRIES = 100;

    private final Path root;
    private final String name;
    private final Stop stop;

    /** @param name of the volume, for messages */
    public VolumeObjectStore(Path root, String name, Stop stop) {
        this.root = root.toAbsolutePath().normalize();
        this.name = name;
        this.stop = stop;
        if (!Files.isDirectory(this.root)) {
            throw new WorkFailure(Reason.BucketNotFound, "volume " + name + " has no folder " + root + ": correct storage.volume.path, or make it");
        }
    }

    @Override
    public String url(String key) {
        return "volume://" + name + "/" + key;
    }

    @Override
    public void requireRoom(long bytes) {
        long free = io("asking for free room", () -> Files.getFileStore(root).getUsableSpace());
        if (free < bytes) {
            throw new WorkFailure(Reason.StorageFull, "volume " + name + " has " + free + " bytes left, and " + bytes + " are needed; " + ROOM);
        }
    }

    @Override
    public Upload begin(String key, Attributes attributes) {
        return io("beginning to store " + url(key), () -> new Writing(key, opened(path(key))));
    }

    @Override
    public Optional<Stored> head(String key) {
        return io("looking at " + url(key), () -> {
            Path file = path(key);
            return Files.isRegularFile(file) ? Optional.of(stored(file)) : Optional.empty();
        });
    }

    /** Without a checksum, so that whoever wants to be sure reads it. */
    private static Stored stored(Path file) throws IOException {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stored(found.size(), found.fileKey() + " " + found.lastModifiedTime().toMillis() + " " + found.size(), Optional.empty(), StorageClass.STANDARD.name());
    }

    @Override
    public void read(String key, String etag, long offset, byte[] buffer, int length) {
        stop.requireGoOn();
        io("reading " + url(key), () -> {
            Path file = path(key);
            if (!stored(file).etag().equals(etag)) {
                throw new WorkFailure(Reason.ObjectMissing, url(key) + " is another file than it was: somebody replaced it meanwhile");
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                ByteBuffer into = ByteBuffer.wrap(buffer, 0, length);
                while (into.hasRemaining()) {
                    if (channel.read(into, offset + into.position()) < 0) {
                        throw new WorkFailure(Reason.DumpIncomplete, url(key) + " ends before byte " + (offset + length) + "; it was cut short");
                    }
                }
            }
            return null;
        });
    }

    @Override
    public Optional<byte[]> get(String key) {
        return io("reading " + url(key), () -> Files.isRegularFile(path(key)) ? Optional.of(Files.readAllBytes(path(key))) : Optional.empty());
    }

    @Override
    public boolean putIfAbsent(String key, byte[] bytes, String contentType, Map<String, String> labels) {
        return io("storing " + url(key), () -> {
            Path file = path(key);
            Path partial = written(file, bytes);
            try {
                Files.createLink(file, partial); // unlike a rename, it never takes another one's place
                forced(file.getParent());
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            } finally {
                Files.deleteIfExists(partial);
            }
        });
    }

    @Override
    public void put(String key, byte[] bytes, String contentType) {
        io("storing " + url(key), () -> {
            Path file = path(key);
            renamed(written(file, bytes), file);
            return null;
        });
    }

    /** A file has neither labels nor a class; what a tier says of today is noted beside it. */
    @Override
    public void relabel(String key, Stored object, Attributes attributes) {}

    @Override
    public void copy(String key, Stored object, Attributes attributes) {}

    @Override
    public void askBack(String key, int days, String speed) {
        throw new WorkFailure(Reason.InternalError, url(key) + " lies in no archive, and was asked back from one; please report it with the worker's log");
    }

    @Override
    public void hold(String key, boolean on) {
        throw new WorkFailure(Reason.InvalidSpec, url(key) + " cannot be held: a volume has no locks");
    }

    @Override
    public List<Listed> list(String prefix) {
        return files(prefix).filter(file -> !file.key().contains(PARTIAL)).toList();
    }

    @Override
    public List<Unfinished> unfinished(String prefix) {
        return files(prefix)
                .filter(file -> file.key().contains(PARTIAL))
                .map(file -> new Unfinished(file.key().substring(0, file.key().indexOf(PARTIAL)), file.key(), file.lastModified()))
                .toList();
    }

    @Override
    public void abort(Unfinished upload) {
        delete(upload.id());
    }

    @Override
    public void delete(String key) {
        io("deleting " + url(key), () -> {
            Files.deleteIfExists(path(key));
            withoutEmptyFolders(path(key).getParent());
            return null;
        });
    }

    @Override
    public void close() {}

    private Path path(String key) {
        Path path = root.resolve(key).normalize();
        if (!path.startsWith(root) || path.equals(root)) {
            throw new WorkFailure(Reason.InternalError, key + " is no name within the volume: nothing was touched; please report it with the worker's log");
        }
        return path;
    }

    /** Others write and delete meanwhile: what vanishes on the way was not there. */
    private Stream<Listed> files(String prefix) {
        int end = prefix.lastIndexOf('/');
        Path folder = end < 0 ? root : path(prefix.substring(0, end));
        List<Listed> found = new ArrayList<>();
        io("listing " + url(prefix), () -> Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes is) {
                String key = root.relativize(file).toString();
                if (is.isRegularFile() && key.startsWith(prefix)) {
                    found.add(new Listed(key, is.size(), is.lastModifiedTime().toInstant()));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
                return e == null ? FileVisitResult.CONTINUE : visitFileFailed(directory, e);
            }
        }));
        return found.stream().sorted(Comparator.comparing(Listed::key));
    }

    /** Another worker may find a folder empty, and remove it, just before it gets its first file. */
    private static Path opened(Path file) throws IOException {
        for (int i = 1;; i++) {
            try {
                Files.createDirectories(file.getParent());
                return Files.createFile(file.resolveSibling(file.getFileName() + PARTIAL + UUID.randomUUID()));
            } catch (NoSuchFileException | FileAlreadyExistsException e) {
                if (i == TRIES) {
                    throw e;
                }
            }
        }
    }

    /** @return where it lies for now */
    private static Path written(Path file, byte[] bytes) throws IOException {
        Path partial = opened(file);
        try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            write(channel, bytes, bytes.length);
            channel.force(true);
            return partial;
        } catch (IOException e) {
            Files.deleteIfExists(partial);
            throw e;
        }
    }

    private static void write(FileChannel channel, byte[] bytes, int length) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
    }

    private void renamed(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forced(to.getParent());
    }

    /** Without this a rename, or a folder that was made for it, may be gone after the power was. */
    private void forced(Path folder) throws IOException {
        for (Path each = folder; each.startsWith(root); each = each.getParent()) {
            try (FileChannel channel = FileChannel.open(each, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private void withoutEmptyFolders(Path folder) throws IOException {
        for (Path empty = folder; !empty.equals(root) && empty.startsWith(root); empty = empty.getParent()) {
            try {
                Files.deleteIfExists(empty);
            } catch (DirectoryNotEmptyException e) {
                return;
            }
        }
    }

    private <T> T io(String what, Callable<T> work) {
        try {
            return work.call();
        } catch (IOException e) {
            throw failure(what, e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private WorkFailure failure(String what, IOException e) {
        String words = e instanceof FileSystemException known && known.getReason() != null ? known.getReason() : String.valueOf(e.getMessage());
        String said = "volume " + name + " failed while " + what + ": " + words;
        if (words.contains("No space left") || words.contains("quota")) {
            return new WorkFailure(Reason.StorageFull, said + "; " + ROOM, e);
        }
        if (e instanceof AccessDeniedException || words.contains("Read-only") || words.contains("not permitted") || words.contains("denied")) {
            return new WorkFailure(Reason.StorageAccessDenied, said + "; the worker is user and group 65532: let that group write there, and mount it writable", e);
        }
        if (e instanceof NoSuchFileException || e instanceof NotDirectoryException) {
            return new WorkFailure(Reason.ObjectMissing, said + "; it was deleted meanwhile", e);
        }
        return new WorkFailure(Reason.StorageUnreachable, said + "; see the node's log, and the server of the volume", e);
    }

    private final class Writing implements Upload {
        private final String key;
        private final Path partial;

        Writing(String key, Path partial) {
            this.key = key;
            this.partial = partial;
        }

        /** Parts come one after another. */
        @Override
        public void part(int number, byte[] bytes, int length, String checksum) {
            io("storing " + url(key), () -> {
                try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
                    write(channel, bytes, length);
                }
                return null;
            });
        }

        @Override
        public void complete(String checksum) {
            io("completing " + url(key), () -> {
                try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                renamed(partial, path(key));
                return null;
            });
        }

        @Override
        public void abort() {
            io("taking back " + url(key), () -> {
                Files.deleteIfExists(partial);
                withoutEmptyFolders(partial.getParent());
                return null;
            });
        }
    }
}
