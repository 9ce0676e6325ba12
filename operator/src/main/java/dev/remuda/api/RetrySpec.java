package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** How often and how soon a Backup tries again when an attempt failed for a cause that can pass by itself. */
public record RetrySpec(
        @JsonPropertyDescription("How many more attempts are made after the first. 0: none. Default 3.") @Default("3") @Min(0) @Max(10) Integer limit,
        @JsonPropertyDescription("How long to rest before the second attempt, such as 30s or 5m; before each further one twice as long, but never more than 1h. "
                + "From 1s to 1h. Default 1m.")
        @Default("1m") @Size(min = 2, max = 32)
        @ValidationRule(value = "self.matches('" + Durations.PATTERN + "')", message = "backoff must be a duration such as 30s or 5m")
        @ValidationRule(
                value = "!self.matches('" + Durations.PATTERN + "') || (duration(self) >= duration('1s') && duration(self) <= duration('1h'))",
                message = "backoff must be at least 1s and at most 1h")
        String backoff) {

    public static final RetrySpec USUAL = new RetrySpec(null, null);

    private static final int USUAL_LIMIT = 3;

    public RetrySpec {
        limit = limit == null ? USUAL_LIMIT : limit;
        backoff = backoff == null ? "1m" : backoff;
    }
}
