package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

import dev.remuda.task.StoreEncryption;

/** How the store encrypts what it is given. */
@ValidationRule(value = "!has(self.kmsKeyId) || self.type == 'aws:kms'", message = "kmsKeyId is for type aws:kms; with AES256 the store has its own keys")
public record ServerSideEncryption(
        @Required @JsonPropertyDescription("AES256: with keys of the store's own (SSE-S3). aws:kms: with a key of AWS KMS (SSE-KMS).") Type type,
        @JsonPropertyDescription("With aws:kms: ARN or id of the key. Absent: the account's own key for S3.") @Size(min = 1, max = 2048) String kmsKeyId) {

    /** By whose keys. */
    public enum Type {
        @JsonProperty("AES256")
        AES256("AES256"),
        @JsonProperty("aws:kms")
        AWS_KMS("aws:kms");

        private final String word;

        Type(String word) {
            this.word = word;
        }
    }

    StoreEncryption toTask() {
        return new StoreEncryption(type.word, kmsKeyId);
    }
}
