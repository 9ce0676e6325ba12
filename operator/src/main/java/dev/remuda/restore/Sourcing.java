package dev.remuda.restore;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.DatabaseSpec;
import dev.remuda.api.JobTemplateSpec;
import dev.remuda.api.NameRef;
import dev.remuda.api.Phase;
import dev.remuda.api.Restore;
import dev.remuda.api.RestoreSpec;
import dev.remuda.api.RestoreStatus;
import dev.remuda.api.RestoreStatus.StepName;
import dev.remuda.job.Step;
import dev.remuda.status.AskedBy;
import dev.remuda.status.Trust;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreStrategy;

/** What a Restore is of, and whether it may begin. */
final class Sourcing {
    static final String NO_PLACE = "the safety backup needs a place: name a BackupPolicy in policyRef";

    private static final Duration GRACE = Duration.ofMinutes(1);
    private static final int SHOWN = 5;

    private Sourcing() {}

    static RestorePlan of(Observed seen) {
        RestoreSpec.Source source = seen.spec().source();
        if (source.object() != null) {
            return begin(seen, Optional.empty(), "");
        }
        return source.latestOf() != null ? latest(seen, source.latestOf()) : named(seen);
    }

    /** Whether the Backup that was chosen is still the one that there was. */
    static Optional<String> gone(Observed seen) {
        if (seen.spec().source().object() != null) {
            return Optional.empty();
        }
        String deleted = "Backup " + seen.backupName().orElseThrow() + " was deleted before the Restore began";
        if (seen.backup().isEmpty()) {
            return Optional.of(deleted);
        }
        Optional<BackupStatus> there = seen.backup().map(Backup::getStatus).filter(backup -> backup.phase() == Phase.Completed);
        Optional<Place> place = there.flatMap(backup -> Place.of(backup, seen.status().copy()));
        if (there.isPresent() && place.isEmpty()) {
            return Optional.of("copy " + seen.status().copy() + " of Backup " + seen.backupName().orElseThrow() + " went before the Restore began");
        }
        boolean same = place.filter(known -> known.url().equals(seen.status().source())).isPresent();
        return same ? Optional.empty() : Optional.of(deleted + ", and another has its name now");
    }

    private static RestorePlan named(Observed seen) {
        String name = seen.backupName().orElseThrow();
        if (seen.backup().isEmpty()) {
            return patiently(seen, Reason.BackupMissing, "Backup " + name + " does not exist in namespace " + seen.namespace() + "; kubectl get backups lists those that do");
        }
        Backup backup = seen.backup().get();
        if (backup.getStatus() == null || !backup.getStatus().hasEnded()) {
            return RestorePlan.wait(seen, Reason.BackupNotCompleted.name(), "Backup " + name + " is not completed yet; waiting for it", RestorePlan.LOOK_AGAIN);
        }
        if (backup.getStatus().phase() == Phase.Failed) {
            return fail(seen, Reason.BackupNotCompleted, "Backup " + name + " is Failed, so there is nothing to restore; choose a completed one");
        }
        if (backup.getStatus().phase() == Phase.Deleting || backup.isMarkedForDeletion()) {
            return fail(seen, Reason.BackupNotCompleted, "Backup " + name + " is being deleted; choose another one");
        }
        if (!hasCopy(seen, backup.getStatus())) {
            String has = backup.getStatus().copies().stream().map(BackupStatus.Copy::name).collect(Collectors.joining(", "));
            return fail(seen, Reason.NoBackupFound, "Backup " + name + " has no copy named " + seen.spec().source().copy() + "; it has " + (has.isEmpty() ? "none" : has));
        }
        return begin(seen, seen.backup(), "");
    }

    /** Whether it has the copy that is asked for, if one is. */
    private static boolean hasCopy(Observed seen, BackupStatus backup) {
        return seen.spec().source().copy() == null || backup.copy(seen.spec().source().copy()).isPresent();
    }

