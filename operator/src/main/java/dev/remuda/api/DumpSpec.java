package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;

/** How a dump is made. */
public record DumpSpec(
        @JsonPropertyDescription("Format of the dump. Custom (the default and only one so far): pg_dump's own archive, read by pg_restore.")
        @Default("Custom") Format format,
        @JsonPropertyDescription("How the dump is compressed on its way to the store. Default Zstd at level 3.") CompressionSpec compression) {

    public static final DumpSpec DEFAULT = new DumpSpec(null, null);

    public DumpSpec {
        format = format == null ? Format.Custom : format;
        compression = compression == null ? CompressionSpec.DEFAULT : compression;
    }

    /** Formats of a dump. */
    public enum Format {
        Custom
    }
}
