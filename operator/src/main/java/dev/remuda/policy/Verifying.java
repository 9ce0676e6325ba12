package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.batch.v1.Job;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicyStatus.Drill;
import dev.remuda.api.BackupPolicyStatus.Verification;
import dev.remuda.api.BackupPolicyStatus.Verification.Kind;
import dev.remuda.api.BackupStatus;
import dev.remuda.api.Occasion;
import dev.remuda.api.Phase;
import dev.remuda.api.StoreJob;
import dev.remuda.job.Labels;
import dev.remuda.job.Step;
import dev.remuda.status.Trust;
import dev.remuda.task.Reason;
import dev.remuda.task.RestoreResult;
import dev.remuda.task.VerifyResult;
import dev.remuda.task.VerifyTask;

/**
 * What to do next to prove backups after they were made: read those whole that were not read since the last moment of the schedule, and hold a
 * drill with the newest. What is found stands in the Backups, so that whatever is cut short is done again.
 *
 * @param again when to look again though nothing changes
 */
record Verifying(Verification status, List<Step> steps, Optional<Duration> again) {
    /** A cause that spoils every drill, such as a wrong check, must not let all backups look bad. */
    static final int MOST_BAD = 3;

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(15);
    private static final Duration SOON = Duration.ofSeconds(1);

    /** @param retaining what is to go is not proved: nothing would be left to purge while it is, and nothing to prove afterwards */
    static Verifying of(Observed seen, Retaining retaining, Points points, PolicyJobs jobs, Duration startDeadline) {
        Verification present = seen.verification();
        if (!present.underWay()) {
            return idle(seen, staying(seen, retaining), points.in(present), points);
        }
        return present.kind() == Kind.Drill
                ? drill(seen, points.in(present), jobs, startDeadline, points)
                : read(seen, points.in(present), jobs, startDeadline);
    }

    private static Verifying idle(Observed seen, List<Backup> staying, Verification last, Points points) {
        if (Cataloguing.comesFirst(seen) || maintenanceRuns(seen)) {
            return new Verifying(last, List.of(), Optional.empty());
        }
        Kind answer = seen.spec().verification().canDrill() ? Kind.Drill : Kind.Read;
        Optional<Backup> asked = staying.stream().filter(Verifying::isAsked).findFirst().filter(backup -> rest(seen, last, answer).isEmpty());
        if (asked.isPresent()) {
            return planned(seen, last, answer, List.of(asked.get()), request(asked.get()));
        }
        if (!seen.spec().suspend() && points.drillDue().isPresent() && rest(seen, last, Kind.Drill).isEmpty()) {
            Optional<Backup> next = last.bad() < MOST_BAD && seen.spec().verification().canDrill() ? nextToDrill(staying) : Optional.empty();
            return next.isPresent()
                    ? planned(seen, last, Kind.Drill, List.of(next.get()), null)
                    : new Verifying(points.drillDone(last), List.of(), Optional.of(SOON));
        }
        List<Backup> unread = seen.spec().suspend() || rest(seen, last, Kind.Read).isPresent() ? List.of() : unread(seen, staying, points);
        Optional<Duration> again = Stream.of(rest(seen, last, Kind.Read), rest(seen, last, Kind.Drill), points.next().map(next -> Duration.between(seen.now(), next).plus(SOON))).flatMap(Optional::stream).min(Duration::compareTo);
        return unread.isEmpty() ? new Verifying(last, List.of(), again) : planned(seen, last, Kind.Read, unread, null);
    }

    private static Optional<Duration> rest(Observed seen, Verification last, Kind kind) {
        return Rests.left(last.job(), last.kind() == kind, seen.now());
    }

    /** One that is planned and rests with its policy does not begin. */
    static boolean maintenanceRuns(Observed seen) {
        return seen.status().maintenance() != null && seen.status().maintenance().job().underWay()
                && !(seen.spec().suspend() && seen.status().maintenance().job().toBeCreated());
    }

    /** @param request that it answers; null: it is one of the schedule's */
    private static Verifying planned(Observed seen, Verification last, Kind kind, List<Backup> backups, String request) {
        int number = last.job() == null ? 1 : last.job().number() + 1;
        StoreJob job = StoreJob.planned(number, PolicyJobs.verificationName(seen, number), last.job() == null ? 0 : last.job().failures());
        List<String> names = backups.stream().map(backup -> backup.getMetadata().getName()).toList();
        List<String> uids = backups.stream().map(backup -> backup.getMetadata().getUid()).toList();
        return new Verifying(
                new Verification(job, kind, names, uids, request, last.drills(), last.integrity(), last.bad(), last.lastVerified()), List.of(), Optional.of(Duration.ZERO));
    }

    private static List<Backup> staying(Observed seen, Retaining retaining) {
        Set<String> going = retaining.going().map(backup -> backup.getMetadata().getName()).collect(Collectors.toSet());
        return provable(seen).filter(backup -> !going.contains(backup.getMetadata().getName())).toList();
    }

