package dev.remuda.api;

import java.util.Objects;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

import dev.remuda.task.StoreAccess.Tagging;
import dev.remuda.task.StoreEncryption;

/** A bucket and the place in it. */
@ValidationRule(
        value = "!has(self.objectLock) || has(self.transitions) && self.transitions != 'Copy'",
        message = "with objectLock each copy to another storage class would leave a locked version behind: set transitions to Lifecycle, so that rules of the bucket move it, or to None")
public record S3Spec(
        @Required @JsonPropertyDescription("Name of the bucket. It must exist; Remuda never creates one.")
        @Size(min = 3, max = 63)
        @ValidationRule(
                value = "self.matches('^[a-z0-9][a-z0-9.-]+[a-z0-9]$')",
                message = "bucket must be 3 to 63 lower-case letters, digits, dots and hyphens, with a letter or digit at both ends")
        String bucket,
        @JsonPropertyDescription("What the keys of all objects begin with, without a slash at either end. Absent: nothing.")
        @Size(min = 1, max = 512)
        @ValidationRule(
                value = "self.matches(\"^[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*$\")",
                message = "prefix must be letters, digits and !_.*'()- in folders, without a slash at either end, such as team/production")
        @ValidationRule(value = "!self.split('/').exists(part, part == '.' || part == '..')", message = "prefix must not contain the folders . or ..")
        String prefix,
        @JsonPropertyDescription("The store's region, such as ap-southeast-2; auto for Cloudflare R2. Absent: the SDK's default chain, else us-east-1.")
        @Size(min = 1, max = 64)
        @ValidationRule(value = "self.matches('^[a-z0-9-]+$')", message = "region must be lower-case letters, digits and hyphens, such as ap-southeast-2")
        String region,
        @JsonPropertyDescription("URL of a store other than AWS, such as https://<account>.r2.cloudflarestorage.com. Absent: AWS.")
        @Size(min = 1, max = 512)
        @ValidationRule(
                value = "self.matches('^https?://[^/?#@ ]+/?$')",
                message = "endpoint must be a URL of scheme and host, such as https://s3.example.com, without user, path and query")
        String endpoint,
        @JsonPropertyDescription("Put the bucket into the path instead of the host name; most stores in a cluster need it. Default false.") Boolean forcePathStyle,
        @JsonPropertyDescription("The Secret, in the same namespace, with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary keys, AWS_SESSION_TOKEN. "
                + "Absent: the SDK's default chain (IRSA, Pod Identity) with jobTemplate.serviceAccountName.")
        SecretRef secretRef,
        @JsonPropertyDescription("Auto (the default) tags objects unless the store answers that it has no tags; Disabled never does. "
                + "The labels stand in object metadata and in the manifest in any case.")
        Tagging tagging,
        @JsonPropertyDescription("Who moves a dump to its tier's storageClass. Copy (the default): Remuda, by a copy within the store. Lifecycle: the bucket's own rules, by the "
                + "tag tier; status.lifecycleRules has them ready to apply. None: nobody.")
        @Default("Copy") Transitions transitions,
        @JsonPropertyDescription("How the store encrypts dumps, manifests and copies; a dump that is stored otherwise fails its Backup. Absent: as the bucket does by itself (AWS: AES256).")
        ServerSideEncryption serverSideEncryption,
        @JsonPropertyDescription("Lock dump, manifest and globals against deletion from the beginning, until the longest maxAge of the Backup's tiers has passed; a Backup without such a tier is not "
                + "locked. The bucket must have Object Lock. Pinned Backups are put under legal hold.")
        ObjectLockSpec objectLock) {
    public S3Spec {
        forcePathStyle = forcePathStyle != null && forcePathStyle;
        tagging = tagging == null ? Tagging.Auto : tagging;
        transitions = transitions == null ? Transitions.Copy : transitions;
    }

    /** How the store is asked to encrypt, if at all. */
    public Optional<StoreEncryption> encryption() {
        return Optional.ofNullable(serverSideEncryption).map(ServerSideEncryption::toTask);
    }

    /** Whether the other means the same bucket of the same store, with whatever key and prefix. */
    public boolean isSameBucket(S3Spec other) {
        return bucket.equals(other.bucket) && Objects.equals(endpoint, other.endpoint);
    }
}
