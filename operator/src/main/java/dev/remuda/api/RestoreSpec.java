package dev.remuda.api;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

import dev.remuda.task.RestoreStrategy;

/** What to restore and where to. A Restore runs once. */
@ValidationRule(value = "self == oldSelf", message = "a Restore's spec cannot be changed; create another Restore")
@ValidationRule(
        value = "!(self.strategy in ['Swap', 'Recreate']) || has(self.confirm)",
        message = "strategies Swap and Recreate replace all data of the target: set confirm to the name of the target database, or use strategy Create")
@ValidationRule(
        value = "!has(self.target) || !has(self.target.name) || !has(self.confirm) || self.confirm == self.target.name",
        message = "confirm must equal target.name, the database whose data will be replaced")
@ValidationRule(
        value = "self.strategy != 'Existing' || has(self.include)",
        message = "strategy Existing restores parts into a database that exists: name them in include, or use strategy Swap")
@ValidationRule(
        value = "!has(self.include) || self.strategy in ['Existing', 'Create']",
        message = "a part of a backup cannot take the place of a whole database: use include with strategy Existing, or with Create and another target.name")
@ValidationRule(
        value = "!has(self.migrations) || self.strategy != 'Existing'",
        message = "migrations run against a database of their own before it takes the target's place: use strategy Swap, Recreate or Create")
@ValidationRule(
        value = "!has(self.jobs) || self.jobs == 1 || has(self.scratch)",
        message = "several jobs read the dump from a file: set scratch to a size that the whole stored dump fits in, such as 20Gi")
@ValidationRule(
        value = "!has(self.source.object) || (has(self.target) && has(self.target.secretRef))",
        message = "a dump named by source.object does not say which database it is of: name the server's login in target.secretRef")
@ValidationRule(
        value = "!has(self.source.object) || has(self.policyRef) || self.strategy == 'Create' || !self.safetyBackup",
        message = "the safety backup needs a place: name a BackupPolicy in policyRef whose store it goes to, or set safetyBackup: false")