    /** Completed Backups that are in the store for sure and can be read there, the newest first. */
    private static Stream<Backup> provable(Observed seen) {
        return seen.in(Phase.Completed)
                .filter(backup -> !backup.isOfNewerVersion() && backup.getStatus().location() != null && backup.getStatus().snapshotAt() != null)
                .filter(backup -> backup.getStatus().storageClass() == null || !backup.getStatus().storageClass().isArchive())
                .sorted(Backup.BY_SNAPSHOT.reversed());
    }

    private static boolean isAsked(Backup backup) {
        return request(backup) != null && !request(backup).equals(proof(backup).request());
    }

    private static String request(Backup backup) {
        return backup.getMetadata().getAnnotations() == null ? null : backup.getMetadata().getAnnotations().get(Labels.VERIFY);
    }

    private static BackupStatus.Verification proof(Backup backup) {
        return Objects.requireNonNullElse(backup.getStatus().verification(), BackupStatus.Verification.NONE);
    }

    /** The newest that may be good, though it was proved before: what is on a disk does not stay as it was for having been looked at. */
    private static Optional<Backup> nextToDrill(List<Backup> staying) {
        return staying.stream().filter(backup -> !Trust.isDamaged(backup.getStatus()) && !Trust.isRefuted(backup.getStatus())).findFirst();
    }

    /** Those that were there at the last moment of the schedule and were not read since, the longest unread first; not more than fit into one Job. */
    private static List<Backup> unread(Observed seen, List<Backup> staying, Points points) {
        if (points.readSince().isEmpty()) {
            return List.of();
        }
        Instant since = points.readSince().get();
        List<Backup> due = staying.stream()
                .filter(backup -> !backup.getStatus().completedAt().isAfter(since))
                .filter(backup -> proof(backup).readAt() == null || proof(backup).readAt().isBefore(since) || proof(backup).readAt().isAfter(seen.now()))
                .sorted(Comparator.comparing(backup -> Objects.requireNonNullElse(proof(backup).readAt(), Instant.EPOCH)))
                .toList();
        return PolicyJobs.together(due, VerifyTask.MAX_ITEMS);
    }

    private static Verifying drill(Observed seen, Verification running, PolicyJobs jobs, Duration startDeadline, Points points) {
        return switch (Turn.of(seen, running.job(), seen.jobs().verification(), RestoreResult.class, startDeadline)) {
            case Turn.Create<RestoreResult> _ -> create(seen, running, named(seen, running).findFirst().filter(backup -> seen.spec().verification().canDrill()).map(backup -> jobs.drill(seen, running.job(), backup)));
            case Turn.Ended<RestoreResult>(RestoreResult result) -> restored(seen, running, result, points);
            case Turn.Failed<RestoreResult> failed when failed.reason().speaksAgainstBackup() -> refuted(seen, running, failed, points);
            case Turn<RestoreResult> other -> goOn(seen, running, other);
        };
    }

    private static Verifying read(Observed seen, Verification running, PolicyJobs jobs, Duration startDeadline) {
        return switch (Turn.of(seen, running.job(), seen.jobs().verification(), VerifyResult.class, startDeadline)) {
            case Turn.Create<VerifyResult> _ -> create(
                    seen, running, Optional.of(named(seen, running).toList()).filter(some -> !some.isEmpty()).map(some -> jobs.read(seen, running.job(), some)));
            case Turn.Ended<VerifyResult>(VerifyResult result) -> wasRead(seen, running, result);
            case Turn<VerifyResult> other -> goOn(seen, running, other);
        };
    }

    /** Not one that has got the name since. */
    private static Stream<Backup> named(Observed seen, Verification running) {
        return provable(seen).filter(backup -> running.uids().contains(backup.getMetadata().getUid()));
    }

    /** @param job empty: what it was planned for has been deleted since */
    private static Verifying create(Observed seen, Verification planned, Optional<Job> job) {
        StoreJob next = job.isPresent()
                ? planned.job().started(seen.now())
                : planned.job().succeeded(seen.now(), "nothing was done: " + String.join(", ", planned.backups()) + " went meanwhile, or the policy changed");
        return new Verifying(
                planned.with(next), job.<List<Step>>map(made -> List.of(new Step.CreateJob(made))).orElse(List.of()), Optional.of(job.isPresent() ? LOOK_AGAIN : SOON));
    }

    private static Verifying goOn(Observed seen, Verification running, Turn<?> turn) {
        return switch (turn) {
            case Turn.Begun<?> _ -> new Verifying(running.with(running.job().started(seen.now())), List.of(), Optional.of(Duration.ZERO));
            case Turn.NameTaken<?> _ -> planned(seen, running, running.kind(), named(seen, running).toList(), running.request());
            case Turn.Failed<?> failed -> {
                List<Step> steps = new ArrayList<>(failed.steps());
                steps.addAll(told(seen, failed.reason(), what(running) + ": " + failed.message()));
                yield new Verifying(running.with(running.job().failed(seen.now(), failed.reason(), failed.message())), steps, Optional.of(Duration.ZERO));
            }
            default -> new Verifying(running, List.of(), Optional.of(LOOK_AGAIN));
        };
    }