    private static RestorePlan latest(Observed seen, RestoreSpec.LatestOf wanted) {
        List<Backup> known = seen.candidates().stream().filter(backup -> isCandidate(backup, wanted.policy())).sorted(Backup.BY_SNAPSHOT.reversed()).toList();
        Optional<Backup> newest = known.stream().filter(backup -> fits(seen, backup, wanted) && isUsable(backup.getStatus())).findFirst();
        return newest.isPresent() ? begin(seen, newest, passedOver(seen, known, wanted, newest.get())) : fail(seen, Reason.NoBackupFound, nothing(seen, wanted, known));
    }

    /** One that is damaged in its own store may have been copied before. */
    private static boolean isUsable(BackupStatus backup) {
        return !Trust.isDamaged(backup) || !backup.copies().isEmpty();
    }

    /** Newer ones that were not taken, and why. */
    private static String passedOver(Observed seen, List<Backup> known, RestoreSpec.LatestOf wanted, Backup taken) {
        List<String> damaged = known.stream()
                .takeWhile(backup -> backup != taken)
                .filter(backup -> fits(seen, backup, wanted))
                .map(backup -> backup.getMetadata().getName())
                .toList();
        return damaged.isEmpty() ? "" : "; newer, but known to be damaged, and so left out: " + String.join(", ", damaged);
    }

    private static boolean isCandidate(Backup backup, String policy) {
        BackupStatus status = backup.getStatus();
        return backup.getSpec().policyRef().name().equals(policy) && backup.getSpec().safety() == null && !backup.isMarkedForDeletion()
                && status != null && status.phase() == Phase.Completed && status.snapshotAt() != null && status.location() != null;
    }

    private static boolean fits(Observed seen, Backup backup, RestoreSpec.LatestOf wanted) {
        return hasCopy(seen, backup.getStatus()) && (wanted.before() == null || !backup.getStatus().snapshotAt().isAfter(wanted.before()))
                && (wanted.tier() == null || backup.getSpec().ofTiers().contains(wanted.tier()))
                && (!wanted.verified() || Trust.isVerified(backup.getStatus()));
    }

    private static String nothing(Observed seen, RestoreSpec.LatestOf wanted, List<Backup> known) {
        String what = "no Completed Backup of BackupPolicy " + wanted.policy() + " in namespace " + seen.namespace()
                + (wanted.before() == null ? "" : " with a snapshot at or before " + wanted.before())
                + (wanted.tier() == null ? "" : " that was made for tier " + wanted.tier())
                + (wanted.verified() ? " with condition Verified" : "")
                + (seen.spec().source().copy() == null ? "" : " with a copy named " + seen.spec().source().copy());
        if (known.isEmpty()) {
            return what + "; the policy has no Completed Backup at all. kubectl get backups lists what there is";
        }
        String some = known.stream().limit(SHOWN).map(Sourcing::described).collect(Collectors.joining(", "));
        return what + "; there are: " + some + (known.size() > SHOWN ? " and " + (known.size() - SHOWN) + " more" : "") + ". Create another Restore that asks for one of these";
    }

    private static String described(Backup backup) {
        String tiers = backup.getSpec().ofTiers().isEmpty() ? "" : ", " + String.join(" and ", backup.getSpec().ofTiers());
        return backup.getMetadata().getName() + " (" + backup.getStatus().snapshotAt().truncatedTo(ChronoUnit.SECONDS) + tiers + (Trust.isDamaged(backup.getStatus()) ? ", damaged)" : Trust.isVerified(backup.getStatus()) ? ", verified)" : ")");
    }

