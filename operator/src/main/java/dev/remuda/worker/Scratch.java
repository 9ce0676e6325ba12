package dev.remuda.worker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.remuda.task.Reason;
import dev.remuda.worker.postgres.Archive;

/**
 * Room in the Pod for a dump that must lie in a file or folder.
 *
 * @param bytes how much there is; 0: none
 */
record Scratch(Path directory, long bytes) {
    /** @param why in a sentence, without its end */
    void requireRoom(long wanted, String why) {
        if (bytes == 0 || bytes < wanted) {
            throw new WorkFailure(
                    Reason.InvalidSpec, why + (bytes == 0 ? ", and there is no room for it" : ", and there is room for " + bytes + " of " + wanted + " bytes")
                            + ": set scratch of the Restore to a size that the dump fits in uncompressed, such as 20Gi");
        }
    }

    Path folder() {
        return directory.resolve("dump");
    }

    /** Makes it anew. */
    Path emptyFolder() throws IOException {
        if (Files.isDirectory(folder())) {
            for (Path file : Files.list(folder()).toList()) {
                Files.delete(file);
            }
        }
        return Files.createDirectories(folder());
    }

    /** The same archive as a file, which can be read by several at once. */
    Archive filed(Source source) throws IOException {
        if (source.archive().file().isPresent()) {
            return source.archive();
        }
        Path file = emptyFolder().resolve("archive");
        try (InputStream stream = source.archive().open()) {
            if (Files.copy(new Limited(stream, source.url()), file) == 0) {
                throw new WorkFailure(Reason.DumpIncomplete, source.url() + " is empty");
            }
        }
        return Archive.at(file);
    }

    /** Ends with an error that names the cure before the kubelet ends the Pod. */
    private final class Limited extends java.io.FilterInputStream {
        private final String url;
        private long read;

        Limited(InputStream stream, String url) {
            super(stream);
            this.url = url;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int n = super.read(buffer, offset, length);
            read += Math.max(n, 0);
            requireRoom(read, url + " is uncompressed into a file, for several jobs to read");
            return n;
        }
    }
}
