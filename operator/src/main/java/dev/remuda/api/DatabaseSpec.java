package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** Where a database is and how to log in to it. */
public record DatabaseSpec(
        @JsonPropertyDescription("Host name or address of the server. Absent: taken from the Secret (keys host or uri).")
        @Size(min = 1, max = 253)
        @ValidationRule(value = DatabaseSpec.IS_HOST, message = DatabaseSpec.NO_HOST)
        String host,
        @JsonPropertyDescription("Port of the server, 1 to 65535. Absent: taken from the Secret, else 5432.")
        @Min(1) @Max(65535) Integer port,
        @JsonPropertyDescription("Name of the database. Absent: taken from the Secret (keys dbname, database or uri).")
        @Size(min = 1, max = 63) String name,
        @JsonPropertyDescription("How TLS is used, in libpq's words. prefer (the default) uses it when the server has it and checks nothing; "
                + "verify-full checks the certificate and the host name.")
        SslMode sslMode,
        @Required @JsonPropertyDescription("The Secret, in the same namespace, with the login. Keys: username and password; or uri (postgresql://…); or "
                + "DATABASE_URL; Secrets made by CloudNativePG, the Zalando operator or a service binding fit as they are.")
        SecretRef secretRef,
        @JsonPropertyDescription("Where the certificate authorities to trust are, for verify-ca and verify-full; with require it makes that verify-ca, as in libpq. Absent: the system's.") CaRef caRef) {

    static final String IS_HOST = "self.matches('^[^ /@]+$') && !self.matches('^[^:]+:[0-9]*$')";
    static final String NO_HOST = "host is a name or an address alone; the port belongs in port";

    /** The database of that name on this server. */
    public DatabaseSpec named(String database) {
        return new DatabaseSpec(host, port, database, sslMode, secretRef, caRef);
    }

    /** This database with another's fields where this has none. */
    public DatabaseSpec orElse(DatabaseSpec other) {
        return new DatabaseSpec(
                host == null ? other.host : host,
                port == null ? other.port : port,
                name == null ? other.name : name,
                sslMode == null ? other.sslMode : sslMode,
                secretRef == null ? other.secretRef : secretRef,
                caRef == null ? other.caRef : caRef);
    }
}
