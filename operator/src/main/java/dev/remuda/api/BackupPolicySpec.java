package dev.remuda.api;

import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** The wanted state of a {@link BackupPolicy}. */
@ValidationRule(
        value = "!has(self.storage.volume) || !has(self.tiers) || self.tiers.all(tier, !has(tier.storageClass))",
        message = "a volume has no storage classes; remove storageClass from the tiers, or store in s3")
@ValidationRule(
        value = "!has(self.verification) || !has(self.verification.schedule) || !has(self.dump) || !has(self.dump.content) || self.dump.content != 'DataOnly'",
        message = "a dump of rows alone (dump.content DataOnly) cannot be restored by itself, so no drill can be held; remove verification.schedule")
public record BackupPolicySpec(
        @Required @JsonPropertyDescription("The database to back up.") DatabaseSpec database,
        @Required @JsonPropertyDescription("Where backups are stored.") StorageSpec storage,
        @JsonPropertyDescription("How the dump is made.") DumpSpec dump,
        @JsonPropertyDescription("Encryption of dumps, and of roles and tablespaces beside them, on their way to the store. The manifest is not encrypted. Absent: none by Remuda.")
        EncryptionSpec encryption,
        @JsonPropertyDescription("Time zone of the schedules, a name of the IANA database such as Australia/Sydney. Default Etc/UTC.")
        @Default("Etc/UTC") @Size(min = 1, max = 64)
        String timeZone,
        @JsonPropertyDescription("When backups are made and how long they are kept; hot to cold. A backup belongs to all tiers for whose schedules it was made, its current "
                + "tier is the first in this list that keeps it, and when none does it is purged. Absent: backups are made on demand and kept until somebody deletes them.")
        @Size(max = 16) List<TierSpec> tiers,
        @JsonPropertyDescription("Further stores that each backup is copied to as it is stored, when it is completed: never by a second dump. With one there are three copies of the data, "
                + "the database included. Absent: none.")
        @Size(max = 4) List<CopySpec> copies,
        @JsonPropertyDescription("How late a scheduled backup may start, such as 1h; a later one is skipped, with the Event BackupMissed. Absent: it is made up for whenever it "
                + "becomes possible. However many were missed, one is made.")
        @Size(min = 2, max = 32)
        @ValidationRule(value = "self.matches('" + Durations.PATTERN + "') && self.matches('[1-9]')", message = "startingDeadline must be a duration such as 30m or 1h, greater than zero")
        String startingDeadline,
        @JsonPropertyDescription("When a backup is due while another of the policy is under way: Forbid (the default) waits for its end, Replace stops one that the schedule made.")
        @Default("Forbid") ConcurrencyPolicy concurrencyPolicy,
        @JsonPropertyDescription("Scheduled backups start up to this much later, by a fixed delay for each policy, so that many policies with one schedule do not start at once. "
                + "Such as 10m; at most 24h. Default 0s.")
        @Default("0s") @Size(min = 2, max = 32)
        @ValidationRule(value = "self.matches('" + Durations.PATTERN + "')", message = "jitter must be a duration such as 10m")
        @ValidationRule(value = "!self.matches('" + Durations.PATTERN + "') || duration(self) <= duration('24h')", message = "jitter must be at most 24h")
        String jitter,
        @JsonPropertyDescription("Whether the policy rests: no scheduled backup is made, none is moved or purged. status.retention shows what would be done. "
                + "Moments of the schedule that pass meanwhile are not made up for. Default false.")
        Boolean suspend,
        @JsonPropertyDescription("The longest a Backup may take with all its attempts and the rests between them, such as 90m or 4h; past it the Backup is Failed with "
                + "reason TimedOut. From 1m to 720h. Default 4h.")
        @Default("4h") @Size(min = 1, max = 32)
        @ValidationRule(value = "self.matches('" + Durations.PATTERN + "')", message = "timeout must be a duration such as 90m or 4h")
        @ValidationRule(
                value = Durations.WITHIN_A_MONTH,
                message = Durations.NOT_WITHIN_A_MONTH)
        String timeout,
        @JsonPropertyDescription("Whether and when a Backup is tried again that failed for a cause that can pass by itself, such as a store that did not answer or an evicted "
                + "Pod. What each attempt met is listed in the Backup's status.attempts.")
        RetrySpec retry,
        @JsonPropertyDescription("What the team has promised of this database's data; metrics and alerts measure what is against it. Absent: nothing.")
        ObjectivesSpec objectives,
        @JsonPropertyDescription("How stored backups are proved to be good for something: read whole, and restored for a trial. Absent: only when a Backup is annotated with "
                + "remuda.dev/verify.")
        VerificationSpec verification,
        @JsonPropertyDescription("When a backup that is whole looks wrong all the same, for much of what the one before it had is not in it.") AnomaliesSpec anomalies,
        @JsonPropertyDescription("Who is told at once of what happens to this policy's Backups and Restores. Absent: nobody; Events, metrics and alerts tell all the same.")
        @Size(max = 8) List<NotificationSpec> notifications,
        @JsonPropertyDescription("What happens to stored data when its Backup is deleted, by a person or with its namespace. Retain (the default): it stays. Delete: it is purged, "
                + "and deleting the policy deletes its Backups. What no tier keeps is purged in either case.")
        @Default("Retain") DeletionPolicy deletionPolicy,
        @JsonPropertyDescription("How many Failed Backups are kept for a look at their causes; older ones are removed. Default 3.")
        @Default("3") @Min(0) @Max(1000) Integer failedBackupsHistoryLimit,
        @JsonPropertyDescription("What the Pods of this policy's Jobs are given.") JobTemplateSpec jobTemplate) {

    public static final String DEFAULT_TIMEOUT = "4h";

    private static final int USUAL_FAILED = 3;

    public BackupPolicySpec {
        dump = dump == null ? DumpSpec.DEFAULT : dump;
        copies = copies == null ? List.of() : List.copyOf(copies);
        timeZone = timeZone == null ? "Etc/UTC" : timeZone;
        tiers = tiers == null ? List.of() : List.copyOf(tiers);
        concurrencyPolicy = concurrencyPolicy == null ? ConcurrencyPolicy.Forbid : concurrencyPolicy;
        jitter = jitter == null ? "0s" : jitter;
        suspend = suspend != null && suspend;
        timeout = timeout == null ? DEFAULT_TIMEOUT : timeout;
        retry = retry == null ? RetrySpec.USUAL : retry;
        objectives = objectives == null ? ObjectivesSpec.NONE : objectives;
        verification = verification == null ? VerificationSpec.NONE : verification;
        anomalies = anomalies == null ? AnomaliesSpec.USUAL : anomalies;
        notifications = notifications == null ? List.of() : List.copyOf(notifications);
        deletionPolicy = deletionPolicy == null ? DeletionPolicy.Retain : deletionPolicy;
        failedBackupsHistoryLimit = failedBackupsHistoryLimit == null ? USUAL_FAILED : failedBackupsHistoryLimit;
        jobTemplate = jobTemplate == null ? JobTemplateSpec.EMPTY : jobTemplate;
    }

    /** Public keys for which all that is dumped is encrypted; none: it is not. */
    public List<String> recipients() {
        return encryption == null || encryption.age() == null ? List.of() : encryption.age().recipients();
    }

    public Optional<TierSpec> tier(String name) {
        return tiers.stream().filter(tier -> tier.name().equals(name)).findFirst();
    }

    public Optional<CopySpec> copy(String name) {
        return copies.stream().filter(copy -> copy.name().equals(name)).findFirst();
    }

    /** The first of its tiers, hot to cold, among those named. */
    public Optional<TierSpec> hottest(List<String> names) {
        return tiers.stream().filter(tier -> names.contains(tier.name())).findFirst();
    }

    /** How the store that holds a backup is reached: with the present key where it is the policy's own bucket still, else as it was noted then. */
    public StorageSpec reach(StorageSpec noted) {
        return storage.isSamePlace(noted) ? storage : noted;
    }
}