    private static String what(Verification running) {
        return running.kind() == Kind.Drill
                ? "no drill could be held with Backup " + String.join("", running.backups())
                : "stored backups could not be read";
    }

    /** Once for each reason, not each time that it is still so. */
    private static List<Step> told(Observed seen, Reason reason, String message) {
        return seen.complains(Trust.VERIFIED, reason.name()) ? List.of() : List.of(new Step.Tell(true, reason.name(), message, Occasion.VerificationFailed));
    }

    private static Verifying restored(Observed seen, Verification running, RestoreResult result, Points points) {
        Duration took = Duration.between(result.startedAt(), result.finishedAt());
        List<Step> steps = new ArrayList<>();
        Optional<Backup> backup = named(seen, running).findFirst();
        backup.ifPresent(known -> steps.add(new Step.UpdateStatus(Proof.of(known, seen, running).restored(result, took))));
        String name = String.join("", running.backups());
        String account = "Backup " + name + " was restored in a drill within " + took.toSeconds() + " s: " + result.tables() + " tables with " + result.rows()
                + " rows are what was backed up";
        steps.add(new Step.Tell(false, "Restored", account));
        Drill drill = new Drill(name, backup.map(known -> known.getStatus().snapshotAt()).orElse(null), seen.now(), took.toSeconds());
        Verification done =
                new Verification(running.job().succeeded(seen.now(), account), running.kind(), running.backups(), running.uids(), running.request(), running.drills(), running.integrity(), running.bad(), drill);
        boolean asked = running.request() != null; // and so need not be the newest, which the schedule wants
        return new Verifying(asked ? done : points.drillDone(done), steps, Optional.of(SOON));
    }

    private static Verifying refuted(Observed seen, Verification running, Turn.Failed<RestoreResult> failed, Points points) {
        List<Step> steps = new ArrayList<>(failed.steps());
        String name = String.join("", running.backups());
        String message = "Backup " + name + " failed its drill: " + failed.message();
        named(seen, running).findFirst().ifPresent(known -> {
            steps.add(new Step.UpdateStatus(Proof.of(known, seen, running).refuted(failed.reason(), failed.message())));
            steps.add(new Step.Tell(true, failed.reason().name(), message, Occasion.VerificationFailed));
        }); // else somebody deleted it meanwhile
        StoreJob job = running.job().succeeded(seen.now(), message); // it has done its work, and the answer is no
        return new Verifying(
                new Verification(job, running.kind(), running.backups(), running.uids(), running.request(), running.drills(), running.integrity(), running.bad() + (points.drillDue().isPresent() ? 1 : 0), running.lastVerified()), steps,
                Optional.of(SOON));
    }

    private static Verifying wasRead(Observed seen, Verification running, VerifyResult result) {
        List<Step> steps = new ArrayList<>();
        for (Backup backup : named(seen, running).toList()) {
            Proof proof = Proof.of(backup, seen, running);
            String uid = backup.getMetadata().getUid();
            if (result.whole().contains(uid)) {
                steps.add(new Step.UpdateStatus(proof.whole()));
            } else if (result.sealed().contains(uid)) {
                steps.add(new Step.UpdateStatus(proof.sealed()));
            } else if (result.archived().contains(uid)) {
                steps.add(new Step.UpdateStatus(proof.archived()));
            }
            result.damaged().stream().filter(found -> uid.equals(found.uid())).forEach(found -> {
                steps.add(new Step.UpdateStatus(proof.damaged(found.reason(), found.message())));
                steps.add(new Step.Tell(
                        true, found.reason().name(), "Backup " + backup.getMetadata().getName() + " is damaged: " + found.message(), Occasion.VerificationFailed));
            });
        }
        StoreJob job;
        if (result.stoppedBy() == null) {
            job = running.job().succeeded(seen.now(), account(result));
        } else {
            steps.addAll(told(seen, result.stoppedBy().reason(), what(running) + ": " + result.stoppedBy().message()));
            job = running.job().failed(seen.now(), result.stoppedBy().reason(), result.stoppedBy().message());
        }
        return new Verifying(running.with(job), steps, Optional.of(SOON));
    }

    private static String account(VerifyResult result) {
        String archived = result.archived().isEmpty() ? "" : ", " + result.archived().size() + " lie in an archive";
        return Stream.of((result.whole().size() + result.sealed().size()) + " Backups were read whole and are as they were made" + archived, result.damaged().isEmpty() ? "" : result.damaged().size() + " are damaged")
                .filter(words -> !words.isEmpty())
                .collect(Collectors.joining(", "));
    }
}
