package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** What a team has promised of its data. Metrics and alerts measure what is against it. */
public record ObjectivesSpec(
        @JsonPropertyDescription("Recovery point objective: how much work may be lost at most, such as 6h. It is measured from the snapshot of the newest Completed Backup. "
                + "Absent: none is promised.")
        @Size(min = 2, max = 32)
        @ValidationRule(value = "self.matches('" + Durations.AGE_PATTERN + "') && self.matches('[1-9]')", message = "rpo must be a duration such as 6h or 1d, greater than zero")
        String rpo,
        @JsonPropertyDescription("Recovery time objective: how long a restore may take at most, such as 1h. It is measured by the newest Completed Restore of a backup of this "
                + "policy. Absent: none is promised.")
        @Size(min = 2, max = 32)
        @ValidationRule(value = "self.matches('" + Durations.AGE_PATTERN + "') && self.matches('[1-9]')", message = "rto must be a duration such as 1h, greater than zero")
        String rto) {

    public static final ObjectivesSpec NONE = new ObjectivesSpec(null, null);
}
