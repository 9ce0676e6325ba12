package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicyStatus.Maintenance;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Phase;
import dev.remuda.api.StoreJob;
import dev.remuda.job.Step;
import dev.remuda.status.DeletionMark;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.Reason;

/**
 * What to do next so that the store is as retention wants it. Backups that have to go are marked (phase Deleting) first; a Job is planned (its
 * name is in the status), created, and looked at until it ends; then what it purged is deleted here too. So whatever is cut short is seen
 * again, and nothing that is marked can be chosen for a Restore.
 *
 * @param again when to look again though nothing changes
 */
record Maintaining(Maintenance status, List<Step> steps, Optional<Duration> again) {
    /** A look into the store, so that a loss is noticed and leftovers do not pile up. */
    static final Duration AT_LEAST_EVERY = Duration.ofHours(24);

    private static final Duration PAUSE = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(15);
    private static final Duration SOON = Duration.ofSeconds(1);

    static Maintaining of(Observed seen, Retaining retaining, PolicyJobs jobs, Duration startDeadline) {
        Maintenance present = seen.status().maintenance();
        if (present == null || !present.job().underWay()) {
            return idle(seen, retaining, present);
        }
        if (present.job().toBeCreated() && seen.spec().suspend()) {
            return new Maintaining(present, List.of(), Optional.empty());
        }
        return switch (Turn.of(seen, present.job(), seen.jobs().maintenance(), MaintainResult.class, startDeadline)) {
            case Turn.Create<MaintainResult> _ -> create(seen, retaining, jobs, present);
            case Turn.Begun<MaintainResult> _ -> new Maintaining(present.with(present.job().started(seen.now())), List.of(), Optional.of(Duration.ZERO));
            case Turn.NameTaken<MaintainResult> _ -> new Maintaining(planned(seen, present, present.job().number() + 1), List.of(), Optional.of(SOON));
            case Turn.GoesOn<MaintainResult> _ -> new Maintaining(present, List.of(), Optional.of(LOOK_AGAIN));
            case Turn.Ended<MaintainResult>(MaintainResult result) -> ended(seen, present, result);
            case Turn.Failed<MaintainResult> failed -> failed(seen, present, failed);
        };
    }

    /** Whether something is to be moved or purged, so that it matters who reads it. */
    static boolean touches(Observed seen, Retaining retaining) {
        return !retaining.purges().isEmpty() || !retaining.moves().isEmpty() || seen.in(Phase.Deleting).findAny().isPresent();
    }

    /** Backups that may be purged now: marked ones and those that an earlier Job had, as far as nobody reads them. */
    static List<Backup> purgeable(Observed seen, Retaining retaining) {
        return Stream.concat(seen.in(Phase.Deleting).filter(backup -> DeletionMark.isTaken(backup.getStatus())), retaining.marked().stream())
                .filter(backup -> seen.reader(backup).isEmpty())
                .toList();
    }

    private static Maintaining idle(Observed seen, Retaining retaining, Maintenance last) {
        if (seen.spec().suspend() || Cataloguing.comesFirst(seen) || seen.status().catalogue().heldBy() != null) {
            return new Maintaining(last, List.of(), Optional.empty());
        }
        Instant check = checkAt(seen, last);
        boolean work = touches(seen, retaining);
        boolean checkIsDue = !seen.backups().isEmpty() && !seen.now().isBefore(check);
        if (!work && !checkIsDue) {
            return new Maintaining(last, List.of(), seen.backups().isEmpty() ? Optional.empty() : Optional.of(Duration.between(seen.now(), check)));
        }
        Optional<Duration> rest = last == null ? Optional.empty() : Rests.left(last.job(), PAUSE, seen.now());
        if (rest.isPresent()) {
            return new Maintaining(last, List.of(), rest);
        }
        List<Step> marks = marks(seen, retaining);
        if (!marks.isEmpty()) {
            return new Maintaining(last, marks, Optional.of(SOON));
        }
        if (purgeable(seen, retaining).isEmpty() && retaining.moves().isEmpty() && !checkIsDue) {
            return new Maintaining(last, List.of(), Optional.of(LOOK_AGAIN)); // a Restore reads what is to be purged
        }
        return new Maintaining(planned(seen, last, last == null ? 1 : last.job().number() + 1), List.of(), Optional.of(Duration.ZERO));
    }

    private static Instant checkAt(Observed seen, Maintenance last) {
        boolean known = last != null && last.succeededAt() != null && !last.succeededAt().isAfter(seen.now());
        return (known ? last.succeededAt() : seen.created()).plus(AT_LEAST_EVERY);
    }

    private static List<Step> marks(Observed seen, Retaining retaining) {
        int room = Math.max(0, MaintainResult.MAX_ITEMS - (int) seen.in(Phase.Deleting).count());
        return retaining.purges().stream()
                .limit(room)
                .<Step>map(purge -> new Step.UpdateStatus(mark(seen, purge)))
                .toList();
    }

    private static Backup mark(Observed seen, Retaining.Purge purge) {
        Backup backup = purge.backup();
        BackupStatus status = backup.getStatus().retained(null, purge.since().orElse(null));
        return backup.with(DeletionMark.mark(status, purge.why(), Observed.generation(backup), seen.now()));
    }

    private static Maintenance planned(Observed seen, Maintenance last, int number) {
        StoreJob job = StoreJob.planned(number, PolicyJobs.name(seen, number), last == null ? 0 : last.job().failures());
        return new Maintenance(job, last == null ? null : last.succeededAt());
    }