    /** @param remark on the choice of the Backup, for the record */
    private static RestorePlan begin(Observed seen, Optional<Backup> backup, String remark) {
        Optional<String> name = policyName(seen.restore(), backup);
        boolean needed = seen.spec().policyRef() != null || seen.wantsSafety();
        if (needed && seen.policy().isEmpty()) {
            return patiently(seen, Reason.PolicyMissing, name.map(missing -> "BackupPolicy " + missing + " does not exist in namespace " + seen.namespace()
                            + "; create it, or name another one in policyRef" + (seen.spec().policyRef() == null ? ", or set safetyBackup: false" : ""))
                    .orElse(NO_PLACE + ", or set safetyBackup: false"));
        }
        Optional<BackupStatus> status = backup.map(Backup::getStatus);
        DatabaseSpec target = seen.spec().target().in(status.map(BackupStatus::database).orElse(null));
        Optional<String> database = targetName(seen, target, status);
        Optional<String> unconfirmed = database.flatMap(known -> unconfirmed(seen, known));
        if (unconfirmed.isPresent()) {
            return fail(seen, Reason.NotConfirmed, unconfirmed.get());
        }
        Optional<Place> place = status.map(known -> Optional.ofNullable(seen.spec().source().copy()).flatMap(copy -> Place.of(known, copy)).orElseGet(() -> Place.first(known)));
        boolean saved = place.filter(known -> known.copy() != null && seen.spec().source().copy() == null).isPresent();
        Draft draft = Draft.of(seen)
                .begin(
                        backup.map(known -> known.getMetadata().getName()).orElse(null), url(seen), status.map(BackupStatus::snapshotAt).orElse(null),
                        target, database.orElse(null), template(seen, status))
                .plan(StepName.Preflight)
                .phase(Phase.Pending);
        place.ifPresent(draft::from);
        String damaged = saved ? "; in its own store it is known to be damaged, so it is read from " + place.get().words() : "";
        return RestorePlan.write(draft.waiting("Pending", "the Job is being created"), Duration.ZERO, begun(seen, draft.build(), remark + damaged));
    }

    /** For the record: who wants what, before anything is done. */
    private static Step.Tell begun(Observed seen, RestoreStatus planned, String remark) {
        return new Step.Tell(false, "Begun", "asked for by " + AskedBy.of(seen.restore()) + ": " + seen.spec().strategy() + " of " + planned.source()
                + " into " + Words.database(planned) + remark);
    }

    /** Name of the policy that the Jobs are made by; empty: none is named. */
    static Optional<String> policyName(Restore restore, Optional<Backup> backup) {
        NameRef named = restore.getSpec().policyRef();
        return named != null ? Optional.of(named.name()) : originName(restore, backup);
    }

    /** Name of the policy that the Backup is of; empty: that is not known, or the source is an object. */
    static Optional<String> originName(Restore restore, Optional<Backup> backup) {
        RestoreSpec.LatestOf latestOf = restore.getSpec().source().latestOf();
        return latestOf != null ? Optional.of(latestOf.policy()) : backup.map(known -> known.getSpec().policyRef().name());
    }

    private static JobTemplateSpec template(Observed seen, Optional<BackupStatus> backup) {
        return backup.map(known -> known.template(seen.policy()))
                .or(() -> seen.policy().map(policy -> policy.getSpec().jobTemplate()))
                .orElse(JobTemplateSpec.EMPTY);
    }

    /** Of an object; a Backup's place tells its own. */
    private static String url(Observed seen) {
        RestoreSpec.StoredObject object = seen.spec().source().object();
        return object == null ? null : object.storage().url(object.key());
    }

    /** As far as it can be known without reading a Secret. */
    private static Optional<String> targetName(Observed seen, DatabaseSpec target, Optional<BackupStatus> backup) {
        boolean ownSecret = seen.spec().target().secretRef() != null;
        return Optional.ofNullable(target.name()).or(() -> ownSecret ? Optional.empty() : backup.map(BackupStatus::databaseName));
    }

    /** The worker checks this too, for a target whose name stands in a Secret. */
    private static Optional<String> unconfirmed(Observed seen, String target) {
        String confirm = seen.spec().confirm();
        boolean replaces = seen.spec().strategy() == RestoreStrategy.Swap || seen.spec().strategy() == RestoreStrategy.Recreate;
        return replaces && !target.equals(confirm)
                ? Optional.of("confirm is '" + confirm + "' but the database whose data would be replaced is '" + target
                        + "'; create the Restore again with confirm: " + target + " if that is meant")
                : Optional.empty();
    }

    private static RestorePlan patiently(Observed seen, Reason reason, String message) {
        Duration left = Duration.between(seen.now(), seen.created().plus(GRACE));
        return left.isPositive() ? RestorePlan.wait(seen, reason.name(), message, left) : fail(seen, reason, message);
    }

    private static RestorePlan fail(Observed seen, Reason reason, String message) {
        return RestorePlan.fail(Draft.of(seen), reason, message);
    }
}
