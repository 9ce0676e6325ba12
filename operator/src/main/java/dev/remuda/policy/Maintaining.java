package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicyStatus.Maintenance;
import dev.remuda.api.Phase;
import dev.remuda.job.JobView;
import dev.remuda.job.Outcome;
import dev.remuda.job.Step;
import dev.remuda.status.CompletedCondition;
import dev.remuda.task.FailureResult;
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
    private static final Duration FIRST_RETRY = Duration.ofMinutes(1);
    private static final Duration LAST_RETRY = Duration.ofHours(1);
    private static final int DOUBLINGS = 6;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(15);
    private static final Duration SOON = Duration.ofSeconds(1);

    static Maintaining of(Observed seen, Retaining retaining, PolicyJobs jobs, Duration startDeadline) {
        Maintenance present = seen.status().maintenance();
        if (present == null || !present.underWay()) {
            return idle(seen, retaining, present);
        }
        return present.startedAt() == null ? start(seen, retaining, jobs, present) : look(seen, present, startDeadline);
    }

    /** Whether something is to be purged, so that it matters who reads it. */
    static boolean wantsToPurge(Observed seen, Retaining retaining) {
        return !seen.spec().suspend() && (!retaining.purges().isEmpty() || seen.in(Phase.Deleting).findAny().isPresent());
    }

    /** Marked Backups that nobody reads. */
    static List<Backup> purgeable(Observed seen) {
        return seen.in(Phase.Deleting).filter(backup -> seen.reader(backup).isEmpty()).toList();
    }

    private static Maintaining idle(Observed seen, Retaining retaining, Maintenance last) {
        if (seen.spec().suspend()) {
            return new Maintaining(last, List.of(), Optional.empty());
        }
        Instant check = checkAt(seen, last);
        boolean work = wantsToPurge(seen, retaining) || !retaining.moves().isEmpty();
        boolean checkIsDue = !retaining.kept().isEmpty() && !seen.now().isBefore(check);
        if (!work && !checkIsDue) {
            return new Maintaining(last, List.of(), retaining.kept().isEmpty() ? Optional.empty() : Optional.of(Duration.between(seen.now(), check)));
        }
        Duration rest = Duration.between(seen.now(), restsUntil(last, seen.now()));
        if (rest.isPositive()) {
            return new Maintaining(last, List.of(), Optional.of(rest));
        }
        List<Step> marks = marks(seen, retaining);
        if (!marks.isEmpty()) {
            return new Maintaining(last, marks, Optional.of(SOON));
        }
        if (purgeable(seen).isEmpty() && retaining.moves().isEmpty() && !checkIsDue) {
            return new Maintaining(last, List.of(), Optional.of(LOOK_AGAIN)); // a Restore reads what is to be purged
        }
        return new Maintaining(planned(seen, last, last == null ? 1 : last.number() + 1), List.of(), Optional.of(Duration.ZERO));
    }

    private static Instant checkAt(Observed seen, Maintenance last) {
        return (last == null || last.succeededAt() == null ? seen.created() : last.succeededAt()).plus(AT_LEAST_EVERY);
    }

    private static Instant restsUntil(Maintenance last, Instant now) {
        if (last == null || last.finishedAt() == null || last.finishedAt().isAfter(now)) {
            return now;
        }
        Duration rest = last.failures() == 0 ? PAUSE : FIRST_RETRY.multipliedBy(1L << Math.min(last.failures() - 1, DOUBLINGS));
        return last.finishedAt().plus(rest.compareTo(LAST_RETRY) < 0 ? rest : LAST_RETRY);
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
        long generation = Objects.requireNonNullElse(backup.getMetadata().getGeneration(), 0L);
        return Backups.with(backup, backup.getStatus()
                .retained(null, purge.since().orElse(null))
                .in(Phase.Deleting, CompletedCondition.failed(
                        backup.getStatus().conditions(), "Deleting", "nothing keeps it any more (" + purge.why() + "), so it is purged from the store", generation, seen.now())));
    }

    private static Maintenance planned(Observed seen, Maintenance last, int number) {
        return new Maintenance(
                number, PolicyJobs.name(seen, number), null, null, null, null, last == null ? 0 : last.failures(), last == null ? null : last.succeededAt());
    }

    private static Maintaining start(Observed seen, Retaining retaining, PolicyJobs jobs, Maintenance planned) {
        Maintenance started = new Maintenance(
                planned.number(), planned.job(), seen.now(), null, null, null, planned.failures(), planned.succeededAt());
        if (seen.job().isEmpty()) {
            return new Maintaining(started, List.of(new Step.CreateJob(jobs.maintain(seen, retaining, planned.job()))), Optional.of(LOOK_AGAIN));
        }
        return seen.job().get().belongsTo(seen.owner())
                ? new Maintaining(started, List.of(), Optional.of(Duration.ZERO))
                : new Maintaining(planned(seen, planned, planned.number() + 1), List.of(), Optional.of(SOON)); // somebody else's, of that name
    }

    private static Maintaining look(Observed seen, Maintenance running, Duration startDeadline) {
        Optional<JobView> job = seen.job().filter(view -> view.belongsTo(seen.owner()));
        if (job.isEmpty()) {
            return failed(seen, running, Reason.JobMissing, "Job " + running.job() + " was deleted before its result was seen");
        }
        return switch (job.get().outcome(seen.now())) {
            case Outcome.Reported(MaintainResult result) -> ended(seen, running, result);
            case Outcome.Reported(FailureResult failure) -> failed(seen, running, failure.reason(), failure.message());
            case Outcome.Reported other -> failed(seen, running, Reason.InternalError, "the worker reported something else than maintenance");
            case Outcome.Lost lost -> failed(seen, running, lost.reason(), lost.message());
            case Outcome.Waiting waiting when job.get().overdue(startDeadline, seen.now()) -> failed(
                    seen, running, waiting.cause(), "the Pod did not start within " + startDeadline.toSeconds() + " s: " + waiting.message(), new Step.DeleteJob(running.job()));
            case Outcome.Waiting waiting -> new Maintaining(running, List.of(), Optional.of(LOOK_AGAIN));
            case Outcome.Running now -> new Maintaining(running, List.of(), Optional.of(LOOK_AGAIN));
        };
    }

    private static Maintaining failed(Observed seen, Maintenance running, Reason reason, String message, Step... more) {
        List<Step> steps = new ArrayList<>(List.of(more));
        if (running.failures() == 0) {
            steps.add(new Step.Tell(true, reason.name(), "the store could not be kept in order: " + message));
        }
        return new Maintaining(
                new Maintenance(running.number(), running.job(), running.startedAt(), seen.now(), reason, message, running.failures() + 1, running.succeededAt()),
                steps, Optional.of(Duration.ZERO));
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
                    .forEach(status -> steps.add(new Step.UpdateStatus(Backups.with(backup, status))));
            result.spared().stream()
                    .filter(spared -> spared.uid().equals(uid) && Observed.statusOf(backup).phase() == Phase.Deleting)
                    .forEach(spared -> steps.add(new Step.UpdateStatus(spared(seen, backup, spared))));
        }
        if (!purged.isEmpty()) {
            steps.add(new Step.Tell(false, "Purged", "purged from the store: " + String.join(", ", purged)));
        }
        Optional<Reason> reason = reason(result);
        String message = reason.map(why -> complaint(seen, result)).orElseGet(() -> account(result));
        if (reason.isPresent() && running.failures() == 0) {
            steps.add(new Step.Tell(true, reason.get().name(), message));
        }
        Maintenance done = new Maintenance(
                running.number(), running.job(), running.startedAt(), seen.now(), reason.orElse(null), message, reason.isPresent() ? running.failures() + 1 : 0,
                reason.isPresent() ? running.succeededAt() : seen.now());
        return new Maintaining(done, steps, Optional.of(Duration.ZERO));
    }

    private static Backup spared(Observed seen, Backup backup, MaintainResult.Spared spared) {
        long generation = Objects.requireNonNullElse(backup.getMetadata().getGeneration(), 0L);
        return Backups.with(backup, backup.getStatus().in(
                Phase.Completed, CompletedCondition.succeeded(
                        backup.getStatus().conditions(), "it was to be purged, and is whole because that was refused: " + spared.why(), generation, seen.now())));
    }

    private static Optional<Reason> reason(MaintainResult result) {
        if (!result.missing().isEmpty()) {
            return Optional.of(Reason.ObjectMissing);
        }
        return result.failed().stream().map(MaintainResult.Failed::reason).findFirst()
                .or(() -> result.spared().isEmpty() ? Optional.empty() : Optional.of(Reason.PurgeRefused));
    }

    private static String complaint(Observed seen, MaintainResult result) {
        if (!result.missing().isEmpty()) {
            return "Backups that are kept are not in the store as they should be: " + String.join(", ", result.missing()) + " (" + result.checked()
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