    private static Maintaining create(Observed seen, Retaining retaining, PolicyJobs jobs, Maintenance planned) {
        PolicyJobs.Work work = jobs.maintain(seen, retaining, planned.job());
        List<Step> steps = new ArrayList<>();
        work.purged().stream().filter(backup -> DeletionMark.isMarked(backup.getStatus())).forEach(backup -> steps.add(new Step.UpdateStatus(backup.with(
                DeletionMark.take(backup.getStatus(), planned.job().name(), Observed.generation(backup), seen.now())))));
        steps.add(new Step.CreateJob(work.job()));
        return new Maintaining(planned.with(planned.job().started(seen.now())), steps, Optional.of(LOOK_AGAIN));
    }

    private static Maintaining failed(Observed seen, Maintenance running, Turn.Failed<MaintainResult> failed) {
        List<Step> steps = new ArrayList<>(failed.steps());
        if (!seen.complains(PolicyStatuses.MAINTAINED, failed.reason().name())) {
            steps.add(new Step.Tell(true, failed.reason().name(), "the store could not be kept in order: " + failed.message()));
        }
        return new Maintaining(running.with(running.job().failed(seen.now(), failed.reason(), failed.message())), steps, Optional.of(Duration.ZERO));
    }

    private static Maintaining ended(Observed seen, Maintenance running, MaintainResult result) {
        List<Step> steps = new ArrayList<>();
        List<String> purged = new ArrayList<>();
        for (Backup backup : seen.backups()) {
            String uid = backup.getMetadata().getUid();
            if (result.purged().contains(uid)) {
                purged.add(backup.getMetadata().getName());
                steps.add(new Step.DeleteBackup(backup.getMetadata().getName(), uid));
            }
            result.moved().stream()
                    .filter(moved -> moved.uid().equals(uid) && backup.getStatus() != null)
                    .map(moved -> backup.getStatus().moved(moved.tier(), moved.storageClass()))
                    .filter(status -> !status.equals(backup.getStatus()))
                    .forEach(status -> steps.add(new Step.UpdateStatus(backup.with(status))));
            result.spared().stream()
                    .filter(spared -> spared.uid().equals(uid) && Observed.statusOf(backup).phase() == Phase.Deleting)
                    .forEach(spared -> steps.add(new Step.UpdateStatus(spared(seen, backup, spared))));
        }
        if (!purged.isEmpty()) { // first, for afterwards nobody knows their names any more
            steps.addFirst(new Step.Tell(false, "Purged", "purged from the store: " + String.join(", ", purged)));
        }
        List<String> missing = result.missing().stream().filter(name -> isKept(seen, name)).toList();
        Optional<Reason> reason = reason(result, missing);
        String message = reason.map(why -> complaint(seen, result, missing)).orElseGet(() -> account(result));
        if (reason.isPresent() && !seen.complains(PolicyStatuses.MAINTAINED, reason.get().name())) {
            steps.add(new Step.Tell(true, reason.get().name(), message));
        }
        Maintenance done = reason
                .map(why -> running.with(running.job().failed(seen.now(), why, message)))
                .orElseGet(() -> new Maintenance(running.job().succeeded(seen.now(), message), seen.now()));
        return new Maintaining(done, steps, Optional.of(Duration.ZERO));
    }

    private static Backup spared(Observed seen, Backup backup, MaintainResult.Spared spared) {
        return backup.with(DeletionMark.release(backup.getStatus(), spared.why(), Observed.generation(backup), seen.now()));
    }

    /** Whether a person has not deleted it meanwhile. */
    private static boolean isKept(Observed seen, String name) {
        return seen.in(Phase.Completed).anyMatch(backup -> name.equals(backup.getMetadata().getName()));
    }

    private static Optional<Reason> reason(MaintainResult result, List<String> missing) {
        if (!missing.isEmpty()) {
            return Optional.of(Reason.ObjectMissing);
        }
        return result.failed().stream().map(MaintainResult.Failed::reason).findFirst()
                .or(() -> result.spared().isEmpty() ? Optional.empty() : Optional.of(Reason.PurgeRefused));
    }

    private static String complaint(Observed seen, MaintainResult result, List<String> missing) {
        if (!missing.isEmpty()) {
            return "Backups that are kept are not in the store as they should be: " + String.join(", ", missing) + " (" + result.checked()
                    + " were found). Nothing was purged or swept. If the bucket is the wrong one, correct storage; if they are lost for good, kubectl delete backup those, "
                    + "and make a new one";
        }
        String failed = result.failed().stream().map(one -> named(seen, one.uid()) + ": " + one.message()).distinct().collect(Collectors.joining("; "));
        return failed.isEmpty()
                ? result.spared().stream().map(one -> named(seen, one.uid()) + ": " + one.why()).distinct().collect(Collectors.joining("; "))
                : failed;
    }

    private static String named(Observed seen, String uid) {
        if (uid == null) {
            return "leftovers of failed attempts stay in the store";
        }
        return seen.backups().stream()
                .filter(backup -> uid.equals(backup.getMetadata().getUid()))
                .map(backup -> "Backup " + backup.getMetadata().getName())
                .findFirst()
                .orElse("a Backup that is gone");
    }

    private static String account(MaintainResult result) {
        String swept = result.sweptObjects() + result.abortedUploads() == 0
                ? ""
                : ", " + result.sweptObjects() + " leftover objects and " + result.abortedUploads() + " unfinished uploads removed";
        return result.checked() + " kept Backups found in the store, " + result.moved().size() + " relabelled or moved, " + result.purged().size() + " purged" + swept;
    }
}
