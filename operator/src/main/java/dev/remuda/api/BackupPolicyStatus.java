package dev.remuda.api;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Condition;


/** What is known of a {@link BackupPolicy}. */
public record BackupPolicyStatus(
        @JsonPropertyDescription("The generation of the spec that this status speaks of.") Long observedGeneration,
        @JsonPropertyDescription("Condition Ready: whether all schedules are understood, the store could be looked through, and backups can be made. Condition Maintained: whether the last look into the store "
                + "found all backups that are kept, and everything that was to be moved or purged was. Condition Verified: whether the last drill succeeded and no kept backup is known "
                + "to be damaged. Condition Copied: whether all backups that shall be in further stores are there. Condition ThreeTwoOne: whether the newest data lies in three places of two kinds, one of them off-site.")
        List<Condition> conditions,
        @JsonPropertyDescription("The newest completed Backup; absent when there is none.") LastBackup lastBackup,
        @JsonPropertyDescription("The newest backup that is neither damaged nor suspicious: the next one is compared with it.") Baseline baseline,
        @JsonPropertyDescription("When the next scheduled backup starts; absent: none does.") Instant nextBackup,
        @JsonPropertyDescription("Since when a scheduled backup is due that has not begun, because another one is under way or the API server refuses it; absent: none is.")
        Instant overdueSince,
        @JsonPropertyDescription("How far each tier's schedule has come.") List<Tier> tiers,
        @JsonPropertyDescription("What is kept, and what goes next.") Retention retention,
        @JsonPropertyDescription("The last Job that kept the store in order.") Maintenance maintenance,
        @JsonPropertyDescription("The last look for backups in the store that this cluster has no Backup for.") Catalogue catalogue,
        @JsonPropertyDescription("How backups are proved after they were made.") Verification verification,
        @JsonPropertyDescription("How far the copies in further stores have come, in the order of spec.copies.") List<Copies> copies,
        @JsonPropertyDescription("With storage.s3.transitions Lifecycle: the rules for the bucket, as JSON for aws s3api put-bucket-lifecycle-configuration. "
                + "Merge them with the bucket's others: that command replaces all.")
        String lifecycleRules) {

    public static final BackupPolicyStatus NONE = new BackupPolicyStatus(null, null, null, null, null, null, null, null, null, null, null, null, null);

    /** One without copies. */
    public BackupPolicyStatus(
            Long observedGeneration, List<Condition> conditions, LastBackup lastBackup, Baseline baseline, Instant nextBackup, Instant overdueSince, List<Tier> tiers, Retention retention,
            Maintenance maintenance, Catalogue catalogue, Verification verification, String lifecycleRules) {
        this(observedGeneration, conditions, lastBackup, baseline, nextBackup, overdueSince, tiers, retention, maintenance, catalogue, verification, null, lifecycleRules);
    }

    public BackupPolicyStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
        tiers = tiers == null || tiers.isEmpty() ? null : List.copyOf(tiers);
        copies = copies == null || copies.isEmpty() ? null : List.copyOf(copies);
    }

    /** What is known of the copies of that name. */
    public Copies copies(String name) {
        return Objects.requireNonNullElse(copies, List.<Copies>of()).stream().filter(known -> known.name().equals(name)).findFirst().orElse(Copies.none(name));
    }

    /** The newest completed Backup of a policy. */
    public record LastBackup(
            @JsonPropertyDescription("Name of the Backup.") String name,
            @JsonPropertyDescription("When it completed.") Instant completedAt,
            @JsonPropertyDescription("When its snapshot was taken: nothing written later is in it.") Instant snapshotAt,
            @JsonPropertyDescription("Size of the stored dump in bytes.") Long sizeBytes,
            @JsonPropertyDescription("The same for people.") String size) {}

    /** What a new backup is compared with. */
    public record Baseline(
            @Required @JsonPropertyDescription("Name of the Backup.") String backup,
            @JsonPropertyDescription("Where it lies in the store of the policy, ending in a slash.") String prefix) {}

    /** How far one tier's schedule has come. */
    public record Tier(
            @Required @JsonPropertyDescription("Name of the tier.") String name,
            @JsonPropertyDescription("Its schedule and time zone as they were read; a changed schedule counts from the moment of the change.") String schedule,
            @JsonPropertyDescription("Slots up to this moment are not made up for: the schedule did not exist yet.") Instant since,
            @JsonPropertyDescription("The last moment of the schedule that is done with: a Backup was made for it, or it was missed.") Instant lastSlot,
            @JsonPropertyDescription("The next moment of the schedule; absent: it cannot be read.") Instant nextSlot,
            @JsonPropertyDescription("Time from there to the moment after it, such as 1d.") String interval) {}

    /** What is kept, and what goes next. */
    public record Retention(
            @JsonPropertyDescription("How many completed Backups are kept.") Integer kept,
            @JsonPropertyDescription("How many of them each tier keeps as its own.") List<Count> tiers,
            @JsonPropertyDescription("How many are to be purged by now.") Integer due,
            @JsonPropertyDescription("Which go next by age, the earliest first, at most five.") List<Expiry> next,
            @JsonPropertyDescription("Tiers that Backups were made for but the policy no longer has.") List<RemovedTier> removedTiers) {
        public Retention {
            tiers = tiers == null || tiers.isEmpty() ? null : List.copyOf(tiers);
            next = next == null || next.isEmpty() ? null : List.copyOf(next);
            removedTiers = removedTiers == null || removedTiers.isEmpty() ? null : List.copyOf(removedTiers);
        }
    }

    /** How many Backups a tier keeps. */
    public record Count(
            @Required @JsonPropertyDescription("Name of the tier.") String name, @JsonPropertyDescription("How many Backups it keeps as its own.") Integer kept) {}

    /** When a Backup goes. */
    public record Expiry(
            @Required @JsonPropertyDescription("Name of the Backup.") String backup, @JsonPropertyDescription("When no tier keeps it any more.") Instant at) {}

    /** A tier that the policy no longer has. */
    public record RemovedTier(
            @Required @JsonPropertyDescription("Name of the tier.") String name,
            @JsonPropertyDescription("Until then its Backups are kept as if nothing had happened, so that a mistake can be undone.") Instant releasesAt) {}

    /** The last look for backups in the store. It is made when the policy is new, and when the annotation remuda.dev/catalogue changes. */
    public record Catalogue(
            @JsonPropertyDescription("The Job that looks, or looked.") StoreJob job,
            @JsonPropertyDescription("Values of the annotations remuda.dev/catalogue and remuda.dev/take-over that are answered; absent: the policy was new.") String request,
            @JsonPropertyDescription("Key prefix up to which the store was looked through; the next Job goes on from there.") String after,
            @JsonPropertyDescription("How many Backups this look has brought back so far.") int imported,
            @JsonPropertyDescription("When the whole store was looked through last.") Instant completedAt,
            @JsonPropertyDescription("Whose this part of the store is, when it is another cluster's, and what to do: until then no backup is made and nothing is moved or purged.")
            String heldBy) {

        /** The same with its Job further on. */
        public Catalogue with(StoreJob next) {
            return new Catalogue(next, request, after, imported, completedAt, heldBy);
        }
    }

    /** How the store is kept in order. */
    public record Maintenance(
            @JsonPropertyDescription("The Job that does it, or did.") StoreJob job,
            @JsonPropertyDescription("When one last ended without a failure.") Instant succeededAt) {

        /** The same with its Job further on. */
        public Maintenance with(StoreJob next) {
            return new Maintenance(next, succeededAt);
        }
    }

    /** How backups are proved after they were made. */
    public record Verification(
            @JsonPropertyDescription("The Job that does it, or did last; absent: there was none yet.") StoreJob job,
            @JsonPropertyDescription("What it does: Read (each byte of some backups) or Drill (restores one for a trial).") Kind kind,
            @JsonPropertyDescription("Names of the Backups that it is about.") List<String> backups,
            @JsonPropertyDescription("Their uids, for another may get the name meanwhile.") List<String> uids,
            @JsonPropertyDescription("Value of the annotation remuda.dev/verify that it answers; absent: it is one of the schedule's.") String request,
            @JsonPropertyDescription("How far the schedule of drills has come.") Point drills,
            @JsonPropertyDescription("How far the schedule of integrity has come.") Point integrity,
            @JsonPropertyDescription("How many Backups the drill that is due has found to be bad so far.") int bad,
            @JsonPropertyDescription("The newest drill that succeeded; absent: none has yet.") Drill lastVerified) {

        public static final Verification NONE = new Verification(null, null, null, null, null, null, null, 0, null);

        public Verification {
            backups = backups == null ? List.of() : List.copyOf(backups);
            uids = uids == null ? List.of() : List.copyOf(uids);
        }

        /** Whether a Job is planned or runs. */
        public boolean underWay() {
            return job != null && job.underWay();
        }

        /** The same with its Job further on. */
        public Verification with(StoreJob next) {
            return new Verification(next, kind, backups, uids, request, drills, integrity, bad, lastVerified);
        }

        /** What a Job of verification does. */
        public enum Kind {
            Read,
            Drill
        }
    }

    /** How far the copies in one further store have come. */
    public record Copies(
            @Required @JsonPropertyDescription("Name of the copy in spec.copies.") String name,
            @JsonPropertyDescription("The Job that works on them, or did last; absent: there was none yet.") StoreJob job,
            @JsonPropertyDescription("The store and the folder in it that the Job is about.") String place,
            @JsonPropertyDescription("What it does: Copy (brings backups there) or Upkeep (looks whether all are there, and purges those whose time is over).") Work work,
            @JsonPropertyDescription("Names of the Backups that it copies or purges there.") List<String> backups,
            @JsonPropertyDescription("How many Backups are there.") int there,
            @JsonPropertyDescription("How many are to be copied still.") int behind,
            @JsonPropertyDescription("When the first of those was completed that are to be copied still; absent: all are there.") Instant behindSince,
            @JsonPropertyDescription("When it was last seen that all of them are there, and all was purged that was to be.") Instant keptInOrderAt) {

        static Copies none(String name) {
            return new Copies(name, null, null, null, null, 0, 0, null, null);
        }

        public Copies {
            backups = backups == null ? List.of() : List.copyOf(backups);
        }

        /** Whether a Job is planned or runs. */
        public boolean underWay() {
            return job != null && job.underWay();
        }

        /** The same with its Job further on. */
        public Copies with(StoreJob next) {
            return new Copies(name, next, place, work, backups, there, behind, behindSince, keptInOrderAt);
        }

        /** What a Job does for copies. */
        public enum Work {
            Copy,
            Upkeep
        }
    }

    /** How far a schedule has come. */
    public record Point(
            @JsonPropertyDescription("The schedule and time zone as they were read; a changed schedule counts from the moment of the change.") String schedule,
            @JsonPropertyDescription("Moments of the schedule up to this one are done with.") Instant since,
            @JsonPropertyDescription("The next moment of the schedule.") Instant next,
            @JsonPropertyDescription("Time from there to the moment after it, such as 30d.") String interval) {}

    /** A drill that succeeded. */
    public record Drill(
            @JsonPropertyDescription("Name of the Backup that was restored.") String backup,
            @JsonPropertyDescription("When its snapshot was taken.") Instant snapshotAt,
            @JsonPropertyDescription("When the drill ended.") Instant finishedAt,
            @JsonPropertyDescription("How many seconds it took to restore and compare it.") long restoreSeconds) {}
}
