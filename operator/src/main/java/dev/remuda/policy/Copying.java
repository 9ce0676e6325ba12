package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.batch.v1.Job;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicyStatus.Copies;
import dev.remuda.api.BackupPolicyStatus.Copies.Work;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.CopySpec;
import dev.remuda.api.StoreJob;
import dev.remuda.job.Step;
import dev.remuda.task.CopyResult;
import dev.remuda.task.CopyTask;
import dev.remuda.task.MaintainResult;
import dev.remuda.task.Reason;

/**
 * What to do next for the copies in one further store: bring there what is missing, and keep in order what is there. Where a Backup has copies stands in the Backup, so that
 * whatever is cut short is done again. A store that is away keeps no other from its turn.
 *
 * @param again when to look again though nothing changes
 */
record Copying(CopySpec spec, Copies status, List<Step> steps, Optional<Duration> again) {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(15);
    private static final Duration SOON = Duration.ofSeconds(1);

    static Copying of(Observed seen, Retaining retaining, CopySpec spec, CopyJobs jobs, Duration startDeadline) {
        CopyKeeping keeping = CopyKeeping.of(seen, retaining, spec);
        Copies known = seen.status().copies(spec.name());
        Copies present = new Copies(
                known.name(), known.job(), known.place(), known.work(), known.backups(), keeping.there().size() + keeping.leaving().size(), keeping.missing().size(), keeping.behindSince().orElse(null),
                known.keptInOrderAt());
        if (!present.underWay()) {
            return idle(seen, keeping, spec, present);
        }
        return present.work() == Work.Copy
                ? copying(seen, keeping, spec, present, jobs, Turn.of(seen, present.job(), seen.jobs().copies(spec.name()), CopyResult.class, startDeadline))
                : upkeep(seen, keeping, spec, present, jobs, Turn.of(seen, present.job(), seen.jobs().copies(spec.name()), MaintainResult.class, startDeadline));
    }

    /** Whether copies are to go, so that it matters who reads them. */
    static boolean touches(Observed seen, Retaining retaining) {
        return seen.spec().copies().stream().anyMatch(spec -> !CopyKeeping.of(seen, retaining, spec).leaving().isEmpty());
    }

    /** Copies of stores that the policy does not name any more: what lies there stays there, and nobody waits for it. */
    static List<Step> forgotten(Observed seen) {
        List<Step> steps = new ArrayList<>();
        for (Backup backup : seen.backups()) {
            BackupStatus status = Observed.statusOf(backup);
            BackupStatus next = status;
            for (BackupStatus.Copy copy : status.copies()) {
                if (!backup.isMarkedForDeletion() && seen.spec().copy(copy.name()).filter(spec -> CopyKeeping.isThere(spec, backup)).isEmpty()) {
                    next = next.withoutCopy(copy.name());
                }
            }
            if (!next.equals(status)) {
                steps.add(new Step.UpdateStatus(backup.with(next)));
            }
        }
        return steps;
    }

    /** Why nothing can be copied there at all. */
    static Optional<String> contradiction(Observed seen, CopySpec spec) {
        if (spec.storage().isSameFolder(seen.spec().storage())) {
            return Optional.of("copy " + spec.name() + " lies where the backups themselves lie; name another store, or another prefix of it");
        }
        return seen.spec().copies().stream()
                .takeWhile(other -> other != spec)
                .filter(other -> other.name().equals(spec.name()) || other.storage().isSameFolder(spec.storage()))
                .findFirst()
                .map(other -> "copies " + other.name() + " and " + spec.name() + (other.name().equals(spec.name()) ? " have one name" : " lie in the same place") + "; change one of them");
    }

    private static Copying idle(Observed seen, CopyKeeping keeping, CopySpec spec, Copies last) {
        if (seen.spec().suspend() || Cataloguing.comesFirst(seen) || seen.status().catalogue().heldBy() != null || Verifying.maintenanceRuns(seen) || contradiction(seen, spec).isPresent()) {
            return new Copying(spec, last, List.of(), Optional.empty());
        }
        if (!keeping.missing().isEmpty() && rest(seen, last, Work.Copy).isEmpty()) {
            return planned(spec, last, seen, Work.Copy, PolicyJobs.together(keeping.missing(), CopyTask.MAX_ITEMS));
        }
        List<Backup> leaving = unread(seen, keeping);
        Optional<Instant> look = keeping.there().isEmpty() ? Optional.empty() : Optional.of(lookAt(seen, keeping, last));
        boolean due = !leaving.isEmpty() || look.filter(at -> !at.isAfter(seen.now())).isPresent();
        if (due && rest(seen, last, Work.Upkeep).isEmpty()) { // a full volume is emptied though it takes nothing
            return planned(spec, last, seen, Work.Upkeep, leaving);
        }
        Optional<Duration> reader = keeping.leaving().size() > leaving.size() ? Optional.of(LOOK_AGAIN) : Optional.empty();
        Optional<Duration> next = look.map(at -> Duration.between(seen.now(), at)).filter(Duration::isPositive);
        return new Copying(spec, last, List.of(), Stream.of(rest(seen, last, Work.Copy), rest(seen, last, Work.Upkeep), reader, next).flatMap(Optional::stream).min(Duration::compareTo));
    }

