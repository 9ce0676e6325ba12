package dev.remuda.policy;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import dev.remuda.api.BackupPolicyStatus.Point;
import dev.remuda.api.BackupPolicyStatus.Verification;
import dev.remuda.api.Durations;
import dev.remuda.schedule.Schedule;

/**
 * How far the schedules of verification have come.
 *
 * @param drills null: none are scheduled
 * @param integrity null: likewise
 * @param drillDue the moment of the schedule that a drill is due for
 * @param readSince the last moment of the schedule: what was read before it is to be read again
 * @param problem why a schedule is not followed
 */
record Points(Point drills, Point integrity, Optional<Instant> drillDue, Optional<Instant> readSince, Optional<String> problem) {

    private record Clock(Point point, Optional<Instant> reached, Optional<String> problem) {
        static final Clock NONE = new Clock(null, Optional.empty(), Optional.empty());
    }

    static Points of(Observed seen) {
        Clock drills = clock(seen, "verification.schedule", seen.spec().verification().schedule(), seen.verification().drills());
        Clock integrity = clock(seen, "verification.integrity.schedule", seen.spec().verification().integritySchedule().orElse(null), seen.verification().integrity());
        return new Points(drills.point(), integrity.point(), drills.reached(), integrity.reached(), drills.problem().or(integrity::problem));
    }

    private static Clock clock(Observed seen, String field, String cron, Point before) {
        if (cron == null) {
            return Clock.NONE;
        }
        Schedule schedule;
        try {
            schedule = Schedule.parse(cron, ZoneId.of(seen.spec().timeZone()));
        } catch (DateTimeException e) {
            return new Clock(before, Optional.empty(), Optional.of(field + " is not followed: timeZone '" + seen.spec().timeZone() + "' does not exist"));
        } catch (IllegalArgumentException e) {
            return new Clock(before, Optional.empty(), Optional.of(field + " is not followed: " + e.getMessage()));
        }
        String text = cron + " " + seen.spec().timeZone();
        boolean same = before != null && text.equals(before.schedule()) && before.since() != null && !before.since().isAfter(seen.now());
        Instant since = same ? before.since() : seen.now();
        Optional<Instant> next = schedule.next(seen.now());
        Optional<Duration> interval = next.flatMap(moment -> schedule.next(moment).map(after -> Duration.between(moment, after)));
        return new Clock(new Point(text, since, next.orElse(null), interval.map(Durations::format).orElse(null)), schedule.latest(since, seen.now()), Optional.empty());
    }

    Verification in(Verification present) {
        return new Verification(present.job(), present.kind(), present.backups(), present.uids(), present.request(), drills, integrity, present.bad(), present.lastVerified());
    }

    /** The same, with the drill done that was due. */
    Verification drillDone(Verification present) {
        Point done = drillDue.map(due -> new Point(drills.schedule(), due, drills.next(), drills.interval())).orElse(drills);
        return new Verification(present.job(), present.kind(), present.backups(), present.uids(), present.request(), done, present.integrity(), 0, present.lastVerified());
    }

    Optional<Instant> next() {
        return Stream.of(Optional.ofNullable(drills), Optional.ofNullable(integrity)).flatMap(Optional::stream).map(Point::next).filter(Objects::nonNull).min(Instant::compareTo);
    }
}
