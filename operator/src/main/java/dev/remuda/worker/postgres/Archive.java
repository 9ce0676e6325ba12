package dev.remuda.worker.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** What pg_restore reads: a stream that can be opened again and again, or a file or folder in the Pod. */
public interface Archive {
    /** Opens it from its beginning. */
    InputStream open() throws IOException;

    /** Where it lies in the Pod; empty: it comes as a stream. */
    default Optional<Path> file() {
        return Optional.empty();
    }

    /** Gives it to the program, if it comes as a stream. A program whose archive cannot be read to its end is ended: it would wait for the rest for ever. */
    default void feed(PgProcess program) throws IOException {
        boolean fed = false;
        try (InputStream stream = file().isPresent() ? InputStream.nullInputStream() : open()) {
            program.feed(stream);
            fed = true;
        } finally {
            if (!fed) {
                program.kill();
            }
        }
    }

    /** One that lies in a file or folder. */
    static Archive at(Path path) {
        return new Archive() {
            @Override
            public InputStream open() {
                throw new IllegalStateException(path + " is read by its name");
            }

            @Override
            public Optional<Path> file() {
                return Optional.of(path);
            }
        };
    }
}
