package dev.remuda.policy;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

import dev.remuda.api.Backup;
import dev.remuda.api.BackupPolicySpec;
import dev.remuda.api.BackupPolicyStatus.Tier;
import dev.remuda.api.BackupSpec;
import dev.remuda.api.ConcurrencyPolicy;
import dev.remuda.api.Durations;
import dev.remuda.api.NameRef;
import dev.remuda.api.Occasion;
import dev.remuda.api.TierSpec;
import dev.remuda.job.Labels;
import dev.remuda.job.Names;
import dev.remuda.job.Step;
import dev.remuda.schedule.Due;
import dev.remuda.schedule.Missed;
import dev.remuda.schedule.Schedule;
import dev.remuda.schedule.Slots;
import dev.remuda.schedule.TierSlots;
import dev.remuda.task.Reason;

/**
 * Which backup is due by the schedules, and how far they have come.
 *
 * @param tiers for the status
 * @param next when the next backup starts
 * @param overdueSince when what is due and must wait should have begun
 * @param ready whether backups can be made by the schedules, and if not, why not
 */
record Scheduling(List<Tier> tiers, Optional<Instant> next, Optional<Instant> overdueSince, Readiness ready, List<Step> steps) {

    /** @param reason a word for the condition Ready */
    record Readiness(boolean ok, String reason, String message) {}

    static Scheduling of(Observed seen) {
        List<Readiness> problems = new ArrayList<>();
        Optional<String> heldBy = Cataloguing.heldBy(seen);
        heldBy.ifPresent(other -> problems.add(new Readiness(false, Reason.NotOwner.name(), other)));
        boolean rests = seen.spec().suspend() || heldBy.isPresent();
        Map<String, Schedule> schedules = schedules(seen.spec(), problems);
        List<TierSlots> clocks = seen.spec().tiers().stream()
                .filter(tier -> schedules.containsKey(tier.name()))
                .map(tier -> new TierSlots(tier.name(), schedules.get(tier.name()), done(seen, tier)))
                .toList();
        Duration jitter = Slots.jitter(seen.namespace() + "/" + seen.name(), Durations.parse(seen.spec().jitter()));
        Optional<Duration> deadline = Optional.ofNullable(seen.spec().startingDeadline()).map(Durations::parse);
        Slots slots = Slots.of(clocks, seen.now(), jitter, deadline);
        List<Step> steps = new ArrayList<>();
        Optional<Due> due = slots.due().filter(wanted -> !isHeldUp(seen, wanted, problems));
        steps.addAll(replacements(seen));
        if (!rests) {
            slots.missed().forEach(missed -> steps.add(missed(seen, missed)));
            due.ifPresent(wanted -> steps.add(begin(seen, wanted)));
        }
        List<Tier> tiers = seen.spec().tiers().stream()
                .map(tier -> tier(seen, tier, Optional.ofNullable(schedules.get(tier.name())), lastDone(tier.name(), due, slots.missed())))
                .toList();
        return new Scheduling(
                tiers, rests ? Optional.empty() : slots.next(), slots.due().filter(wanted -> due.isEmpty()).map(wanted -> overdueSince(seen, wanted.at())), problems.stream().findFirst().orElseGet(() -> ready(seen.spec())), steps);
    }

    private static Map<String, Schedule> schedules(BackupPolicySpec spec, List<Readiness> problems) {
        Map<String, Schedule> schedules = new HashMap<>();
        ZoneId zone;
        try {
            zone = ZoneId.of(spec.timeZone());
        } catch (DateTimeException e) {
            problems.add(new Readiness(
                    false, Reason.InvalidTimeZone.name(), "timeZone '" + spec.timeZone() + "' does not exist, so no scheduled backup is made; name one of the IANA database, "
                            + "such as Europe/Berlin or Etc/UTC"));
            return schedules;
        }
        for (TierSpec tier : spec.tiers()) {
            try {
                schedules.put(tier.name(), Schedule.parse(tier.schedule(), zone));
            } catch (IllegalArgumentException e) {
                problems.add(new Readiness(false, Reason.InvalidSchedule.name(), "tier " + tier.name() + " makes no backups: " + e.getMessage()));
            }
        }
        return schedules;
    }

    private static Readiness ready(BackupPolicySpec spec) {
        if (spec.suspend()) {
            return new Readiness(true, "Suspended", "suspend is true: no scheduled backup is made, and none is moved or purged");
        }
        return spec.tiers().isEmpty()
                ? new Readiness(true, "OnDemand", "the policy has no tiers: backups are made on demand and kept until somebody deletes them")
                : new Readiness(true, "Scheduled", "backups are made by the schedules of " + String.join(", ", spec.tiers().stream().map(TierSpec::name).toList()));
    }

    /** Whether what is due must wait; it stays due then. */
    private static boolean isHeldUp(Observed seen, Due due, List<Readiness> problems) {
        if (seen.spec().suspend()) {
            return false;
        }
        String name = Names.scheduled(seen.name(), due.at());
        if (seen.taken().filter(name::equals).isPresent()) {
            problems.add(new Readiness(
                    false, Reason.NameTaken.name(), "the backup of " + due.at() + " cannot be made: a Backup named " + name + " exists and is not of this slot; delete it"));
            return true;
        }
        Optional<Backup> inTheWay = seen.underWay().stream()
                .filter(backup -> seen.spec().concurrencyPolicy() == ConcurrencyPolicy.Forbid || backup.getSpec().slot() == null)
                .findFirst();
        inTheWay.ifPresent(backup -> problems.add(new Readiness(
                true, "Waiting", "the backup of " + due.at() + " starts when Backup " + backup.getMetadata().getName() + " has ended")));
        return inTheWay.isPresent();
    }

