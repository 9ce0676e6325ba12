package dev.remuda.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** How what is stored is encrypted before it leaves the Pod. */
public record EncryptionSpec(
        @Required @JsonPropertyDescription("Encryption with age (age-encryption.org): whoever has the identity of one of the recipients can restore, and nobody else. No identity is needed to "
                + "make backups, and none need be in the cluster.")
        AgeSpec age) {

    /** For whom. */
    public record AgeSpec(
            @Required @JsonPropertyDescription("Public keys that age-keygen prints, age1…; name at least two whose identities lie in different places: without any of them the backups are lost.")
            @Size(min = 1, max = 16)
            @ValidationRule(value = "self.all(key, key.matches('^age1[ac-hj-np-z02-9]{58}$'))", message = "each recipient must be a public key of age, age1 and 58 characters, as age-keygen -y prints it")
            @ValidationRule(value = "self.all(key, self.exists_one(other, other == key))", message = "a recipient is named twice")
            List<@Size(min = 62, max = 62) String> recipients) {
        public AgeSpec {
            recipients = recipients == null ? List.of() : List.copyOf(recipients);
        }
    }
}
