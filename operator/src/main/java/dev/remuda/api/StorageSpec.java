package dev.remuda.api;

import java.util.Objects;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;

/** Where backups are stored. */
@ValidationRule(value = "has(self.s3) != has(self.volume)", message = "name either s3 or volume, not both and not neither")
public record StorageSpec(
        @JsonPropertyDescription("A bucket of AWS S3 or of a store that speaks its protocol.") S3Spec s3,
        @JsonPropertyDescription("A volume of the cluster, such as an NFS share.") VolumeSpec volume) {

    /** What the keys of all objects begin with, without a slash at either end; null: nothing. */
    public String prefix() {
        return s3 == null ? null : s3.prefix();
    }

    /** How a place in it is called: {@code s3://bucket/key}. */
    public String url(String key) {
        return (s3 == null ? "volume://" + volume.claimName() : "s3://" + s3.bucket()) + "/" + key;
    }

    /** Who moves dumps from one class of storage to another; a volume has one. */
    public Transitions transitions() {
        return s3 == null ? Transitions.None : s3.transitions();
    }

    /** How it keeps everybody from deleting what is stored. */
    public Optional<ObjectLockSpec> objectLock() {
        return Optional.ofNullable(s3).map(S3Spec::objectLock);
    }

    /** Whether the other means the same bucket or volume, with whatever key and prefix. */
    public boolean isSamePlace(StorageSpec other) {
        return s3 != null && other.s3 != null ? s3.isSameBucket(other.s3) : Objects.equals(volume, other.volume) && s3 == null && other.s3 == null;
    }

    /** Whether the other means the same folder of it, too. */
    public boolean isSameFolder(StorageSpec other) {
        return isSamePlace(other) && Objects.equals(prefix(), other.prefix());
    }
}
