package dev.remuda.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonIgnore;

/** A resource that knows what of it could not be read, because only a newer version has it. */
public interface Versioned {
    /** The word of conditions and Events for it. */
    String NEWER = "NewerVersion";

    /** The fields and words that are not known, such as {@code spec.tiers[0].storageClass COLD}. */
    List<String> unread();

    /** Whether only a newer operator knows what it means. */
    @JsonIgnore
    default boolean isOfNewerVersion() {
        return !unread().isEmpty();
    }

    /** Whether it is the status that was not understood, which is then not this operator's to write. */
    @JsonIgnore
    default boolean hasNewerStatus() {
        return unread().stream().anyMatch(words -> words.startsWith("status"));
    }

    /** Why nothing is done for it, and what to do. */
    default String newerVersion() {
        return "it is of a newer version of Remuda than this operator, which does not know " + String.join(", ", unread())
                + "; nothing is done for it until a newer operator is installed or that is taken out";
    }
}
