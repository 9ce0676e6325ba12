package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** A PEM file of certificate authorities in a ConfigMap or a Secret. */
@ValidationRule(value = "has(self.configMap) != has(self.secret)", message = "name either configMap or secret, not both and not neither")
public record CaRef(
        @JsonPropertyDescription("Name of the ConfigMap, in the same namespace.") @Size(min = 1, max = 253) String configMap,
        @JsonPropertyDescription("Name of the Secret, in the same namespace.") @Size(min = 1, max = 253) String secret,
        @JsonPropertyDescription("The key that holds the PEM text. Default ca.crt.") @Size(min = 1, max = 253) String key) {

    private static final String DEFAULT_KEY = "ca.crt";

    public CaRef {
        key = key == null ? DEFAULT_KEY : key;
    }
}
