package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** What to back up. A Backup runs once. */
@ValidationRule(value = "self == oldSelf", message = "a Backup's spec cannot be changed; create another Backup")
public record BackupSpec(@Required @JsonPropertyDescription("The BackupPolicy, in the same namespace, that says what to dump and where to.") NameRef policyRef) {}
