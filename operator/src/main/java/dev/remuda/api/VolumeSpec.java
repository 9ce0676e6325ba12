package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** A volume of the cluster and the place in it. */
public record VolumeSpec(
        @Required @JsonPropertyDescription("Name of the PersistentVolumeClaim, in the same namespace. The Pods run as user and group 65532, and several of them may mount it at once (ReadWriteMany, unless one node runs them all).")
        @Size(min = 1, max = 253) String claimName,
        @JsonPropertyDescription("Folder in it, without a slash at either end, such as backups/production. It must exist. Absent: the volume's root.")
        @Size(min = 1, max = 512)
        @ValidationRule(value = "self.matches('^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$')", message = "path must be letters, digits and ._- in folders, without a slash at either end, such as backups/production")
        @ValidationRule(value = "!self.split('/').exists(part, part == '.' || part == '..')", message = "path must not contain the folders . or ..")
        String path) {}
