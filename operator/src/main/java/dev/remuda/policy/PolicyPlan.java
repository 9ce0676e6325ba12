package dev.remuda.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.remuda.api.BackupPolicyStatus;
import dev.remuda.api.Versioned;
import dev.remuda.job.Refusal;
import dev.remuda.job.Step;
import dev.remuda.status.AskedBy;

/**
 * What to do next for a BackupPolicy, and the status that says so: backups that are due, what retention finds, and the upkeep of the store.
 *
 * @param again when to look again though nothing changes; empty: not at all
 */
record PolicyPlan(BackupPolicyStatus status, List<Step> steps, Optional<Duration> again) {
    /** A clock may be set, so nothing is waited for much longer. */
    private static final Duration AT_MOST = Duration.ofHours(1);

    private static final Duration AT_LEAST = Duration.ofSeconds(1);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(15);

    /** Decides from what was seen alone: the same observation always gives the same plan. @param retaining what retention finds in it */
    static PolicyPlan of(Observed seen, Retaining retaining, PolicyJobs jobs, CopyJobs copyJobs, Duration startDeadline) {
        Scheduling scheduling = Scheduling.of(seen);
        Cataloguing cataloguing = Cataloguing.of(seen, jobs, startDeadline);
        Maintaining maintaining = Maintaining.of(seen, retaining, jobs, startDeadline);
        Points points = Points.of(seen);
        Verifying verifying = Verifying.of(seen, retaining, points, jobs, startDeadline);
        List<Copying> copying = seen.spec().copies().stream().map(copy -> Copying.of(seen, retaining, copy, copyJobs, startDeadline)).toList();
        List<Step> steps = new ArrayList<>(changed(seen));
        steps.addAll(cataloguing.steps());
        steps.addAll(scheduling.steps());
        steps.addAll(retaining.steps());
        steps.addAll(maintaining.steps());
        steps.addAll(verifying.steps());
        steps.addAll(Copying.forgotten(seen));
        copying.forEach(each -> steps.addAll(each.steps()));
        if (!scheduling.ready().ok()) {
            steps.addAll(told(seen, scheduling.ready().reason(), scheduling.ready().message())); // last, for a refusal of what comes before is told instead
        }
        Stream<Optional<Duration>> all =
                Stream.of(until(scheduling.next(), seen.now()), until(retaining.nextExpiry(), seen.now()), maintaining.again(), cataloguing.again(), verifying.again());
        Optional<Duration> again = Stream.concat(all, copying.stream().map(Copying::again))
                .flatMap(Optional::stream)
                .map(wait -> wait.isZero() ? wait : wait.compareTo(AT_LEAST) < 0 ? AT_LEAST : wait.compareTo(AT_MOST) > 0 ? AT_MOST : wait)
                .min(Duration::compareTo);
        return new PolicyPlan(PolicyStatuses.of(seen, scheduling, retaining, maintaining, cataloguing, verifying, points, copying), steps, again);
    }

    /** For the record: who made it what it is now. A new policy is none that was changed. */
    private static List<Step> changed(Observed seen) {
        Long known = seen.status().observedGeneration();
        Long now = seen.policy().getMetadata().getGeneration();
        return known == null || known.equals(now)
                ? List.of()
                : List.of(new Step.Tell(false, "PolicyChanged", "generation " + now + " of the spec, by " + AskedBy.of(seen.policy())));
    }

    /** What to do instead of a plan that the API server refused to have carried out. */
    static PolicyPlan refused(Observed seen, Refusal refusal) {
        return refusal.isConflict()
                ? new PolicyPlan(seen.status(), List.of(), Optional.of(AT_LEAST))
                : notReady(seen, "Refused", "the API server refuses: " + refusal.getMessage(), Optional.of(LOOK_AGAIN));
    }

    /** What a policy means that is not understood in whole is not known, so nothing is done by it. */
    static PolicyPlan newer(Observed seen) {
        return notReady(seen, Versioned.NEWER, seen.policy().newerVersion(), Optional.empty());
    }

    private static PolicyPlan notReady(Observed seen, String reason, String message, Optional<Duration> again) {
        return new PolicyPlan(PolicyStatuses.notReady(seen, reason, message), told(seen, reason, message), again);
    }

    /** Once for each reason, not each time that it is still so. */
    private static List<Step> told(Observed seen, String reason, String message) {
        return seen.complains(PolicyStatuses.READY, reason) ? List.of() : List.of(new Step.Tell(true, reason, message));
    }

    /** What is due at a moment is due a second later: now is to the second, and moments are not. */
    private static Optional<Duration> until(Optional<Instant> moment, Instant now) {
        return moment.map(then -> Duration.between(now, then).plus(AT_LEAST)).map(wait -> wait.isPositive() ? wait : AT_LEAST);
    }
}
