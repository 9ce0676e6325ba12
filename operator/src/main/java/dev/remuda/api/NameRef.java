package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** The name of another resource in the same namespace. */
public record NameRef(@Required @JsonPropertyDescription("Its name.") @Size(min = 1, max = 253) String name) {}
