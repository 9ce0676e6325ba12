package dev.remuda.retention;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import dev.remuda.retention.Decision.Keep;
import dev.remuda.retention.Decision.Purge;
import dev.remuda.retention.TierWord.Holds;
import dev.remuda.retention.TierWord.LetsGo;

/** Decides which backups of a policy stay. */
public final class Retention {
    private static final Comparator<Candidate> NEWEST_FIRST = Comparator.comparing(Candidate::snapshotAt).thenComparing(Candidate::name).reversed();

    private final List<Rule> rules;
    private final Map<String, Instant> removedTiers;
    private final Instant now;
    /** How many backups of a tier have been seen, newest first. */
    private final Map<String, Integer> seen = new HashMap<>();

    private Retention(List<Rule> rules, Map<String, Instant> removedTiers, Instant now) {
        this.rules = rules;
        this.removedTiers = removedTiers;
        this.now = now;
    }

    /**
     * One decision for each backup, the newest first.
     *
     * @param completed all completed backups of the policy; failed ones have no part in this
     * @param rules in the order of the policy
     * @param removedTiers tiers without a rule: from when each lets its backups go
     */
    public static List<Decision> decide(Collection<Candidate> completed, List<Rule> rules, Map<String, Instant> removedTiers, Instant now) {
        Retention retention = new Retention(rules, removedTiers, now);
        List<Candidate> newestFirst = completed.stream().sorted(NEWEST_FIRST).toList();
        Map<Candidate, String> dear = new HashMap<>();
        newestFirst.stream().filter(backup -> backup.verified() && !backup.isDamaged()).findFirst().ifPresent(backup -> dear.put(backup, "newest verified backup"));
        newestFirst.stream().filter(backup -> backup.verified() && backup.isNormal()).findFirst().ifPresent(backup -> dear.put(backup, "newest verified backup"));
        newestFirst.stream().filter(Candidate::isNormal).findFirst().ifPresent(backup -> dear.put(backup, "newest normal backup"));
        newestFirst.stream().filter(backup -> !backup.isDamaged()).findFirst().or(() -> newestFirst.stream().findFirst())
                .ifPresent(backup -> dear.put(backup, "newest completed backup"));
        return newestFirst.stream().map(backup -> retention.about(backup, Optional.ofNullable(dear.get(backup)))).toList();
    }

    /** @param dear why it stays though nothing else keeps it */
    private Decision about(Candidate backup, Optional<String> dear) {
        Map<String, TierWord> words = words(backup);
        List<Holds> holding = words.values().stream().filter(Holds.class::isInstance).map(Holds.class::cast).toList();
        List<String> others = otherReasons(backup);
        List<String> reasons = new ArrayList<>(holding.stream().map(Holds::words).toList());
        reasons.addAll(others);
        Optional<Instant> lock = backup.lockedUntil().filter(now::isBefore);
        lock.ifPresent(until -> reasons.add("locked in the store until " + until.truncatedTo(ChronoUnit.SECONDS)));
        if (reasons.isEmpty()) {
            dear.ifPresent(reasons::add);
        }
        if (reasons.isEmpty()) {
            return purge(backup, words.values().stream().map(LetsGo.class::cast).toList());
        }
        Optional<String> tier = rules.stream().map(Rule::tier).filter(name -> words.get(name) instanceof Holds).findFirst();
        Optional<Instant> expiresAt = others.isEmpty() ? last(Stream.concat(holding.stream().map(Holds::until), lock.stream().map(Optional::of)).toList()).filter(now::isBefore) : Optional.empty();
        return new Keep(backup, tier, reasons, expiresAt);
    }

    /** By tier: those with a rule in the order of the rules, then the others. */
    private Map<String, TierWord> words(Candidate backup) {
        Map<String, TierWord> words = new LinkedHashMap<>();
        for (Rule rule : rules) {
            if (backup.tiers().contains(rule.tier())) {
                words.put(rule.tier(), rule.about(backup, place(backup, rule.tier()), now));
            }
        }
        for (String tier : backup.tiers()) {
            words.computeIfAbsent(tier, name -> removedTiers.containsKey(name)
                    ? TierWord.ofRemoved(name, removedTiers.get(name), now)
                    : TierWord.ofUnknown(name));
        }
        return words;
    }

    /** How many of the tier's backups are newer. Damaged and suspicious ones count for nothing, so that they take no good one's place. */
    private int place(Candidate backup, String tier) {
        return !backup.isNormal() ? seen.getOrDefault(tier, 0) : seen.merge(tier, 1, Integer::sum) - 1;
    }

    private static List<String> otherReasons(Candidate backup) {
        List<String> reasons = new ArrayList<>();
        if (backup.pinned()) {
            reasons.add("pinned");
        }
        backup.inUse().ifPresent(user -> reasons.add("needed by " + user));
        if (backup.tiers().isEmpty()) {
            reasons.add("no tier: kept until it is deleted");
        }
        return reasons;
    }

    private static Purge purge(Candidate backup, List<LetsGo> words) {
        String why = String.join("; ", words.stream().map(LetsGo::words).toList());
        return new Purge(backup, why, words.stream().map(LetsGo::since).flatMap(Optional::stream).max(Comparator.naturalOrder()));
    }

    /** The last of the moments; empty when one is open, or there is none. */
    private static Optional<Instant> last(List<Optional<Instant>> moments) {
        boolean open = moments.stream().anyMatch(Optional::isEmpty);
        return open ? Optional.empty() : moments.stream().flatMap(Optional::stream).max(Comparator.naturalOrder());
    }
}