    private static Optional<Duration> rest(Observed seen, Copies last, Work work) {
        return Rests.left(last.job(), last.work() == work, seen.now());
    }

    /** As often as into the policy's own store, counted from the first copy. */
    private static Instant lookAt(Observed seen, CopyKeeping keeping, Copies last) {
        boolean known = last.keptInOrderAt() != null && !last.keptInOrderAt().isAfter(seen.now());
        Instant since = known
                ? last.keptInOrderAt()
                : keeping.there().stream().flatMap(backup -> backup.getStatus().copies().stream()).filter(copy -> copy.name().equals(last.name())).map(BackupStatus.Copy::copiedAt).min(Instant::compareTo).orElse(seen.now());
        return since.plus(Maintaining.AT_LEAST_EVERY);
    }

    private static List<Backup> unread(Observed seen, CopyKeeping keeping) {
        return keeping.leaving().stream().filter(backup -> seen.reader(backup).isEmpty()).limit(MaintainResult.MAX_ITEMS).toList();
    }

    private static Copying planned(CopySpec spec, Copies last, Observed seen, Work work, List<Backup> backups) {
        int number = last.job() == null ? 1 : last.job().number() + 1;
        StoreJob job = StoreJob.planned(number, CopyJobs.name(seen, spec, number), last.job() == null ? 0 : last.job().failures());
        List<String> names = backups.stream().map(backup -> backup.getMetadata().getName()).toList();
        return new Copying(
                spec, new Copies(last.name(), job, CopyJobs.place(seen, spec), work, names, last.there(), last.behind(), last.behindSince(), last.keptInOrderAt()), List.of(), Optional.of(Duration.ZERO));
    }

    private static List<Backup> named(List<Backup> backups, Copies running) {
        return backups.stream().filter(backup -> running.backups().contains(backup.getMetadata().getName())).toList();
    }

    private static Copying copying(Observed seen, CopyKeeping keeping, CopySpec spec, Copies running, CopyJobs jobs, Turn<CopyResult> turn) {
        List<Backup> these = named(keeping.missing(), running);
        return switch (turn) {
            case Turn.Create<CopyResult> _ -> create(seen, spec, running, Optional.of(these).filter(some -> !some.isEmpty()).map(some -> jobs.copy(seen, spec, running.job(), some)));
            case Turn.Ended<CopyResult> _ when isOfAnotherPlace(seen, spec, running) -> elsewhere(seen, spec, running);
            case Turn.Ended<CopyResult>(CopyResult result) -> copied(seen, spec, running, result);
            case Turn<CopyResult> other -> goOn(seen, spec, running, other, these);
        };
    }

    private static Copying upkeep(Observed seen, CopyKeeping keeping, CopySpec spec, Copies running, CopyJobs jobs, Turn<MaintainResult> turn) {
        List<Backup> these = named(unread(seen, keeping), running);
        return switch (turn) {
            case Turn.Create<MaintainResult> _ -> create(seen, spec, running, Optional.of(jobs.upkeep(seen, spec, running.job(), keeping.there(), these)));
            case Turn.Ended<MaintainResult> _ when isOfAnotherPlace(seen, spec, running) -> elsewhere(seen, spec, running);
            case Turn.Ended<MaintainResult>(MaintainResult result) -> keptInOrder(seen, spec, running, result);
            case Turn<MaintainResult> other -> goOn(seen, spec, running, other, these);
        };
    }

    /** Whether the policy has come to name another store while the Job worked. What it did tells nothing of that one. */
    private static boolean isOfAnotherPlace(Observed seen, CopySpec spec, Copies running) {
        return !CopyJobs.place(seen, spec).equals(running.place());
    }

    private static Copying elsewhere(Observed seen, CopySpec spec, Copies running) {
        return new Copying(spec, running.with(running.job().succeeded(seen.now(), "it worked on " + running.place() + ", where the copies were to lie before")), List.of(), Optional.of(SOON));
    }

    /** @param job empty: what it was planned for has gone since */
    private static Copying create(Observed seen, CopySpec spec, Copies planned, Optional<Job> job) {
        StoreJob next = job.isPresent() ? planned.job().started(seen.now()) : planned.job().succeeded(seen.now(), "nothing was done: what was to be copied went meanwhile");
        Copies here = new Copies(
                planned.name(), next, CopyJobs.place(seen, spec), planned.work(), planned.backups(), planned.there(), planned.behind(), planned.behindSince(), planned.keptInOrderAt());
        return new Copying(spec, here, job.<List<Step>>map(made -> List.of(new Step.CreateJob(made))).orElse(List.of()), Optional.of(job.isPresent() ? LOOK_AGAIN : SOON));
    }

