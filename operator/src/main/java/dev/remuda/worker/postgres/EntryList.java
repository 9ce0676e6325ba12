package dev.remuda.worker.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A list of entries as the file that {@code pg_restore --use-list} wants, for as long as it is open. */
public record EntryList(Optional<Path> file) implements AutoCloseable {
    /** No list: everything. */
    public static final EntryList ALL = new EntryList(Optional.empty());

    public static EntryList of(String text) throws IOException {
        return new EntryList(Optional.of(Files.writeString(Files.createTempFile("entries", ".list"), text)));
    }

    @Override
    public void close() throws IOException {
        if (file.isPresent()) {
            Files.deleteIfExists(file.get());
        }
    }
}
