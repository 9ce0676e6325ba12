package dev.remuda.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** Where a restore goes. Without a secretRef, what is absent is as in the Backup; with one, host and port are never taken from the Backup. */
@ValidationRule(
        value = "(!has(self.host) && !has(self.port)) || has(self.secretRef)",
        message = "a target on another server needs its own secretRef: the login of the backed-up server is never sent elsewhere")
public record Target(
        @JsonPropertyDescription("Host name or address of the server. Absent: the Backup's own server, or, when secretRef is given, that Secret's host.")
        @Size(min = 1, max = 253)
        @ValidationRule(value = DatabaseSpec.IS_HOST, message = DatabaseSpec.NO_HOST)
        String host,
        @JsonPropertyDescription("Port of the server, 1 to 65535. Absent: like host; 5432 when the Secret has none.") @Min(1) @Max(65535) Integer port,
        @JsonPropertyDescription("Name of the database to restore into. Absent: the Secret's when secretRef is given and has one, else the backed-up database's name.")
        @Size(min = 1, max = 63) String name,
        @JsonPropertyDescription("How TLS is used, in libpq's words. Absent: as in the Backup, or prefer when secretRef is given.") SslMode sslMode,
        @JsonPropertyDescription("The Secret, in the same namespace, with a login that may create databases. Absent: the Backup's.") SecretRef secretRef,
        @JsonPropertyDescription("Where the certificate authorities to trust are. Absent: as in the Backup, or the system's when secretRef is given.") CaRef caRef) {

    static final Target SAME = new Target(null, null, null, null, null, null);

    /** The database this names, seen from the one that was backed up. A null name in the answer stands for the name in the manifest. */
    public DatabaseSpec in(DatabaseSpec backedUp) {
        DatabaseSpec own = new DatabaseSpec(host, port, name, sslMode, secretRef, caRef);
        return secretRef == null ? own.orElse(backedUp) : own;
    }
}