    private static Copying goOn(Observed seen, CopySpec spec, Copies running, Turn<?> turn, List<Backup> these) {
        return switch (turn) {
            case Turn.Begun<?> _ -> new Copying(spec, running.with(running.job().started(seen.now())), List.of(), Optional.of(Duration.ZERO));
            case Turn.NameTaken<?> _ -> planned(spec, running, seen, running.work(), these);
            case Turn.Failed<?> failed -> failed(seen, spec, running, failed.steps(), failed.reason(), failed.message());
            default -> new Copying(spec, running, List.of(), Optional.of(LOOK_AGAIN));
        };
    }

    private static Copying failed(Observed seen, CopySpec spec, Copies running, List<Step> first, Reason reason, String message) {
        List<Step> steps = new ArrayList<>(first);
        if (!seen.complains(CopyConditions.COPIED, reason.name())) {
            steps.add(new Step.Tell(true, reason.name(), "copy " + spec.name() + ": " + message));
        }
        return new Copying(spec, running.with(running.job().failed(seen.now(), reason, message)), steps, Optional.of(Duration.ZERO));
    }

    private static Copying copied(Observed seen, CopySpec spec, Copies running, CopyResult result) {
        List<Step> steps = new ArrayList<>();
        List<String> done = new ArrayList<>();
        List<String> order = seen.spec().copies().stream().map(CopySpec::name).toList();
        for (Backup backup : seen.backups()) {
            if (result.copied().contains(backup.getMetadata().getUid()) && Observed.statusOf(backup).location() != null) {
                String prefix = CopyJobs.prefix(seen, spec, backup);
                done.add(backup.getMetadata().getName());
                steps.add(new Step.UpdateStatus(backup.with(
                        backup.getStatus().copied(new BackupStatus.Copy(spec.name(), spec.storage(), spec.storage().url(prefix), prefix, seen.now(), result.lockedUntil()), order))));
            }
        }
        if (!done.isEmpty()) {
            steps.add(new Step.Tell(false, "Copied", "copied to " + spec.name() + ": " + String.join(", ", done)));
        }
        return result.failed().isEmpty()
                ? new Copying(spec, running.with(running.job().succeeded(seen.now(), done.size() + " Backups copied and compared")), steps, Optional.of(SOON))
                : failed(seen, spec, running, steps, result.failed().getFirst().reason(), result.failed().stream().map(one -> named(seen, one.uid()) + ": " + one.message()).collect(Collectors.joining("; ")));
    }

    /** Copies that are gone from the store are made anew. */
    private static Copying keptInOrder(Observed seen, CopySpec spec, Copies running, MaintainResult result) {
        List<Step> steps = new ArrayList<>();
        List<String> purged = new ArrayList<>();
        for (Backup backup : seen.backups()) {
            boolean gone = result.purged().contains(backup.getMetadata().getUid());
            if (gone) {
                purged.add(backup.getMetadata().getName());
            }
            if ((gone || result.missing().contains(backup.getMetadata().getName())) && Observed.statusOf(backup).copy(spec.name()).isPresent()) {
                steps.add(new Step.UpdateStatus(backup.with(backup.getStatus().withoutCopy(spec.name()))));
            }
        }
        if (!purged.isEmpty()) {
            steps.addFirst(new Step.Tell(false, "Purged", "purged from copy " + spec.name() + ": " + String.join(", ", purged)));
        }
        if (!result.missing().isEmpty()) {
            return failed(seen, spec, running, steps, Reason.ObjectMissing, "these were not there as they should be, and are copied anew: " + String.join(", ", result.missing()));
        }
        Optional<Reason> reason = result.failed().stream().map(MaintainResult.Failed::reason).findFirst().or(() -> result.spared().isEmpty() ? Optional.empty() : Optional.of(Reason.PurgeRefused));
        String trouble = Stream.concat(result.failed().stream().map(one -> named(seen, one.uid()) + ": " + one.message()), result.spared().stream().map(one -> named(seen, one.uid()) + ": " + one.why()))
                .distinct().collect(Collectors.joining("; "));
        if (reason.isPresent()) {
            return failed(seen, spec, running, steps, reason.get(), trouble);
        }
        StoreJob job = running.job().succeeded(seen.now(), result.checked() + " copies found, " + result.purged().size() + " purged");
        return new Copying(
                spec, new Copies(running.name(), job, running.place(), running.work(), running.backups(), running.there(), running.behind(), running.behindSince(), seen.now()), steps, Optional.of(SOON));
    }

    private static String named(Observed seen, String uid) {
        return seen.backups().stream()
                .filter(backup -> backup.getMetadata().getUid().equals(uid))
                .map(backup -> "Backup " + backup.getMetadata().getName())
                .findFirst().orElse("leftovers of an interrupted copy stay");
    }
}
