package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/** Where backups are stored. */
public record StorageSpec(@Required @JsonPropertyDescription("A bucket of AWS S3 or of a store that speaks its protocol.") S3Spec s3) {}
