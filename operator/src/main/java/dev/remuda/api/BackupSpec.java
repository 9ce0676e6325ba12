package dev.remuda.api;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** What to back up. A Backup runs once. */
@ValidationRule(
        value = "self.policyRef == oldSelf.policyRef && has(self.tiers) == has(oldSelf.tiers) && (!has(self.tiers) || self.tiers == oldSelf.tiers)"
                + " && has(self.slot) == has(oldSelf.slot) && (!has(self.slot) || self.slot == oldSelf.slot)"
                + " && has(self.safety) == has(oldSelf.safety) && (!has(self.safety) || self.safety == oldSelf.safety)",
        message = "a Backup's spec cannot be changed, except pinned; create another Backup")
public record BackupSpec(
        @Required @JsonPropertyDescription("The BackupPolicy, in the same namespace, that says what to dump and where to.") NameRef policyRef,
        @JsonPropertyDescription("Tiers of the policy by whose retention it is kept. Absent: none, and it is kept until somebody deletes it.")
        @Size(max = 16) List<String> tiers,
        @JsonPropertyDescription("The moment of the schedule that it was made for; set by the operator, absent when it was asked for by a person.") Instant slot,
        @JsonPropertyDescription("Whether it is kept for as long as this is true, whatever its tiers say. It may be changed at any time. Default false.") Boolean pinned,
        @JsonPropertyDescription("Set by the operator on the backup that it makes of a database before a Restore replaces it. It is kept until somebody deletes it, counts for no "
                + "tier, and is never what latestOf finds.")
        Safety safety) {

    /** @param safety null: an ordinary backup */
    public BackupSpec(NameRef policyRef, List<String> tiers, Instant slot, Boolean pinned) {
        this(policyRef, tiers, slot, pinned, null);
    }

    public BackupSpec {
        tiers = tiers == null || tiers.isEmpty() ? null : List.copyOf(tiers);
        pinned = pinned != null && pinned ? true : null;
    }

    /** Its tiers; empty: none. */
    public List<String> ofTiers() {
        return tiers == null || safety != null ? List.of() : tiers;
    }

    public boolean hasPin() {
        return pinned != null;
    }

    /** The backup of a database that a Restore is about to replace. */
    public record Safety(
            @Required @JsonPropertyDescription("Name of the Restore, in the same namespace.") @Size(min = 1, max = 253) String restore,
            @Required @JsonPropertyDescription("The database to back up instead of the policy's.") DatabaseSpec database) {}
}
