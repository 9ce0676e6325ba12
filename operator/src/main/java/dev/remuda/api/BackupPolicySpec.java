package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** The wanted state of a {@link BackupPolicy}. */
public record BackupPolicySpec(
        @Required @JsonPropertyDescription("The database to back up.") DatabaseSpec database,
        @Required @JsonPropertyDescription("Where backups are stored.") StorageSpec storage,
        @JsonPropertyDescription("How the dump is made.") DumpSpec dump,
        @JsonPropertyDescription("The longest a Backup may run, such as 90m or 4h; past it the Backup is Failed with reason TimedOut. From 1m to 720h. Default 4h.")
        @Default("4h") @Size(min = 1, max = 32)
        @ValidationRule(value = "self.matches('" + Durations.PATTERN + "')", message = "timeout must be a duration such as 90m or 4h")
        @ValidationRule(
                value = "!self.matches('" + Durations.PATTERN + "') || (duration(self) >= duration('1m') && duration(self) <= duration('720h'))",
                message = "timeout must be at least 1m and at most 720h")
        String timeout,
        @JsonPropertyDescription("What the Pods of this policy's Jobs are given.") JobTemplateSpec jobTemplate) {

    public static final String DEFAULT_TIMEOUT = "4h";

    public BackupPolicySpec {
        dump = dump == null ? DumpSpec.DEFAULT : dump;
        timeout = timeout == null ? DEFAULT_TIMEOUT : timeout;
        jobTemplate = jobTemplate == null ? JobTemplateSpec.EMPTY : jobTemplate;
    }
}
