package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** What a tier keeps: backups younger than maxAge that are among the newest maxCount, and in any case the newest minCount. */
@ValidationRule(
        value = "!has(self.maxCount) || !has(self.minCount) || self.minCount <= self.maxCount",
        message = "minCount must not be greater than maxCount")
public record RetentionSpec(
        @JsonPropertyDescription("Keep backups whose snapshot is at most this old, such as 30d or 12h. Absent: of any age.")
        @Size(min = 2, max = 32)
        @ValidationRule(
                value = "self.matches('" + Durations.AGE_PATTERN + "') && self.matches('[1-9]')",
                message = "maxAge must be an age such as 30d, 12h or 90m, greater than zero")
        String maxAge,
        @JsonPropertyDescription("Keep at most so many of the tier's backups, the newest. Absent: any number.") @Min(1) @Max(100000) Integer maxCount,
        @JsonPropertyDescription("Keep the newest so many of the tier's backups whatever their age, so that an outage ages out none of the last good ones. Default 1.")
        @Default("1") @Min(0) @Max(100000) Integer minCount) {

    static final RetentionSpec FOR_EVER = new RetentionSpec(null, null, null);

    private static final int USUAL_MIN = 1;

    public RetentionSpec {
        minCount = minCount == null ? USUAL_MIN : minCount;
    }
}