    private static Step begin(Observed seen, Due due) {
        String name = Names.scheduled(seen.name(), due.at());
        Backup backup = new Backup();
        backup.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace(seen.namespace()).build());
        backup.setSpec(new BackupSpec(new NameRef(seen.name()), due.tiers(), due.at(), null));
        return new Step.CreateBackup(backup);
    }

    /** The older ones end when the newer one exists, not before: it may be refused. */
    private static List<Step> replacements(Observed seen) {
        List<Backup> scheduled = seen.underWay().stream().filter(backup -> backup.getSpec().slot() != null).toList();
        Optional<Backup> newest = scheduled.stream().max(Comparator.comparing(backup -> backup.getSpec().slot()));
        if (seen.spec().concurrencyPolicy() != ConcurrencyPolicy.Replace || newest.isEmpty()) {
            return List.of();
        }
        return scheduled.stream()
                .filter(old -> old.getSpec().slot().isBefore(newest.get().getSpec().slot()))
                .filter(old -> old.getMetadata().getAnnotations() == null || !old.getMetadata().getAnnotations().containsKey(Labels.REPLACED_BY))
                .map(old -> replaced(old, newest.get().getMetadata().getName()))
                .toList();
    }

    private static Step replaced(Backup old, String by) {
        Backup amended = new Backup();
        amended.setMetadata(old.getMetadata().toBuilder().addToAnnotations(Labels.REPLACED_BY, by).build());
        return new Step.Amend(amended);
    }

    private static Step missed(Observed seen, Missed missed) {
        return new Step.Tell(
                true, "BackupMissed", "the backup of tier " + missed.tier() + " for " + missed.at() + " could not start within startingDeadline "
                        + seen.spec().startingDeadline() + " and is skipped", Occasion.Missed);
    }

    private static Optional<Instant> lastDone(String tier, Optional<Due> due, List<Missed> missed) {
        return due.filter(done -> done.tiers().contains(tier)).map(Due::at)
                .or(() -> missed.stream().filter(one -> one.tier().equals(tier)).map(Missed::at).findFirst());
    }

    private static Tier tier(Observed seen, TierSpec tier, Optional<Schedule> schedule, Optional<Instant> done) {
        Optional<Tier> before = before(seen, tier.name());
        Instant last = done.or(() -> lastBackup(seen, tier.name())).or(() -> before.map(Tier::lastSlot)).orElse(null);
        Optional<Instant> next = schedule.flatMap(known -> known.next(seen.now()));
        return new Tier(
                tier.name(), text(seen, tier), since(seen, tier), latest(last, before.map(Tier::lastSlot).orElse(null), seen.now()),
                next.orElse(null), next.flatMap(moment -> schedule.get().next(moment).map(after -> Durations.format(Duration.between(moment, after)))).orElse(null));
    }

    /** When what is due now should have begun: as the status said before that came. */
    static Instant overdueSince(Observed seen, Instant due) {
        Instant known = seen.status().overdueSince();
        Instant announced = seen.status().nextBackup();
        return known != null ? known : announced != null && !announced.isAfter(seen.now()) ? announced : due;
    }

    /** Slots up to this moment are done with. */
    private static Instant done(Observed seen, TierSpec tier) {
        Instant since = since(seen, tier);
        boolean changed = since.equals(seen.now());
        Instant last = changed ? null : before(seen, tier.name()).map(Tier::lastSlot).orElse(null);
        return latest(latest(since, last, seen.now()), lastBackup(seen, tier.name()).orElse(null), seen.now());
    }

    /** From when on the schedule counts: a new policy's from its creation, a new or changed tier's from now. */
    private static Instant since(Observed seen, TierSpec tier) {
        Optional<Tier> before = before(seen, tier.name());
        if (before.isPresent()) {
            boolean usable = text(seen, tier).equals(before.get().schedule()) && before.get().since() != null && !before.get().since().isAfter(seen.now());
            return usable ? before.get().since() : seen.now(); // one that is still to come was noted under a clock that was ahead
        }
        return seen.status().observedGeneration() == null ? seen.created() : seen.now();
    }

    private static Optional<Tier> before(Observed seen, String tier) {
        return Optional.ofNullable(seen.status().tiers()).stream().flatMap(List::stream).filter(known -> known.name().equals(tier)).findFirst();
    }

    /** The newest slot that a Backup was made for: known though a status was lost, or never written. */
    private static Optional<Instant> lastBackup(Observed seen, String tier) {
        return seen.backups().stream()
                .map(Backup::getSpec)
                .filter(spec -> spec.slot() != null && !spec.slot().isAfter(seen.now()) && spec.ofTiers().contains(tier))
                .map(BackupSpec::slot)
                .max(Instant::compareTo);
    }

    /** A moment that is still to come was noted under a clock that was ahead; it counts for nothing. */
    private static Instant latest(Instant one, Instant other, Instant now) {
        return Stream.of(one, other)
                .filter(Objects::nonNull)
                .filter(moment -> !moment.isAfter(now))
                .max(Instant::compareTo)
                .orElse(one == null ? null : now);
    }

    private static String text(Observed seen, TierSpec tier) {
        return tier.schedule() + " " + seen.spec().timeZone();
    }
}
