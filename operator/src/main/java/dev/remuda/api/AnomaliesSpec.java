package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** When a backup that is whole looks wrong all the same, beside the one before it. */
public record AnomaliesSpec(
        @JsonPropertyDescription("How many percent of its size before compression, of all rows, or of the rows of a table with at least a tenth of all, a backup may have less than the last "
                + "normal one, 0 to 99; with more, or with a table that is gone, it is Completed and flagged by condition Suspicious. 0: nothing is compared. Default 50.")
        @Default("50") @Min(0) @Max(99) Integer dropPercent) {

    public static final AnomaliesSpec USUAL = new AnomaliesSpec(null);

    private static final int HALF = 50;

    public AnomaliesSpec {
        dropPercent = dropPercent == null ? HALF : dropPercent;
    }
}
