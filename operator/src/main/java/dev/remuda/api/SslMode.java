package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How TLS is used with a database, in libpq's words. */
public enum SslMode {
    @JsonProperty("disable")
    DISABLE("disable"),
    @JsonProperty("allow")
    ALLOW("allow"),
    @JsonProperty("prefer")
    PREFER("prefer"),
    @JsonProperty("require")
    REQUIRE("require"),
    @JsonProperty("verify-ca")
    VERIFY_CA("verify-ca"),
    @JsonProperty("verify-full")
    VERIFY_FULL("verify-full");

    private final String word;

    SslMode(String word) {
        this.word = word;
    }

    /** libpq's word. */
    public String word() {
        return word;
    }
}
