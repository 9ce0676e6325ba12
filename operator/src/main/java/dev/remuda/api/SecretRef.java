package dev.remuda.api;

import java.util.Map;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A Secret in the resource's own namespace. It is mounted into Jobs; the operator never reads it. */
public record SecretRef(
        @Required @JsonPropertyDescription("Name of the Secret.") @Size(min = 1, max = 253) String name,
        @JsonPropertyDescription("For a Secret with keys of its own: from the name of a field (username, password, host, port, dbname, uri, …) to the key that holds it.")
        @Size(max = 16) Map<String, String> keys) {
    public SecretRef {
        keys = keys == null || keys.isEmpty() ? null : Map.copyOf(keys);
    }
}
