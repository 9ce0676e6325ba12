package dev.remuda.worker.postgres;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

import dev.remuda.task.Reason;
import dev.remuda.worker.WorkFailure;

/** Unpacks a tar of a dump in directory format, for {@code pg_restore -Fd}. Nothing but the files of one such dump gets onto the disk. */
public final class TarUnpack {
    private static final Pattern OF_DUMP =
            Pattern.compile("toc\\.dat|(\\d+|blob_\\d+)\\.dat(\\.gz|\\.lz4|\\.zst)?|blobs(_\\d+)?\\.toc(\\.gz|\\.lz4|\\.zst)?");
    private static final int BUFFER = 64 * 1024;
    private static final int END = 1024;

    private final String name;
    private final Path folder;
    private final long limit;
    private long written;
    private String from;

    private TarUnpack(String name, Path folder, long limit) {
        this.name = name;
        this.folder = folder;
        this.limit = limit;
    }

    /**
     * @param name of the tar, for messages
     * @param folder empty; what is in it after a failure is the caller's to remove
     * @param limit how many bytes there is room for
     * @return the folder to give to pg_restore
     * @throws IOException when the stream cannot be read
     * @throws WorkFailure InvalidSpec, DumpIncomplete or DiskFull
     */
    public static Path into(String name, InputStream tar, Path folder, long limit) throws IOException {
        new TarUnpack(name, folder, limit).unpack(new Ending(tar));
        return folder;
    }

    /** Whether a folder of the directory format has files of this name. */
    static boolean isOfDump(String file) {
        return OF_DUMP.matcher(file).matches();
    }

    static String base(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Its tar adds such a file beside each. */
    static boolean ofMacOs(String path) {
        return base(path).startsWith("._") || base(path).equals(".DS_Store");
    }

    private void unpack(Ending stream) throws IOException {
        try {
            TarArchiveInputStream tar = new TarArchiveInputStream(stream);
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                take(entry, tar);
            }
            stream.drain();
        } catch (IllegalArgumentException e) {
            throw incomplete(e.getMessage());
        } catch (IOException e) {
            if (stream.sourceFailed) {
                throw e;
            }
            throw incomplete(e.getMessage());
        }
        if (stream.zeros < END) {
            throw incomplete("it has no end");
        }
        if (!Files.exists(folder.resolve("toc.dat"))) {
            throw incomplete("it has no toc.dat, which says what the other files are");
        }
    }

    private void take(TarArchiveEntry entry, InputStream content) throws IOException {
        String path = entry.getName();
        if (entry.isDirectory() || ofMacOs(path) || base(path).equals("restore.sql")) {
            return;
        }
        if (path.startsWith("/") || ("/" + path + "/").contains("/../")) {
            throw new WorkFailure(Reason.InvalidSpec, name + " has a file " + path + ", which leads out of the folder: no dump has that, do not trust it");
        }
        if (!isOfDump(base(path))) {
            throw new WorkFailure(Reason.InvalidSpec, name + " has a file " + path + ", which no dump in directory format has: make a tar of the dump's folder alone");
        }
        if (entry.isLink() || entry.isSymbolicLink() || entry.isFIFO() || entry.isCharacterDevice() || entry.isBlockDevice()) {
            throw new WorkFailure(Reason.InvalidSpec, name + " has " + path + " as a link or a device: make the tar again with tar --dereference --hard-dereference");
        }
        requireOneFolder(path);
        write(base(path), entry.getSize(), content);
    }

    private void requireOneFolder(String path) {
        String parent = path.substring(0, path.length() - base(path).length()).replaceFirst("^(\\./)+", "");
        if (from != null && !from.equals(parent)) {
            throw new WorkFailure(
                    Reason.InvalidSpec, name + " has dumps in several folders (" + shown(from) + " and " + shown(parent) + "): make a tar of the one to restore");
        }
        from = parent;
    }

    private static String shown(String parent) {
        return parent.isEmpty() ? "the top" : parent;
    }

    private void write(String file, long size, InputStream content) throws IOException {
        if (size > limit - written) {
            throw full();
        }
        Path target = folder.resolve(file);
        try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[BUFFER];
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                written += n;
                if (written > limit) {
                    throw full();
                }
                save(out, buffer, n);
            }
        } catch (FileAlreadyExistsException e) {
            throw new WorkFailure(Reason.InvalidSpec, name + " has " + file + " twice: files were appended to the tar; make it again", e);
        }
    }

    private void save(OutputStream out, byte[] buffer, int n) {
        try {
            out.write(buffer, 0, n);
        } catch (IOException e) {
            throw new WorkFailure(
                    Reason.DiskFull, "no more of " + name + " can be written to the worker's scratch folder " + folder + " after " + written + " bytes: "
                            + e.getMessage() + "; give it more room", e);
        }
    }

    private WorkFailure full() {
        return new WorkFailure(
                Reason.DiskFull, "the worker's scratch folder " + folder + " has room for " + limit + " bytes, but the files in " + name
                        + " need more: give it more room, or turn the dump into custom format, which needs none");
    }

    private WorkFailure incomplete(String why) {
        return new WorkFailure(Reason.DumpIncomplete, name + " is cut short or damaged: " + why + "; choose another dump, or fetch it again from where it came");
    }

    /** Remembers with how many zeros it ended, which is how a tar ends, and whether it failed by itself. */
    private static final class Ending extends FilterInputStream {
        private long zeros;
        private boolean sourceFailed;

        Ending(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                int n = in.read(buffer, offset, length);
                look(buffer, offset, n);
                return n;
            } catch (IOException e) {
                sourceFailed = true;
                throw e;
            }
        }

        private void look(byte[] buffer, int offset, int n) {
            if (n <= 0) {
                return;
            }
            int tail = 0;
            while (tail < n && buffer[offset + n - 1 - tail] == 0) {
                tail++;
            }
            zeros = tail == n ? zeros + n : tail;
        }

        @Override
        public long skip(long n) throws IOException {
            return Math.max(0, read(new byte[(int) Math.min(n, BUFFER)]));
        }

        void drain() throws IOException {
            byte[] buffer = new byte[BUFFER];
            while (read(buffer, 0, buffer.length) >= 0) {}
        }
    }
}
