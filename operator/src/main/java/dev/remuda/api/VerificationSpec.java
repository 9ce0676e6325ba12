package dev.remuda.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.ResourceRequirements;

/** How a policy's backups are proved to be worth something, after they were made. */
@ValidationRule(value = "!has(self.server) || !has(self.target)", message = "name either server (a throwaway one, from an image) or target (a server that there is), not both")
@ValidationRule(value = "!has(self.schedule) || has(self.server) || has(self.target)", message = "a drill needs somewhere to restore to: name server.image, such as postgres:17, or target")
public record VerificationSpec(
        @JsonPropertyDescription("When a drill is held: the newest backup is restored for a trial, compared with its manifest, checked and dropped again; like a tier's schedule, "
                + "by spec.timeZone. One that turns out to be bad is followed by the one before it, three at most. Absent: drills are held on demand only, by the annotation "
                + "remuda.dev/verify of a Backup.")
        @Size(min = 1, max = 128)
        @ValidationRule(value = "self.matches('" + TierSpec.CRON + "')", message = TierSpec.NO_CRON)
        String schedule,
        @JsonPropertyDescription("A throwaway PostgreSQL for drills, which runs beside the worker and ends with it.") Server server,
        @JsonPropertyDescription("A server that there is, for drills: they make a database of their own on it, named remuda_restore_…, and drop it.") Elsewhere target,
        @JsonPropertyDescription("Queries that must return true in the database that a drill has restored.") @Size(max = 16) List<RestoreSpec.Check> checks,
        @JsonPropertyDescription("The longest a drill may take, such as 6h. From 1m to 720h. Default 24h.")
        @Default("24h") @Size(min = 2, max = 32)
        @ValidationRule(value = "self.matches('" + Durations.PATTERN + "')", message = "timeout must be a duration such as 90m or 24h")
        @ValidationRule(
                value = Durations.WITHIN_A_MONTH,
                message = Durations.NOT_WITHIN_A_MONTH)
        String timeout,
        @JsonPropertyDescription("What opens backups that are encrypted. Without it they are read and compared, and no drill can be held.") DecryptionSpec decryption,
        @JsonPropertyDescription("When each stored backup is read whole, compared with its checksums and walked through to its end, those in an archive (GLACIER, DEEP_ARCHIVE) "
                + "excepted. It costs what reading the bucket costs. Absent: never, but on demand.")
        Integrity integrity) {

    public static final VerificationSpec NONE = new VerificationSpec(null, null, null, null, null, null, null);

    public VerificationSpec {
        checks = checks == null ? List.of() : List.copyOf(checks);
        timeout = timeout == null ? "24h" : timeout;
    }

    /** Whether there is anywhere to restore to. */
    public boolean canDrill() {
        return server != null || target != null;
    }

    public Optional<String> integritySchedule() {
        return Optional.ofNullable(integrity).map(Integrity::schedule);
    }

    /** When backups are read. */
    public record Integrity(
            @Required @JsonPropertyDescription("Like a tier's schedule, by spec.timeZone; such as 0 4 * * 0.")
            @Size(min = 1, max = 128)
            @ValidationRule(value = "self.matches('" + TierSpec.CRON + "')", message = TierSpec.NO_CRON)
            String schedule) {}

    /** A throwaway PostgreSQL. */
    public record Server(
            @Required @JsonPropertyDescription("Image with initdb and postgres of the backed-up server's major version or a newer one, with the extensions of the database, and "
                    + "/bin/sh; such as postgres:17 or timescale/timescaledb:2.19.3-pg17. Its own entrypoint is not used, and it runs as user 65532.")
            @Size(min = 1, max = 512)
            String image,
            @JsonPropertyDescription("Room for the restored database, as a quantity such as 20Gi, on the node's disk; a drill that needs more fails. Default 10Gi.")
            @Default("10Gi") @Size(min = 1, max = 32)
            @ValidationRule(value = "isQuantity(self) && quantity(self).isGreaterThan(quantity('0'))", message = "size must be a quantity such as 20Gi")
            String size,
            @JsonPropertyDescription("StorageClass of a volume of that size, which is made for the drill and deleted after it. Absent: the node's disk.")
            @Size(min = 1, max = 253) String storageClassName,
            @JsonPropertyDescription("CPU and memory of the server. Default: requests of 100m CPU and 256Mi memory, a limit of 1Gi memory.")
            @ValidationRule(
                    value = JobTemplateSpec.QUANTITIES,
                    message = JobTemplateSpec.NO_QUANTITIES)
            ResourceRequirements resources,
            @JsonPropertyDescription("Settings of the server, such as maintenance_work_mem. TimescaleDB is preloaded without being named where the backup has it.")
            @Size(max = 64) Map<String, String> parameters) {
        public Server {
            size = size == null ? "10Gi" : size;
            parameters = parameters == null ? Map.of() : Map.copyOf(parameters);
        }
    }

    /** A server that there is. */
    public record Elsewhere(
            @JsonPropertyDescription("Host name or address of the server. Absent: taken from the Secret (keys host or uri).")
            @Size(min = 1, max = 253)
            @ValidationRule(value = DatabaseSpec.IS_HOST, message = DatabaseSpec.NO_HOST)
            String host,
            @JsonPropertyDescription("Port of the server, 1 to 65535. Absent: taken from the Secret, else 5432.")
            @Min(1) @Max(65535) Integer port,
            @JsonPropertyDescription("How TLS is used, in libpq's words. Default prefer.") SslMode sslMode,
            @Required @JsonPropertyDescription("The Secret, in the same namespace, with a login that may create databases. With a superuser's, owners and rights are restored too.")
            SecretRef secretRef,
            @JsonPropertyDescription("Where the certificate authorities to trust are. Absent: the system's.") CaRef caRef) {

        /** The server, without a database. */
        public DatabaseSpec server() {
            return new DatabaseSpec(host, port, null, sslMode, secretRef, caRef);
        }
    }
}
