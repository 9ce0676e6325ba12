package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;

import dev.remuda.task.Compression;
import dev.remuda.task.Compression.Algorithm;

/** How a dump is compressed. */
@ValidationRule(
        value = "!has(self.level) || self.algorithm == 'Zstd' || (self.algorithm in ['Gzip', 'Lz4'] && self.level <= 9)",
        message = "level goes from 1 to 19 with Zstd and from 1 to 9 with Gzip and Lz4; leave it out with None")
public record CompressionSpec(
        @JsonPropertyDescription("Zstd (the default): small and fast; undone by hand with zstd -d. Gzip: undone by gzip -d anywhere. Lz4: least work. None: as pg_dump writes it.")
        @Default("Zstd") Algorithm algorithm,
        @JsonPropertyDescription("The algorithm's level, higher is smaller and slower: 1 to 19 with Zstd (default 3), 1 to 9 with Gzip (default 6) and Lz4 (default 1). "
                + "Must be absent with None.")
        @Min(1) @Max(19) Integer level) {

    static final CompressionSpec DEFAULT = new CompressionSpec(null, null);

    public CompressionSpec {
        algorithm = algorithm == null ? Algorithm.Zstd : algorithm;
    }

    /** What the worker is told: the level is always set. */
    public Compression toTask() {
        int usual = switch (algorithm) {
            case Zstd -> 3;
            case Gzip -> 6;
            case Lz4 -> 1;
            case None -> 0;
        };
        return new Compression(algorithm, level == null ? usual : level);
    }
}
