package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** A further store that each backup is copied to. */
public record CopySpec(
        @Required @JsonPropertyDescription("Name of the copy, such as local or off-site; a Restore may ask for it in source.copy.")
        @Size(min = 1, max = 32)
        @ValidationRule(
                value = "self.matches('^[a-z0-9]([a-z0-9-]*[a-z0-9])?$')",
                message = "the name of a copy must be lower-case letters, digits and hyphens, such as off-site")
        String name,
        @Required @JsonPropertyDescription("Where it lies: another bucket, best of another provider or region, or a volume.") StorageSpec storage,
        @JsonPropertyDescription("How long backups are kept there. A copy goes at the latest when its Backup goes, which is when the tiers let go of it. Absent: until then.")
        RetentionSpec retention) {
    public CopySpec {
        retention = retention == null ? RetentionSpec.FOR_EVER : retention;
    }
}