public record RestoreSpec(
        @Required @JsonPropertyDescription("What to restore.") Source source,
        @JsonPropertyDescription("The database to restore into. What is absent is as in the Backup: its own database on its own server by default.") Target target,
        @JsonPropertyDescription("Swap (the default): restore beside the target, then take its place by a rename; a failure leaves it serving as before. "
                + "Recreate: drop the target and create it anew, for servers without room for two. Existing: restore the tables and schemas of include into the "
                + "database that is there, in one transaction. Create: make a database that does not exist yet, refuse when it does.")
        @Default("Swap") RestoreStrategy strategy,
        @JsonPropertyDescription("The target database's name, typed by whoever accepts that its present data is replaced. Needed with Swap and Recreate, and with Existing "
                + "when rows of a selected table would be replaced.")
        @Size(min = 1, max = 63) String confirm,
        @JsonPropertyDescription("Whether the target, if it exists, is first backed up to its policy's store, as a Backup named <restore>-safety that is kept until "
                + "somebody deletes it. Default true.")
        @Default("true") Boolean safetyBackup,
        @JsonPropertyDescription("The BackupPolicy, in the same namespace, whose jobTemplate the Jobs are given and to whose store the safety backup goes. "
                + "Absent: that of the Backup.")
        NameRef policyRef,
        @JsonPropertyDescription("What of the backup to restore; with what belongs to it (indexes, constraints, triggers, sequences). What it needs beside that must be "
                + "there already or be named too; the Restore says what is missing. Absent: all.")
        Selection include,
        @JsonPropertyDescription("Who owns what is restored. Absent: owners and privileges as in the backup.") Owner owner,
        @JsonPropertyDescription("How many tables and indexes are restored at once, 1 to 64. More than 1 needs scratch, and a dump in pg_dump's custom or directory format. Default 1.")
        @Default("1") @Min(1) @Max(64) Integer jobs,
        @JsonPropertyDescription("Room in the Pod, as a quantity such as 20Gi, for the whole stored dump: needed with several jobs and for tar files of pg_dump's directory "
                + "format; nothing else needs any. It counts towards the node's ephemeral storage.")
        @Size(min = 1, max = 32)
        @ValidationRule(value = "isQuantity(self) && quantity(self).isGreaterThan(quantity('0'))", message = "scratch must be a quantity such as 20Gi")
        String scratch,
        @JsonPropertyDescription("A program that brings the restored database up to date before it takes the target's place.") Migrations migrations,
        @JsonPropertyDescription("Queries that must return true in the restored database before it takes the target's place (with Existing: before the transaction is committed).")
        @Size(max = 16) List<Check> checks,
        @JsonPropertyDescription("How long strategy Swap keeps the old database, as <name>_before_<restore>, closed to all; such as 72h or 7d; 0s drops it at once. Default 72h.")
        @Default("72h") @Size(min = 2, max = 32)
        @ValidationRule(value = "self.matches('" + Durations.AGE_PATTERN + "')", message = "keepReplaced must be a duration such as 72h or 7d")
        String keepReplaced,
        @JsonPropertyDescription("The longest that each of its Jobs may run, such as 6h. From 1m to 720h. Default 24h.")
        @Default("24h") @Size(min = 2, max = 32)
        @ValidationRule(value = "self.matches('" + Durations.PATTERN + "')", message = "timeout must be a duration such as 90m or 24h")
        @ValidationRule(
                value = Durations.WITHIN_A_MONTH,
                message = Durations.NOT_WITHIN_A_MONTH)
        String timeout) {

    public RestoreSpec {
        target = target == null ? Target.SAME : target;
        strategy = strategy == null ? RestoreStrategy.Swap : strategy;
        safetyBackup = safetyBackup == null || safetyBackup;
        jobs = jobs == null ? 1 : jobs;
        checks = checks == null ? List.of() : List.copyOf(checks);
        keepReplaced = keepReplaced == null ? "72h" : keepReplaced;
        timeout = timeout == null ? "24h" : timeout;
    }

    /** What to restore. */
    @ValidationRule(value = "!has(self.copy) || !has(self.object)", message = "copy is for backupRef and latestOf; object says itself where it lies")
    @ValidationRule(
            value = "[has(self.backupRef), has(self.latestOf), has(self.object)].filter(given, given).size() == 1",
            message = "name exactly one of backupRef, latestOf and object")
    public record Source(
            @JsonPropertyDescription("The Backup, in the same namespace. It must be Completed.") NameRef backupRef,
            @JsonPropertyDescription("The newest Completed Backup of a policy, chosen when the Restore begins.") LatestOf latestOf,
            @JsonPropertyDescription("Any dump in any store: of pg_dump in custom, tar or plain format, compressed or not, or a tar file of its directory format. What it "
                    + "is, is seen from its content.")
            StoredObject object,
            @JsonPropertyDescription("How a dump is asked back that lies in an archive (GLACIER, DEEP_ARCHIVE).") Archive archive,
            @JsonPropertyDescription("What opens a dump that is encrypted with age. Absent: it is not encrypted.") DecryptionSpec decryption,
            @JsonPropertyDescription("Name of the copy to read, of those in the policy's spec.copies. Absent: the Backup in its own store, or its first copy that can be read when that "
                    + "cannot.")
            @Size(min = 1, max = 32) String copy) {
        public Source {
            archive = archive == null ? Archive.USUAL : archive;
        }
    }

    /** Chooses a Backup. Safety backups are never chosen. */
    public record LatestOf(
            @Required @JsonPropertyDescription("Name of the BackupPolicy, in the same namespace.") @Size(min = 1, max = 253) String policy,
            @JsonPropertyDescription("Only Backups whose snapshot was taken at or before this moment, such as 2026-11-25T02:00:00Z.") java.time.Instant before,
            @JsonPropertyDescription("Only Backups that were made for this tier.") @Size(min = 1, max = 32) String tier,
            @JsonPropertyDescription("Only Backups with the condition Verified. Default false.") Boolean verified) {
        public LatestOf {
            verified = verified != null && verified;
        }
    }

    /** A dump by its key. */
    public record StoredObject(
            @Required @JsonPropertyDescription("The store; its prefix is not used.") StorageSpec storage,
            @Required @JsonPropertyDescription("Key of the dump in the bucket.") @Size(min = 1, max = 1024) String key) {}

    /** How a dump comes back from an archive; the store charges for both. */
    public record Archive(
            @JsonPropertyDescription("For how many days the copy that can be read is kept, 1 to 30. Default 3.") @Default("3") @Min(1) @Max(30) Integer days,
            @JsonPropertyDescription("Bulk, Standard (the default) or Expedited, as the store has them: hours or minutes.") @Default("Standard") Speed speed) {
        static final Archive USUAL = new Archive(null, null);
        private static final int USUAL_DAYS = 3;

        public Archive {
            days = days == null ? USUAL_DAYS : days;
            speed = speed == null ? Speed.Standard : speed;
        }

        /** S3's words. */
        public enum Speed {
            Bulk,
            Standard,
            Expedited
        }
    }

    /** Who owns what is restored. */
    public record Owner(
            @Required @JsonPropertyDescription("The role that owns all restored objects, and the database, whatever the backup says; privileges of others are not restored. "
                    + "The login must be a member of it.")
            @Size(min = 1, max = 63) String role) {}

    /** A query that must return one row with one column that is true. */
    public record Check(
            @Required @JsonPropertyDescription("The query, such as SELECT count(*) > 0 FROM races.") @Size(min = 1, max = 2048) String sql) {}

    /** A program of the user's. */
    public record Migrations(
            @Required @JsonPropertyDescription("Image of the container. It runs as user 65532 under the restricted profile and must have /bin/sh.") @Size(min = 1, max = 512) String image,
            @Required @JsonPropertyDescription("The program with its first arguments; the image's own entrypoint is not used. It finds the database in PGHOST, PGPORT, "
                    + "PGDATABASE, PGUSER, PGPASSWORD, PGSSLMODE (and PGSSLROOTCERT) and in DATABASE_URL.")
            @Size(min = 1, max = 64) List<String> command,
            @JsonPropertyDescription("More arguments.") @Size(max = 64) List<String> args,
            @JsonPropertyDescription("More environment variables.") @Size(max = 64) List<io.fabric8.kubernetes.api.model.EnvVar> env,
            @JsonPropertyDescription("The longest it may run, such as 1h. Default 1h.")
            @Default("1h") @Size(min = 2, max = 32)
            @ValidationRule(value = "self.matches('" + Durations.PATTERN + "') && self.matches('[1-9]')", message = "timeout must be a duration such as 30m, greater than zero")
            String timeout) {
        public Migrations {
            command = command == null ? List.of() : List.copyOf(command);
            args = args == null ? List.of() : List.copyOf(args);
            env = env == null ? List.of() : List.copyOf(env);
            timeout = timeout == null ? "1h" : timeout;
        }
    }
}
