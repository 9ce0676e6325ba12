package dev.remuda.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import dev.remuda.api.Attempt;
import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.Durations;
import dev.remuda.api.RetrySpec;

/** Whether and when a Backup is tried again: only when the cause can pass by itself, so many times as the policy says, and within its timeout. */
final class Trying {
    private static final Duration LONGEST_REST = Duration.ofHours(1);
    private static final int DOUBLINGS = 12;

    private Trying() {}

    /** How long to rest before the next attempt; empty: there is none. */
    static Optional<Duration> again(Observed seen, Cause cause) {
        int failures = seen.attempt().map(Attempt::number).orElse(0);
        return seen.spec()
                .filter(spec -> cause.reason().canPass() && seen.replacedBy().isEmpty() && failures >= 1 && failures <= spec.retry().limit())
                .flatMap(spec -> Optional.of(left(seen, rest(spec.retry(), failures))).filter(rest -> !seen.now().plus(rest).isAfter(end(seen, spec))));
    }

    /** What is left of a rest that began when the present attempt ended: what it left may have been looked at since. */
    private static Duration left(Observed seen, Duration rest) {
        Instant ended = seen.attempt().map(Attempt::finishedAt).orElse(null);
        Duration left = ended == null ? rest : Duration.between(seen.now(), ended.plus(rest));
        return left.isNegative() ? Duration.ZERO : BackupPlan.shorter(left, rest);
    }

    /** How long the present attempt still rests before it begins. */
    static Duration rests(Observed seen) {
        int before = seen.status().attempts().size() - 1;
        return before < 1 ? Duration.ZERO : within(Duration.between(seen.now(), beginsAt(seen)), rest(seen, before));
    }

    /** What is left of a rest; none when that is longer than the rest was: the clock was set back. */
    static Duration within(Duration left, Duration rest) {
        return left.isNegative() || left.compareTo(rest) > 0 ? Duration.ZERO : left;
    }

    /** How long to rest after so many failures. */
    static Duration rest(RetrySpec retry, int failures) {
        Duration rest = Durations.parse(retry.backoff()).multipliedBy(1L << Math.min(failures - 1, DOUBLINGS));
        return rest.compareTo(LONGEST_REST) < 0 ? rest : LONGEST_REST;
    }

    /** The rest after so many failures of a Backup whose policy may be gone. */
    static Duration rest(Observed seen, int failures) {
        return rest(seen.spec().map(BackupPolicySpec::retry).orElse(RetrySpec.USUAL), failures);
    }

    /** When the present attempt may begin. */
    static Instant beginsAt(Observed seen) {
        int before = seen.status().attempts().size() - 1;
        return before < 1 ? seen.status().startedAt() : seen.status().attempts().get(before - 1).finishedAt().plus(rest(seen, before));
    }

    /** How long the Backup may still take, which is not longer than its policy says, though the clock may have been set back. */
    static Duration left(Observed seen, BackupPolicySpec spec) {
        Duration left = Duration.between(seen.now(), end(seen, spec));
        return left.compareTo(Durations.parse(spec.timeout())) < 0 ? left : Durations.parse(spec.timeout());
    }

    /** What the last failure says of the attempts before it. */
    static String account(Observed seen, Cause cause) {
        int number = seen.attempt().map(Attempt::number).orElse(0);
        if (seen.spec().isEmpty() || number < 1 || !cause.reason().canPass()) {
            return "";
        }
        BackupPolicySpec spec = seen.spec().get();
        if (number <= spec.retry().limit() && seen.replacedBy().isEmpty()) {
            return ". No time is left for another attempt: spec.timeout of the policy is " + spec.timeout();
        }
        return number == 1 ? "" : ". It was the last of " + number + " attempts";
    }

    private static Instant end(Observed seen, BackupPolicySpec spec) {
        return seen.status().startedAt().plus(Durations.parse(spec.timeout()));
    }
}
