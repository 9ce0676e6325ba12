package dev.remuda.task;

/**
 * How the dump is compressed on its way to the store.
 *
 * @param level the algorithm's own level; ignored for None
 */
public record Compression(Algorithm algorithm, int level) {

    /** Compression algorithms, each of which a common command-line tool undoes. */
    public enum Algorithm {
        Zstd(".zst"),
        Gzip(".gz"),
        Lz4(".lz4"),
        None("");

        private final String suffix;

        Algorithm(String suffix) {
            this.suffix = suffix;
        }

        /** What a compressed file's name ends in. */
        public String suffix() {
            return suffix;
        }
    }
}
