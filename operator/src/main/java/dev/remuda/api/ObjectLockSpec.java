package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/** How the store keeps everybody from deleting backups before their time. */
public record ObjectLockSpec(
        @Required @JsonPropertyDescription("GOVERNANCE: who has the right s3:BypassGovernanceRetention may delete it all the same. COMPLIANCE: nobody can, the account's owner included.") Mode mode) {

    /** S3's words. */
    public enum Mode {
        GOVERNANCE,
        COMPLIANCE
    }
}
