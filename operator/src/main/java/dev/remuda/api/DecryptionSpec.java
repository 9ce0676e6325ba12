package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/** What opens an encrypted dump. */
public record DecryptionSpec(
        @Required @JsonPropertyDescription("The Secret, in the same namespace, with an identity of one of the recipients: key identity, the file that age-keygen writes. It is mounted into the Pods "
                + "that read the dump and nowhere else.")
        SecretRef secretRef) {}
